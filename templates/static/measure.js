// Judges a document's picture before it is taken: size, tilt, light, sharpness
// and rest, and the one thing to say about them. Nothing here touches a page or
// a camera. The advice has the names of the server's.

const limits = {
  margin: 0.006, // of the picture's longer side, between document and border
  pitch: 16, // pixels from one character of the MRZ to the next; 12 can be read, oblique ones need more
  share: 0.8, // of the room there is: a small camera cannot ask for more
  tilt: 28, // degrees
  dark: 58, // mean level
  pale: 236,
  burntAll: 0.45, // part of the document without any detail
  burnt: 0.008, // where the rest is well lit
  sharp: 0.12, // see sharpness; a clear picture has 0.25 and more, a blur of a seventeenth of the pitch 0.1
  motion: 0.012, // of the outline's diagonal
};

const millimetresPitch = 2.54; // OCR-B, ten characters to the inch (ICAO 9303-3, 4.3)

// size returns the distance of two characters in pixels, and how large the
// document is to the largest that the picture has room for.
export function size(corners, shapes, ratio, { width, height }) {
  const side = (i) => Math.hypot(corners[(i + 1) % 4].x - corners[i].x, corners[(i + 1) % 4].y - corners[i].y);
  const a = (side(0) + side(2)) / 2, b = (side(1) + side(3)) / 2;
  const [wide, high] = shapes.reduce((best, s) => (Math.abs(Math.log(s[0] / s[1] / ratio)) < Math.abs(Math.log(best[0] / best[1] / ratio)) ? s : best));
  const long = Math.max(a, b);
  const lying = Math.abs(corners[1].x - corners[0].x) > Math.abs(corners[1].y - corners[0].y) === (a > b);
  const room = lying ? Math.min(width, height * wide / high) : Math.min(height, width * wide / high);
  return { pitch: millimetresPitch * long / wide, share: long / room };
}

// margin is the distance of the nearest corner to the border, to the picture's
// longer side.
export function margin(corners, { width, height }) {
  let least = Infinity;
  for (const p of corners) least = Math.min(least, p.x, p.y, width - p.x, height - p.y);
  return least / Math.max(width, height);
}

const full = 250; // level from which a pixel may be burnt out

// light returns the mean level within the corners and the part that is burnt
// out: as bright as can be, with no print for two pixels around.
export function light(grey, width, height, corners) {
  let sum = 0, count = 0, burnt = 0;
  const around = [-2, 2, -2 * width, 2 * width, -width - 1, -width + 1, width - 1, width + 1];
  const top = Math.max(2, Math.ceil(Math.min(...corners.map((c) => c.y))));
  const end = Math.min(height - 2, Math.floor(Math.max(...corners.map((c) => c.y))));
  for (let y = top; y < end; y++) {
    let from = width, to = 0;
    for (let i = 0; i < 4; i++) {
      const a = corners[i], b = corners[(i + 1) % 4];
      if ((a.y <= y) === (b.y <= y)) continue;
      const x = a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y);
      from = Math.min(from, x);
      to = Math.max(to, x);
    }
    for (let x = Math.max(2, Math.ceil(from) + 1); x < Math.min(width - 2, Math.floor(to)); x++) {
      const i = y * width + x;
      sum += grey[i];
      count++;
      if (grey[i] >= full && around.every((o) => grey[i + o] >= full)) burnt++;
    }
  }
  return count ? { mean: sum / count, burnt: burnt / count } : { mean: 0, burnt: 0 };
}

const columns = 12, rows = 8;

