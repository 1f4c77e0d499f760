// The live step: the words are written, then the camera is opened, pictures of
// it are sent, and the page shows what the server asks for until it is over.
import { film } from "./filmer.js";
import { close, front, open } from "./lens.js";
import { pace } from "./pace.js";
import { enough, prompt } from "./prompt.js";
import { sender } from "./sender.js";
import { help, missing, reason } from "./trouble.js";

const element = (id) => document.getElementById(id);
const prepare = element("prepare"), stage = element("stage"), start = element("start"), box = element("prompt");
const main = element("main"), video = stage.querySelector("video"), clock = element("live-left");
const closes = performance.now() + 1000 * stage.dataset.seconds;

const farewell = 1500; // milliseconds that the thanks stand

let running = null; // what is to be stopped

function halt() {
  for (const end of running ?? []) end();
  running = null;
}

function stop() {
  halt();
  close(video);
}

// show leaves nothing on the page but the camera, or gives the page back.
function show(filming) {
  stage.hidden = !filming;
  main.classList.toggle("filming", filming);
}

// ends stops what was filmed and says why. The words have been seen, so that
// another film needs new ones.
function ends(why) {
  stop();
  show(false);
  prepare.hidden = true;
  element("again").hidden = false;
  help(why);
}

async function begin() {
  help("");
  if (missing()) {
    help(missing());
    return;
  }
  start.disabled = true;
  try {
    await open(video, front);
  } catch (error) {
    help(reason(error));
    return;
  } finally {
    start.disabled = false;
  }
  if (performance.now() >= closes) { // while the browser asked for the camera
    ends("expired");
    return;
  }
  show(true);
  stage.focus({ preventScroll: true });
  stage.scrollIntoView({ block: "start" });
  record();
}

function record() {
  const speed = pace(), shown = prompt(box, stage);
  shown.say("find");
  const post = sender({
    url: stage.dataset.post, nonce: stage.dataset.nonce,
    answered(answer, ms, queue) {
      speed.answered(ms, queue);
      shown.show(answer);
      if (answer.end) over(answer);
    },
    refused,
    lost: () => ends("network"),
  });
  const settings = () => {
    const { every, quality, side, words } = speed.now();
    return { every, quality, side: box.dataset.action === "words" ? words : side };
  };
  // Who holds up a sheet touches nothing, and the screen must not sleep.
  const awake = navigator.wakeLock?.request("screen").catch(() => null);
  const rest = () => awake?.then((lock) => lock?.release());
  running = [film(video, settings, post.add, () => ends("stopped")), post.stop, shown.stop, rest];
}

// over: what was seen is enough, or the session has ended otherwise.
function over(answer) {
  halt();
  if (enough.includes(answer.end)) {
    video.pause(); // a black picture would be no thanks
    setTimeout(() => location.assign(answer.page), farewell);
    return;
  }
  close(video);
  show(false);
  prepare.hidden = true;
  const ended = element("ended");
  for (const e of ended.querySelectorAll("[data-ended]")) e.hidden = e.dataset.ended !== answer.end;
  element("go-on").href = answer.page;
  ended.hidden = false;
  ended.focus();
}

// These mean that another page is due; the server knows which.
const elsewhere = ["not_now", "conflict", "no_session", "session_moved"];

function refused(problem) {
  if (elsewhere.includes(problem.code)) {
    stop();
    location.assign("/enroll");
    return;
  }
  element("problem-title").textContent = problem.title || element("problem-title").textContent;
  element("problem-text").textContent = problem.detail || "";
  ends(problem.code === "live_expired" ? "expired" : "problem");
}

// The words are valid for a while. Once the camera runs, the server decides.
function tick() {
  const left = Math.max(0, Math.round((closes - performance.now()) / 1000));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (left > 0) setTimeout(tick, 500);
  else if (stage.hidden && !prepare.hidden) ends("expired");
}
tick();

start.hidden = false;
start.addEventListener("click", begin);
element("cancel").addEventListener("click", () => ends("cancelled"));
document.addEventListener("visibilitychange", () => { if (document.hidden && running) ends("hidden"); });
addEventListener("pagehide", () => { if (running) ends("hidden"); });
document.documentElement.dataset.modules = "";
