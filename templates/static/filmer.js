// Takes pictures out of a running video, by the browser's own clock.
import { encode, still } from "./lens.js";

const early = 20; // milliseconds by which a picture may come before it is due
const frozen = 4000; // milliseconds without a new picture: the camera has stopped
const heaviest = 560000; // bytes; the server takes no picture above 600 kB

// film calls taken({blob, at}) about every settings().every milliseconds; at is
// milliseconds since it began. The same picture of the camera is never taken
// twice, as its bytes would be those of a picture that is played again.
// stopped() is called when the camera gives no more. It returns what ends it.
export function film(video, settings, taken, stopped) {
  const canvas = document.createElement("canvas");
  const track = video.srcObject.getVideoTracks()[0];
  const began = performance.now();
  let running = true, busy = false;
  let due = began, fresh = began, shown = -1;

  async function look(time) {
    const now = performance.now();
    if (!running || time === shown) return;
    shown = time;
    fresh = now;
    if (busy || now < due - early) return;
    const { every, side, quality } = settings();
    due = now + every;
    busy = true;
    try {
      const picture = still(video, side, canvas);
      let blob = await encode(picture, quality);
      if (blob.size > heaviest) blob = await encode(picture, quality / 2);
      if (running) taken({ blob, at: Math.round(now - began) });
    } catch {
      // a browser short of memory encodes nothing: the next one may do
    } finally {
      busy = false;
    }
  }

  function follow() {
    if (!running) return;
    video.requestVideoFrameCallback((now) => { look(now); follow(); }); // called for new pictures only
  }
  const timers = [setInterval(() => { if (performance.now() - fresh > frozen) give(); }, 1000)];
  if (video.requestVideoFrameCallback) follow();
  else timers.push(setInterval(() => look(video.currentTime), 40));
  track.addEventListener("ended", give); // unplugged, or taken by another program

  function stop() {
    running = false;
    for (const t of timers) clearInterval(t);
    track.removeEventListener("ended", give);
  }
  function give() {
    stop();
    stopped();
  }
  return stop;
}
