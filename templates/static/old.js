// No module, and written for every browser: where the modules of a camera page
// did not start, it says that the browser is too old.
addEventListener("load", function () {
  if (document.documentElement.hasAttribute("data-modules")) return;
  document.querySelector("[data-help=old]").hidden = false;
});
