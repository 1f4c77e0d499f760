// Keys for the directory of lines: "/" goes to the search, the arrows go
// through the numbers from there. Anywhere else they scroll, as ever.
"use strict";

(() => {
  const rows = [...document.querySelectorAll("a[data-row]")];
  const sought = document.getElementById("sought");

  function typing(target) {
    return target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea");
  }

  function next(key, at) {
    switch (key) {
      case "ArrowDown": return rows[Math.min(at + 1, rows.length - 1)];
      case "ArrowUp": return at > 0 ? rows[at - 1] : sought;
      case "Home": return rows[0];
      case "End": return rows[rows.length - 1];
      default: return undefined;
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    if (event.key === "/" && sought && !typing(event.target)) {
      event.preventDefault();
      sought.focus();
      sought.select();
      return;
    }
    const at = rows.indexOf(event.target);
    if (at < 0 && !(event.target === sought && event.key === "ArrowDown")) {
      return;
    }
    const to = next(event.key, at);
    if (to) {
      event.preventDefault();
      to.focus();
    }
  });
})();
