// Looks through the camera for a document, says the one thing to do, and takes
// the photograph when it is steady and sharp.
import { inspector } from "./inspector.js";
import { close, encode, open, photograph, still } from "./lens.js";
import { alike, isStill, steadiness } from "./measure.js";
import { overlay } from "./overlay.js";

const inARow = 4; // good pictures before one is taken
const busyPart = 3; // of the time at most a third is spent on inspecting
const slowest = 66; // milliseconds between two inspections, at least
const shutterAfter = 4000; // milliseconds until the button to take it oneself
const restAfter = 120000; // milliseconds until the camera rests

// capture opens the camera and returns what stops it; a camera that cannot be
// opened is the promise's error. The callbacks: say(advice), shutter() when the
// button may be shown, taken(blob, closeUp, imprint), rested() when the camera
// was closed to save the battery.
export async function capture({ video, canvas, type, notLike }, { say, shutter, taken, rested }) {
  await open(video);
  const shape = () => canvas.parentElement.classList.toggle("tall", video.videoHeight > video.videoWidth);
  shape();
  video.addEventListener("resize", shape); // a phone is turned
  const inspect = inspector(type), moved = steadiness(), draw = overlay(canvas);
  const timers = [setTimeout(shutter, shutterAfter), setTimeout(rest, restAfter)];
  let good = 0, running = true, timer = 0;

  function stop() {
    running = false;
    for (const t of [...timers, timer]) clearTimeout(t);
    document.removeEventListener("visibilitychange", rest);
    video.removeEventListener("resize", shape);
    close(video);
  }
  function rest(event) {
    if (event && !document.hidden) return;
    stop();
    rested();
  }
  document.addEventListener("visibilitychange", rest);
  video.srcObject.getVideoTracks()[0].addEventListener("ended", () => { if (running) rest(); }); // unplugged, or taken away

  const size = () => ({ width: video.videoWidth, height: video.videoHeight });

  // judge returns what to say, and whether the picture is good and at rest.
  function judge(seen, now) {
    const motion = moved(seen.cut ? null : seen.corners, now);
    if (seen.imprint && notLike && alike(seen.imprint, notLike)) return { advice: "turn" };
    if (seen.advice) return { advice: seen.advice };
    if (motion === Infinity) return { advice: "hold" }; // not seen for long enough to tell
    return isStill(motion) ? { advice: "hold", ready: true } : { advice: "steady" };
  }

  async function look() {
    if (!running) return;
    const begun = performance.now(), view = visible(video);
    const seen = inspect(video, size(), view);
    const { advice, ready } = judge(seen, begun);
    good = ready ? good + 1 : 0;
    draw(seen.cut ? null : seen.corners, view, advice === "hold");
    say(advice);
    if (good >= inARow && await shoot(true)) return;
    const cost = performance.now() - begun;
    timer = setTimeout(next, Math.max(slowest - cost, (busyPart - 1) * cost));
  }
  function next() {
    if (!running) return;
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(look);
    else requestAnimationFrame(look);
  }

  // shoot takes the photograph. By itself it takes none that is not as good as
  // what led to it; the button takes any.
  async function shoot(byItself) {
    const frame = still(video);
    const seen = inspect(frame, size(), visible(video));
    if (byItself && seen.advice) {
      good = 0;
      return false;
    }
    running = false;
    try {
      const larger = await photograph(video);
      const best = larger && await asGood(larger, seen.advice) ? larger : await encode(frame);
      const near = await encode(closeUp(frame, seen.corners));
      stop();
      taken(best, near, seen.imprint);
    } catch { // a browser short of memory encodes nothing
      stop();
      rested();
    }
    return true;
  }

  // asGood: between frame and shutter the hand may have moved.
  async function asGood(blob, wanted) {
    const bitmap = await createImageBitmap(blob).catch(() => null);
    if (!bitmap) return false;
    const { advice } = inspector(type)(bitmap, { width: bitmap.width, height: bitmap.height });
    bitmap.close();
    return advice === "" || advice === wanted;
  }

  next();
  return { stop, shoot: () => running && shoot(false) };
}

// closeUp cuts the document out with a little of its ground, so that whoever
// looks at it can tell whether the lines can be read.
function closeUp(frame, corners) {
  if (!corners) return frame;
  const xs = corners.map((c) => c.x), ys = corners.map((c) => c.y), rim = 0.02 * frame.width;
  const x = Math.max(0, Math.min(...xs) - rim), y = Math.max(0, Math.min(...ys) - rim);
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(frame.width, Math.max(...xs) + rim) - x;
  canvas.height = Math.min(frame.height, Math.max(...ys) + rim) - y;
  canvas.getContext("2d").drawImage(frame, -x, -y);
  return canvas;
}

// visible is the part of the video that its box shows, which covers the box.
function visible(video) {
  const { videoWidth: width, videoHeight: height, clientWidth, clientHeight } = video;
  if (!clientWidth) return { x: 0, y: 0, width, height };
  const scale = Math.max(clientWidth / width, clientHeight / height);
  const w = Math.min(width, clientWidth / scale), h = Math.min(height, clientHeight / scale);
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h };
}
