// Moves on from the waiting page by itself: asks for the state until another
// page is due. Without scripts the page asks again by its refresh header.
const box = document.querySelector("[data-status]");
const usual = 30000; // milliseconds that a working state lasts when all is well
let since = performance.now();

// What somebody is typing must not be lost by a page that renews itself.
const typing = () => [...document.querySelectorAll("input")].some((i) => i.value !== i.defaultValue);

const show = (selector, yes) => {
  for (const e of document.querySelectorAll(selector)) e.hidden = !yes(e.dataset);
};

function work(now) {
  if (now.state !== box.dataset.state) {
    box.dataset.state = now.state;
    since = performance.now();
    show("[data-when]", (d) => d.when === now.state);
  }
  const slow = now.slow || performance.now() - since > usual;
  show("[data-when-slow]", (d) => slow && d.whenSlow === now.state);
}

// How far the two messages are is told in place: only what was confirmed
// changes the page. Reports whether the page has to be loaded anew.
function messages(now) {
  let anew = false;
  for (const name of ["phone", "email"]) {
    const before = box.dataset[name + "State"];
    if (!before || before === now[name]) continue;
    anew ||= before === "confirmed" || now[name] === "confirmed";
    if (anew) continue;
    box.dataset[name + "State"] = now[name];
    show(`[data-${name}]`, (d) => d[name] === now[name]);
  }
  return anew && !typing();
}

async function ask() {
  let wait = 1000;
  let away = false;
  try {
    const answer = await fetch(box.dataset.status, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401 || answer.status === 404) {
      location.assign("/enroll"); // which says why: too long away, or gone on elsewhere
      return;
    }
    if (answer.ok) {
      const now = await answer.json();
      if (now.page !== box.dataset.page) {
        location.replace(now.page);
        return;
      }
      // One page has several outcomes: under review, then refused.
      const decided = box.dataset.page === "/enroll/outcome" && now.state !== box.dataset.state;
      if (decided || messages(now)) {
        location.replace(box.dataset.page); // not reload: that could repeat a POST
        return;
      }
      work(now);
    } else {
      away = true;
      wait = 5000;
    }
  } catch {
    away = true; // no network for the moment; the work goes on without us
    wait = 4000;
  }
  show("[data-away]", () => away);
  setTimeout(ask, wait);
}

if (box) {
  // A step that is done within a moment should not show a page for a moment.
  setTimeout(ask, 500);
}
