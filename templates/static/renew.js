// Renews the page of the ledger in place every few seconds, and waits while
// nobody looks or somebody reads on: a link with the focus, a marked line, an
// open detail must not go away under them.
const every = 10000; // milliseconds
const shown = document.getElementById("main");

function busy() {
  return document.hidden || shown.contains(document.activeElement) && document.activeElement !== shown
    || !window.getSelection().isCollapsed || shown.querySelector("details[open]");
}

async function renew() {
  if (!busy()) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.status === 403) return location.reload(); // which says that the session is over
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      if (answer.ok && fresh && !busy()) shown.replaceChildren(...fresh.childNodes);
    } catch {
      // No network for the moment: what is shown says of when it is.
    }
  }
  setTimeout(renew, every);
}
setTimeout(renew, every);
