// Follows on the computer what is done on the phone, until the camera is needed
// no more.
const box = document.getElementById("handoff");
const states = [...box.querySelectorAll("[data-when]")].map((e) => e.dataset.when); // that need the camera
const ends = performance.now() + 1000 * box.dataset.seconds;
let there = false;

const show = (selector, yes) => {
  for (const e of document.querySelectorAll(selector)) e.hidden = !yes(e.dataset);
};

function tell(now) {
  there ||= Boolean(now.on_phone);
  const phase = there ? "there" : performance.now() < ends ? "waiting" : "late";
  show("[data-phase]", (d) => d.phase === phase);
  show("[data-when]", (d) => d.when === now.state);
}

async function ask() {
  let wait = 1500, away = false;
  try {
    const answer = await fetch(box.dataset.status, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401 || answer.status === 404) {
      location.assign("/enroll"); // which says why
      return;
    }
    if (answer.ok) {
      const now = await answer.json();
      if (!states.includes(now.state)) {
        location.replace("/enroll");
        return;
      }
      tell(now);
    } else {
      [away, wait] = [true, 5000];
    }
  } catch {
    [away, wait] = [true, 4000]; // no network for the moment
  }
  show("[data-away]", () => away);
  setTimeout(ask, wait);
}
ask();
