// Moves on from the waiting page by itself: asks for the state until another
// page is due. Without scripts the page asks again by its refresh header.
const box = document.querySelector("[data-status]");

// What somebody is typing must not be lost by a page that renews itself.
const typing = () => [...document.querySelectorAll("input")].some((i) => i.value !== i.defaultValue);

async function ask() {
  let wait = 1000;
  try {
    const answer = await fetch(box.dataset.status, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401 || answer.status === 404) {
      location.assign("/resume");
      return;
    }
    if (answer.ok) {
      const now = await answer.json();
      if (now.page !== box.dataset.page) {
        location.replace(now.page);
        return;
      }
      if (box.dataset.version && String(now.version) !== box.dataset.version && !typing()) {
        location.replace(box.dataset.page); // not reload: that could repeat a POST
        return;
      }
      if (now.state !== box.dataset.state) {
        for (const e of document.querySelectorAll("[data-when]")) {
          e.hidden = e.dataset.when !== now.state;
        }
        box.dataset.state = now.state;
      }
    } else {
      wait = 5000;
    }
  } catch {
    wait = 4000; // no network for the moment; the work goes on without us
  }
  setTimeout(ask, wait);
}

if (box) {
  // A step that is done within a moment should not show a page for a moment.
  setTimeout(ask, 500);
}
