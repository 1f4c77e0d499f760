// The document step: photographs one side after the other with the camera and
// puts each into the form's own file field. Whoever would rather choose a file,
// or has no camera, uses the fields themselves.
import { buzz } from "./buzz.js";
import { calm } from "./calm.js";
import { help, missing, reason } from "./trouble.js";

const element = (id) => document.getElementById(id);
const form = element("document-form"), files = element("files"), start = element("start"), section = element("capture");
const video = section.querySelector("video"), canvas = section.querySelector("canvas"), picture = section.querySelector("img");
const advice = element("capture-advice"), title = element("capture-title");
const use = element("capture-use"), again = element("capture-again"), shutter = element("capture-shutter");
const resume = element("capture-resume"), skip = element("capture-skip");
const words = {};
for (const e of section.querySelectorAll("[data-say]")) words[e.dataset.say] = e.textContent;

let session = null; // of the camera
let side = "front"; // that is photographed
let front = null; // imprint of the front, by which it is known when it lies there still
let shot = null; // waits for a yes

const chosen = () => form.querySelector("input[name=type]:checked");
const twoSided = () => chosen().dataset.sides === "2";
const show = (...shown) => { for (const e of [use, again, shutter, resume]) e.hidden = !shown.includes(e); };

const { say, now: tell } = calm((name) => {
  advice.textContent = words[name] || "";
  section.dataset.advice = name;
}, "hold");

// chooseFiles shows the fields, and ends the camera.
function chooseFiles() {
  session?.stop();
  session = null;
  section.hidden = start.hidden = true;
  form.hidden = files.hidden = false;
}

// refused shows the fields, says why there is no camera, and lets it be tried
// again.
function refused(error) {
  chooseFiles();
  start.hidden = false;
  element("start-files").hidden = true;
  help(missing() || reason(error));
}

async function photograph(which) {
  side = which;
  help("");
  form.hidden = true;
  section.hidden = false;
  video.hidden = canvas.hidden = true; // until there is something to show
  skip.hidden = side !== "back";
  title.textContent = words[side === "back" ? "title_back" : twoSided() ? "title_front" : "title_page"];
  picture.hidden = true;
  tell("opening");
  show();
  title.focus({ preventScroll: true });
  section.scrollIntoView({ block: "start" });
  try {
    const { capture } = await import("./capture.js");
    video.hidden = canvas.hidden = false;
    session = await capture(
      { video, canvas, type: chosen().value, notLike: side === "back" ? front : null },
      { say, shutter: () => { shutter.hidden = false; }, taken, rested },
    );
    if (section.hidden) chooseFiles(); // while the browser asked, a file was chosen
  } catch (error) {
    refused(error);
  }
}

function taken(blob, closeUp, imprint) {
  session = null;
  shot = { blob, imprint };
  buzz();
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(closeUp);
  picture.hidden = false;
  video.hidden = canvas.hidden = skip.hidden = true;
  tell("taken");
  show(use, again);
  use.focus();
}

function rested() {
  session = null;
  video.hidden = canvas.hidden = true;
  tell("resting");
  show(resume);
}

// keep puts the photograph into the field, as if it had been chosen there.
function keep() {
  const input = element(side), box = new DataTransfer();
  box.items.add(new File([shot.blob], `${side}.jpg`, { type: "image/jpeg" }));
  input.files = box.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  if (side === "front" && twoSided()) {
    front = shot.imprint;
    photograph("back");
    return;
  }
  send();
}

function send() {
  chooseFiles(); // what is sent is seen
  form.requestSubmit();
}

element("start-camera").addEventListener("click", () => {
  const type = element("type-missing");
  type.hidden = Boolean(chosen());
  if (chosen()) photograph("front");
  else element("type").focus();
});
element("start-files").addEventListener("click", () => { chooseFiles(); element("front").focus(); });
element("capture-files").addEventListener("click", () => { chooseFiles(); element(side).focus(); });
shutter.addEventListener("click", () => session?.shoot());
use.addEventListener("click", keep);
for (const e of [again, resume]) e.addEventListener("click", () => photograph(side));
skip.addEventListener("click", () => {
  form.elements.back.value = ""; // of a card photographed before
  send();
});
form.addEventListener("change", (event) => {
  element("type-missing").hidden = true;
  if (event.target.type === "file" && section.hidden) chooseFiles();
});
addEventListener("pagehide", () => {
  if (!session) return;
  session.stop();
  rested(); // for whoever comes back
});

// Who chooses a file may have the photograph already: without scripts alone the
// field goes straight to the camera.
if (navigator.mediaDevices) for (const input of form.querySelectorAll("[capture]")) input.removeAttribute("capture");

// A file that was refused, or that the browser has kept, is seen at once.
if (!form.querySelector("[name=front][aria-invalid], .back-side.faulty") && ![...form.querySelectorAll("input[type=file]")].some((i) => i.value)) {
  files.hidden = true;
  start.hidden = false;
}

document.documentElement.dataset.modules = "";
