// Tests a subscriber's line from the browser: microphone, registration, a call
// to the echo service, and what came back. All words are in the page.
import { Failure, Line } from "./line.js";
import { judge, level, loudness, read } from "./traffic.js";

const box = document.querySelector("[data-call]");
const part = (name) => box.querySelector(`[data-part="${name}"]`);
const button = part("button"), status = part("status"), audio = part("audio");
const glance = 250; // milliseconds between two looks at the meters

const say = (name) => box.querySelector(`[data-say="${name}"]`).textContent;
const release = (stream) => stream.getTracks().forEach((track) => track.stop());

const steps = [...part("steps").children];

// at says where the test is; the status is announced to those who cannot see it.
// Where it failed, and that all is done, stays marked.
function at(state) {
  box.dataset.state = state;
  status.textContent = box.querySelector(`[data-say="${state}"]`)?.textContent ?? "";
  const now = steps.findIndex((s) => s.dataset.step === state);
  if (now < 0 && state !== "done") return;
  steps.forEach((s, i) => {
    s.toggleAttribute("data-past", state === "done" || i < now);
    if (i === now) s.setAttribute("aria-current", "step");
    else s.removeAttribute("aria-current");
  });
}

// clear takes away what the last test said.
function clear() {
  box.querySelectorAll("[data-help], [data-verdict]").forEach((e) => { e.hidden = true; });
  part("result").hidden = part("detail").hidden = true;
  part("steps").hidden = false;
}

async function microphone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch ({ name }) {
    if (name === "NotAllowedError" || name === "SecurityError") throw new Failure("microphone_refused");
    throw new Failure(name === "NotFoundError" ? "microphone_missing" : "microphone_busy", name);
  }
}

// setup asks for a credential of this browser's own. It stays in this script's
// memory and ends by itself.
async function setup() {
  let answer;
  try {
    answer = await fetch(box.dataset.post, { method: "POST", headers: { Accept: "application/json" } });
  } catch {
    throw new Failure("service");
  }
  if (answer.ok) return answer.json();
  const known = { 401: "signed_out", 429: "often" }[answer.status];
  throw new Failure(known ?? (answer.status < 500 ? "line" : "service"), String(answer.status));
}

const pause = (ms) => new Promise((yes) => setTimeout(yes, ms));

// A meter goes from silence, -60 dB, to full scale.
const meter = (name, value) => { part(name).value = Math.max(0, Math.min(1, 1 + value / 60)); };

// listen watches the meters for as long as the test lasts, or until stop.
async function listen(connection, stop) {
  let before = await read(connection);
  for (const end = performance.now() + 1000 * box.dataset.seconds; performance.now() < end && !stop.aborted;) {
    await pause(glance);
    const now = await read(connection);
    meter("meter-out", level(before.out, now.out));
    meter("meter-back", level(before.back, now.back));
    part("left").textContent = String(Math.max(0, Math.ceil((end - performance.now()) / 1000)));
    before = now;
  }
  return before;
}

const number = (value, digits = 0) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);
const decibel = (value) => (Number.isFinite(value) ? `${number(value)} dB` : say("silence"));
const milliseconds = (seconds) => (seconds === undefined ? say("unknown") : `${number(seconds * 1000)} ms`);

function report(r) {
  const facts = {
    packets_out: number(r.out.packets), packets_back: number(r.back.packets),
    lost_out: r.out.lost === undefined ? say("unknown") : number(r.out.lost), lost_back: number(r.back.lost),
    level_out: decibel(loudness(r.out)), level_back: decibel(loudness(r.back)),
    delay: milliseconds(r.delay), jitter: milliseconds(r.back.jitter), codec: r.codec, cipher: r.dtls === "connected" ? r.cipher.replace(/^(SRTP_)?/, "DTLS-SRTP, ") : say("unknown"),
  };
  for (const [name, value] of Object.entries(facts)) part(name).textContent = value;
  const verdict = box.querySelector(`[data-verdict="${judge(r)}"]`);
  verdict.hidden = part("result").hidden = false;
  verdict.focus();
}

let stop; // ends the test that is going on

async function test() {
  stop = new AbortController();
  const { signal } = stop;
  const stopped = new Promise((_, no) => signal.addEventListener("abort", () => no(new Failure("stopped"))));
  stopped.catch(() => {}); // while the meters run, a stop is an end like any other
  const unlessStopped = (promise) => Promise.race([promise, stopped]);
  clear();
  button.textContent = say("stop");
  let asked, line;
  const leave = () => line?.close();
  window.addEventListener("pagehide", leave);
  try {
    if (!window.isSecureContext || !window.RTCPeerConnection || !navigator.mediaDevices) throw new Failure("unable");
    at("microphone");
    asked = microphone();
    const stream = await unlessStopped(asked);
    at("registering");
    const account = await unlessStopped(setup());
    line = new Line(account);
    await unlessStopped(line.register());
    at("calling");
    const session = await unlessStopped(line.call(account.echo, stream, audio));
    at("talking");
    part("meters").hidden = false;
    const heard = await Promise.race([listen(session.connection, signal), line.over(session)]);
    at("done");
    report(heard);
  } catch (error) {
    failed(error);
  } finally {
    leave();
    window.removeEventListener("pagehide", leave);
    asked?.then(release, () => {}); // also when it is given after a stop
    audio.srcObject = null;
    part("meters").hidden = true;
    button.textContent = say("again");
    stop = undefined;
  }
}

function failed(error) {
  const code = error instanceof Failure ? error.code : "problem";
  if (code === "stopped") {
    part("steps").hidden = true;
    return at("ready");
  }
  at("failed");
  const help = box.querySelector(`[data-help="${code}"]`) ?? box.querySelector('[data-help="problem"]');
  help.hidden = part("detail").hidden = false;
  part("reason").textContent = error.message;
  help.focus();
}

button.addEventListener("click", () => { if (stop) stop.abort(); else test(); });
button.hidden = false;
