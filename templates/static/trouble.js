// What goes wrong with a camera is told apart, because the way out differs.

// missing names why this browser has no camera to ask for, or is "".
export function missing() {
  if (navigator.mediaDevices?.getUserMedia) return "";
  return window.isSecureContext ? "old" : "insecure";
}

// reason names what getUserMedia complained of.
export function reason(error) {
  switch (error.name) {
    case "NotAllowedError": case "SecurityError": return "denied";
    case "NotFoundError": case "OverconstrainedError": return "none";
    default: return "busy";
  }
}

// help shows the help of that name and hides the others.
export function help(name) {
  for (const e of document.querySelectorAll("[data-help]")) e.hidden = e.dataset.help !== name;
  if (name) {
    const shown = document.querySelector(`[data-help="${name}"]`);
    shown.tabIndex = -1;
    shown.focus();
  }
}
