// The live step: shows the camera, takes frames over six seconds and sends
// them. What goes wrong with a camera is told apart, because the way out differs.
import { help, reason } from "./trouble.js";

const box = document.getElementById("live");
const video = box.querySelector("video");
const start = document.getElementById("start");
const record = document.getElementById("record");
const status = document.getElementById("live-status");
const bar = document.getElementById("live-progress");
const frames = 8;
const every = 800; // milliseconds: eight frames in a little over six seconds

const clock = document.getElementById("live-left");
const end = performance.now() + 1000 * box.dataset.seconds;
let filming = false;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (name) => { status.textContent = name ? box.dataset[name] : ""; status.hidden = !name; };

async function open() {
  help("");
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) {
    help("old");
    return;
  }
  start.disabled = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    video.srcObject = stream;
    await video.play();
    document.getElementById("view").hidden = false;
    start.hidden = true;
    record.hidden = false;
    record.focus();
    say("ready");
  } catch (error) {
    help(reason(error));
  } finally {
    start.disabled = false;
  }
}

function take(canvas) {
  const scale = Math.min(1, 1280 / video.videoWidth, 720 / Math.min(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}

async function film() {
  filming = true;
  record.disabled = true;
  bar.hidden = false;
  bar.max = frames;
  bar.value = 0;
  say("filming");
  const canvas = document.createElement("canvas");
  const form = new FormData();
  form.append("nonce", box.dataset.nonce);
  for (let i = 0; i < frames; i++) {
    await pause(every);
    const frame = await take(canvas);
    if (frame) form.append("frame", frame, `frame-${i}.jpg`);
    bar.value = i + 1;
  }
  say("sending");
  await send(form);
}

// These mean that this page is over; the server knows which one is due.
const over = ["live_expired", "not_now", "conflict", "no_session", "session_moved"];

async function send(form) {
  try {
    const answer = await fetch(box.dataset.post, { method: "POST", body: form, headers: { Accept: "application/json" } });
    if (answer.ok) {
      for (const track of video.srcObject.getTracks()) track.stop();
      location.assign((await answer.json()).page);
      return;
    }
    const problem = await answer.json().catch(() => ({}));
    if (over.includes(problem.code)) {
      location.assign("/enroll");
      return;
    }
    document.getElementById("live-problem-text").textContent = problem.detail || problem.title || "";
    help("problem");
  } catch {
    help("network");
  }
  say("ready");
  bar.hidden = true;
  record.disabled = filming = false;
}

// The words are valid for a while. What is being filmed at the end is sent all
// the same: the server decides.
function tick() {
  const left = Math.max(0, Math.round((end - performance.now()) / 1000));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (left === 0 && !filming) {
    record.disabled = start.disabled = true;
    help("expired");
    return;
  }
  setTimeout(tick, 500);
}
tick();

start.hidden = false;
start.addEventListener("click", open);
record.addEventListener("click", film);
