// Draws the outline of the document over the camera's picture.
import { distance } from "./measure.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const settled = 0.04; // of the view's width: with reduced motion smaller ways are not drawn

// overlay makes a function that draws the outline, in the pixels of the video,
// over the part of it that is visible.
export function overlay(canvas) {
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const usual = style.getPropertyValue("--focus").trim(), right = style.getPropertyValue("--found").trim();
  let drawn = null;

  return (corners, view, good) => {
    const density = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.round(canvas.clientWidth * density), height = Math.round(canvas.clientHeight * density);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.clearRect(0, 0, width, height);
    drawn = corners && follow(drawn, corners, view.width);
    if (!drawn) return;
    const scale = width / view.width;
    context.beginPath();
    for (const p of drawn) context.lineTo((p.x - view.x) * scale, (p.y - view.y) * scale);
    context.closePath();
    context.lineJoin = "round";
    for (const [colour, thick] of [["#10201f", 7], [good ? right : usual, 4]]) { // seen on any ground
      context.strokeStyle = colour;
      context.lineWidth = thick * density;
      context.stroke();
    }
  };
}

// follow moves the outline half of the way, so that it does not tremble; far
// ones at once. Whoever asks for less motion sees it jump, and seldom.
function follow(from, to, width) {
  if (!from) return to;
  const way = distance(from, to) / width;
  if (calm.matches) return way < settled ? from : to;
  if (way > 0.1) return to;
  const turn = [0, 1, 2, 3].reduce((best, t) => (length(from, to, t) < length(from, to, best) ? t : best));
  return from.map((p, i) => ({ x: (p.x + to[(i + turn) % 4].x) / 2, y: (p.y + to[(i + turn) % 4].y) / 2 }));
}

const length = (from, to, turn) => from.reduce((sum, p, i) => sum + Math.hypot(p.x - to[(i + turn) % 4].x, p.y - to[(i + turn) % 4].y), 0);
