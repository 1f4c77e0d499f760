// The selfie step: shows the person in the camera, says the one thing to mend,
// and takes the photograph once the server found nothing to mend several times
// in a row. Whoever would rather choose a file, or has no camera, uses the field.
import { buzz } from "./buzz.js";
import { calm } from "./calm.js";
import { close, encode, front, open, still } from "./lens.js";
import { help, missing, reason } from "./trouble.js";

const element = (id) => document.getElementById(id);
const form = element("selfie-form"), files = element("files"), start = element("start"), section = element("capture");
const video = section.querySelector("video"), oval = section.querySelector(".oval"), picture = section.querySelector("img"), advice = element("capture-advice");
const use = element("capture-use"), again = element("capture-again"), shutter = element("capture-shutter"), resume = element("capture-resume");
const input = element("photo");
const words = {};
for (const e of section.querySelectorAll("[data-say]")) words[e.dataset.say] = e.textContent;

const every = 500, unanswered = 2000; // milliseconds between two questions; after one without an answer
const small = 480; // pixels of the picture that is asked about
const inARow = 3; // good answers before the photograph is taken
const restAfter = 120000; // milliseconds until the camera rests

let session = 0; // counts the times the camera was opened; a late answer is of an older one
let rest = 0;
let shot = null; // waits for a yes

const show = (...shown) => { for (const e of [use, again, shutter, resume]) e.hidden = !shown.includes(e); };
const film = (on) => { video.hidden = !on; oval.toggleAttribute("hidden", !on); picture.hidden = on; };
const { say, now: tell } = calm((name) => {
  advice.textContent = words[name] || "";
  section.dataset.advice = name;
}, "hold");

function stop() {
  session++;
  clearTimeout(rest);
  close(video);
}

// chooseFile shows the field, and ends the camera.
function chooseFile() {
  stop();
  section.hidden = start.hidden = true;
  form.hidden = files.hidden = false;
}

function refused(why) {
  chooseFile();
  start.hidden = false;
  element("start-files").hidden = true;
  help(why);
}

async function begin() {
  help("");
  if (missing()) {
    refused(missing());
    return;
  }
  form.hidden = start.hidden = true;
  section.hidden = false;
  film(true);
  show();
  tell("opening");
  section.focus({ preventScroll: true });
  section.scrollIntoView({ block: "start" });
  stop();
  const mine = session;
  try {
    await open(video, front);
  } catch (error) {
    if (mine === session) refused(reason(error));
    return;
  }
  if (mine !== session) { // while the browser asked, a file was chosen
    close(video);
    return;
  }
  video.srcObject.getVideoTracks()[0].addEventListener("ended", () => { if (mine === session) refused("busy"); });
  rest = setTimeout(rests, restAfter);
  tell("look");
  show(shutter);
  watch(mine);
}

function rests() {
  stop();
  video.hidden = true;
  oval.setAttribute("hidden", "");
  tell("resting");
  show(resume);
}

// watch asks about picture after picture. What cannot be asked is no reason to
// stop: the button takes the photograph at any time.
async function watch(mine) {
  const canvas = document.createElement("canvas");
  for (let good = 0; mine === session;) {
    const begun = performance.now();
    const found = await ask(canvas).catch(() => null);
    if (mine !== session) return;
    good = found === "" ? good + 1 : 0;
    if (found !== null) say(found === "" ? "hold" : found);
    if (good >= inARow) {
      await shoot();
      return;
    }
    await new Promise((done) => { setTimeout(done, (found === null ? unanswered : every) - (performance.now() - begun)); });
  }
}

// ask returns what the server advises, "" for nothing, or null where it does
// not say.
async function ask(canvas) {
  const body = new FormData();
  body.append("photo", await encode(still(video, small, canvas), 0.8), "photo.jpg");
  const answer = await fetch(section.dataset.advise, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) return null;
  return (await answer.json()).advice;
}

async function shoot() {
  const mine = session;
  const photograph = await encode(still(video)).catch(() => null); // a browser short of memory encodes nothing
  if (mine !== session) return;
  if (!photograph) {
    rests();
    return;
  }
  shot = photograph;
  stop();
  buzz();
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(shot);
  film(false);
  tell("taken");
  show(use, again);
  use.focus();
}

// send puts the photograph into the field, as if it had been chosen there.
function send() {
  const box = new DataTransfer();
  box.items.add(new File([shot], "photo.jpg", { type: "image/jpeg" }));
  input.files = box.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  chooseFile(); // what is sent is seen
  form.requestSubmit();
}

element("start-camera").addEventListener("click", begin);
element("start-files").addEventListener("click", () => { chooseFile(); input.focus(); });
element("capture-files").addEventListener("click", () => { chooseFile(); input.focus(); });
shutter.addEventListener("click", shoot);
use.addEventListener("click", send);
for (const e of [again, resume]) e.addEventListener("click", begin);
input.addEventListener("change", () => { if (section.hidden) chooseFile(); });
document.addEventListener("visibilitychange", () => { if (document.hidden && video.srcObject) rests(); });
addEventListener("pagehide", () => { if (video.srcObject) rests(); });

// Who chooses a file may have the photograph already: without scripts alone the
// field goes straight to the camera.
if (navigator.mediaDevices) input.removeAttribute("capture");

// A file that was refused, or that the browser has kept, is seen at once.
if (!input.value && input.getAttribute("aria-invalid") !== "true") {
  files.hidden = true;
  start.hidden = false;
}
document.documentElement.dataset.modules = "";