// imprint is the picture within the corners, coarse and without its light, so
// that two pictures of one side of a document can be told from front and back.
export function imprint(grey, width, height, corners) {
  const long = Math.hypot(corners[1].x - corners[0].x, corners[1].y - corners[0].y)
    > Math.hypot(corners[2].x - corners[1].x, corners[2].y - corners[1].y) ? 0 : 1;
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => corners[(i + long) % 4]);
  const cells = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < 16; k++) {
        const u = (column + (k % 4 + 0.5) / 4) / columns, v = (row + ((k >> 2) + 0.5) / 4) / rows;
        const x = (1 - v) * ((1 - u) * a.x + u * b.x) + v * ((1 - u) * d.x + u * c.x);
        const y = (1 - v) * ((1 - u) * a.y + u * b.y) + v * ((1 - u) * d.y + u * c.y);
        sum += grey[Math.min(height - 1, Math.max(0, Math.floor(y))) * width + Math.min(width - 1, Math.max(0, Math.floor(x)))];
      }
      cells.push(sum / 16);
    }
  }
  const mean = cells.reduce((p, q) => p + q) / cells.length;
  const norm = Math.hypot(...cells.map((v) => v - mean)) || 1;
  return cells.map((v) => (v - mean) / norm);
}

// alike tells whether two imprints are of one side, either way up.
export function alike(a, b) {
  const product = (p, q) => p.reduce((sum, v, i) => sum + v * q[i], 0);
  return Math.max(product(a, b), product([...a].reverse(), b)) > 0.8;
}

const tile = 24; // pixels
const printed = 150; // variance from which a tile holds print

// sharpness is the variance of the second derivative to that of the levels,
// in the direction where it is less (a hand moves in one), of the sharper of
// the tiles that hold print. The picture's characters have one size
// (limits.pitch), so that the same blur has the same value for every camera.
export function sharpness(grey, width, height) {
  const values = [];
  for (let top = 1; top + tile < height; top += tile) {
    for (let left = 1; left + tile < width; left += tile) {
      let sum = 0, squares = 0, across = 0, down = 0;
      for (let y = top; y < top + tile; y++) {
        for (let i = y * width + left; i < y * width + left + tile; i++) {
          const v = grey[i];
          sum += v;
          squares += v * v;
          across += (grey[i - 1] - 2 * v + grey[i + 1]) ** 2;
          down += (grey[i - width] - 2 * v + grey[i + width]) ** 2;
        }
      }
      const n = tile * tile;
      const variance = squares / n - (sum / n) ** 2;
      if (variance > printed) values.push(Math.min(across, down) / n / variance);
    }
  }
  if (values.length < 4) return 0;
  values.sort((a, b) => a - b);
  return values[Math.floor(0.8 * values.length)];
}

// steadiness makes a function that tells how far an outline has moved in the
// last time, as a part of its diagonal, and Infinity before that time is over.
export function steadiness(milliseconds = 600) {
  let past = [];
  return (corners, now) => {
    if (!corners) {
      past = [];
      return Infinity;
    }
    const diagonal = Math.hypot(corners[2].x - corners[0].x, corners[2].y - corners[0].y);
    past.push({ now, corners });
    while (past.length > 1 && now - past[1].now >= milliseconds) past.shift();
    if (now - past[0].now < milliseconds) return Infinity;
    return Math.max(...past.map((p) => distance(p.corners, corners))) / diagonal;
  };
}

// distance is the farthest way of a corner; which corner is the first may
// change from picture to picture.
export function distance(a, b) {
  let least = Infinity;
  for (let turn = 0; turn < 4; turn++) {
    let most = 0;
    for (let i = 0; i < 4; i++) most = Math.max(most, Math.hypot(a[(i + turn) % 4].x - b[i].x, a[(i + turn) % 4].y - b[i].y));
    least = Math.min(least, most);
  }
  return least;
}

// advise returns the one thing to say, or "" when the picture is good.
export function advise(m) {
  if (!m.corners) return "no_document";
  if (m.cut || m.margin < limits.margin) return "whole";
  if (m.pitch < limits.pitch && m.share < limits.share) return "closer";
  if (m.tilt > limits.tilt) return "straighten";
  if (m.mean < limits.dark) return "more_light";
  if (m.mean > limits.pale || m.burnt > limits.burntAll) return "less_light";
  if (m.burnt > limits.burnt) return "less_glare";
  return m.sharp < limits.sharp ? "steady" : "";
}

export const isStill = (motion) => motion < limits.motion;
export const readingPitch = limits.pitch;
