// buzz lets a phone tremble for a moment. A browser allows it once the person has
// touched the page, and complains before.
export function buzz() {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(60);
}
