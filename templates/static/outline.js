// Finds the outline of a document in a small luminance picture. Nothing here
// touches a page or a camera.
//
// Every edge pixel votes for the straight line through it (Hough), with the
// direction from dark to bright, so that the four sides of one document agree:
// all have the bright side within, or all without. The best four lines whose
// corners can be those of a document of the wanted proportions, seen through a
// lens of usual focal length, are the outline. Where the picture's border cuts a
// side off, three lines and the border are told apart as a document cut off.

// Millimetres by type of document: ID-1 and ID-2 cards (ICAO 9303-5, 9303-6),
// the ID-3 page (9303-4), visas MRV-A and MRV-B (9303-7) and the page they are
// stuck on.
export const shapes = {
  passport: [[125, 88]],
  identity_card: [[85.6, 53.98], [105, 74]],
  residence_permit: [[85.6, 53.98], [105, 74]],
  visa: [[120, 80], [105, 74], [125, 88]],
};

const turns = 180; // directions told apart, two degrees each
const reach = 3; // directions to either side for which an edge pixel votes
const grain = 2; // pixels between two lines of one direction
const faintest = 18; // of an edge, in eighths of a level a pixel
const most = 36; // lines tried
const tried = 240; // quadrilaterals tested against the picture
const least = 0.42; // part of every side that must be seen: fingers hold documents
const wanted = 0.6; // of all sides together, less what goes on beyond the corners
const slack = 0.07; // of the proportions, for a document seen from straight above
const slackTilted = 0.08; // more of it at 45 degrees: focal lengths differ
const steepest = 50; // degrees of tilt

const sine = new Float32Array(turns);
const cosine = new Float32Array(turns);
for (let i = 0; i < turns; i++) {
  sine[i] = Math.sin(2 * Math.PI * i / turns);
  cosine[i] = Math.cos(2 * Math.PI * i / turns);
}

// finder makes a function that finds the outline in pictures of one size. It
// keeps its memory: a garbage collection would show as a stutter.
export function finder(width, height) {
  const size = width * height;
  const smooth = new Float32Array(size);
  const gx = new Float32Array(size);
  const gy = new Float32Array(size);
  const strong = new Float32Array(size);
  const diagonal = Math.hypot(width, height);
  const rows = Math.ceil(diagonal / grain) + 3;
  const votes = new Uint16Array(turns * rows);
  const picture = { width, height, gx, gy };

  // grey holds width * height levels; shapes as above; focal in pixels.
  return function find(grey, wantedShapes, focal = 0.9 * Math.max(width, height)) {
    gradients(grey, smooth, picture, strong);
    vote(strong, picture, votes, rows, diagonal);
    const lines = peaks(votes, rows, diagonal, Math.min(width, height));
    const ratios = wantedShapes.map(([w, h]) => w / h);
    return best(lines, picture, ratios, focal);
  };
}

function gradients(grey, smooth, { width, height, gx, gy }, strong) {
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      smooth[i] = (grey[i - width - 1] + grey[i - width + 1] + grey[i + width - 1] + grey[i + width + 1]
        + 2 * (grey[i - 1] + grey[i + 1] + grey[i - width] + grey[i + width]) + 4 * grey[i]) / 16;
    }
  }
  gx.fill(0);
  gy.fill(0);
  strong.fill(0);
  for (let y = 2; y < height - 2; y++) {
    for (let i = y * width + 2; i < (y + 1) * width - 2; i++) {
      const a = smooth[i + width + 1] - smooth[i - width - 1];
      const b = smooth[i + width - 1] - smooth[i - width + 1];
      gx[i] = a - b + 2 * (smooth[i + 1] - smooth[i - 1]);
      gy[i] = a + b + 2 * (smooth[i + width] - smooth[i - width]);
      strong[i] = Math.sqrt(gx[i] * gx[i] + gy[i] * gy[i]); // hypot is many times slower
    }
  }
}

// vote counts, for the pixels on the ridge of an edge.
function vote(strong, { width, height, gx, gy }, votes, rows, diagonal) {
  votes.fill(0);
  const cx = width / 2, cy = height / 2;
  for (let y = 3; y < height - 3; y++) {
    for (let x = 3; x < width - 3; x++) {
      const i = y * width + x;
      const s = strong[i];
      if (s < faintest) continue;
      const ax = Math.abs(gx[i]), ay = Math.abs(gy[i]);
      const step = ax > 2.4 * ay ? 1 : ay > 2.4 * ax ? width : gx[i] * gy[i] > 0 ? width + 1 : width - 1;
      if (s < strong[i - step] || s <= strong[i + step]) continue;
      const middle = Math.round(Math.atan2(gy[i], gx[i]) * turns / (2 * Math.PI)) + turns;
      for (let t = middle - reach; t <= middle + reach; t++) {
        const turn = t % turns;
        const rho = (x - cx) * cosine[turn] + (y - cy) * sine[turn];
        votes[turn * rows + Math.round((rho + diagonal / 2) / grain) + 1]++;
      }
    }
  }
}

// peaks returns the lines with the most votes around them as {nx, ny, rho}:
// nx x + ny y = rho, from the middle of the picture, (nx, ny) towards the
// bright side.
function peaks(votes, rows, diagonal, short) {
  const found = [];
  const enough = 0.12 * short;
  for (let t = 0; t < turns; t++) {
    for (let r = 1; r < rows - 1; r++) {
      const v = votes[t * rows + r];
      if (v < enough || !highest(votes, rows, t, r, v)) continue;
      found.push({ nx: cosine[t], ny: sine[t], rho: (r - 1) * grain - diagonal / 2, votes: v });
    }
  }
  return found.sort((a, b) => b.votes - a.votes).slice(0, most);
}

function highest(votes, rows, t, r, v) {
  for (let dt = -3; dt <= 3; dt++) {
    const row = ((t + dt + turns) % turns) * rows;
    for (let dr = -2; dr <= 2; dr++) {
      if (r + dr < 0 || r + dr >= rows) continue;
      const other = votes[row + r + dr];
      if (other > v || (other === v && (dt < 0 || (dt === 0 && dr < 0)))) return false;
    }
  }
  return true;
}

// opposites returns the pairs of lines that face each other.
function opposites(lines, apart) {
  const pairs = [];
  for (let i = 0; i < lines.length; i++) {
    for (let j = i + 1; j < lines.length; j++) {
      const a = lines[i], b = lines[j];
      if (a.nx * b.nx + a.ny * b.ny > -0.72) continue;
      const gap = -(a.rho + b.rho); // positive: the bright sides face each other
      if (Math.abs(gap) < apart) continue;
      pairs.push({ a, b, bright: gap > 0, votes: a.votes + b.votes });
    }
  }
  return pairs.sort((p, q) => q.votes - p.votes).slice(0, 90);
}

function fits({ ratio, tilt }, ratios) {
  const room = slack + slackTilted * tilt / 45;
  return tilt < steepest && ratios.some((r) => Math.abs(Math.log(ratio / r)) < room);
}

function best(lines, picture, ratios, focal) {
  const pairs = opposites(lines, 0.16 * Math.min(picture.width, picture.height));
  const whole = pick(rectangles(pairs, picture, ratios, focal), picture);
  const cut = cutOff(pairs, lines, picture);
  if (cut && (!whole || within(whole, cut))) return cut;
  if (!whole) return null;
  const sense = whole.bright ? 1 : -1;
  const corners = refine(whole.corners, picture, sense);
  const form = corners && proportions(corners, picture, focal);
  return form ? { ...whole, ...form, corners } : whole;
}

// within tells whether what seems whole is a portrait or a stamp on a document
// that is cut off. Two documents of which one goes on to the border along a
// plank of the table have sides in common.
function within(whole, cut) {
  const common = whole.lines.filter((l) => cut.lines.includes(l)).length;
  return common < 2 && area(cut.corners) > 1.6 * area(whole.corners);
}

// rectangles returns what four of the lines may enclose, the most voted first.
function rectangles(pairs, picture, ratios, focal) {
  const candidates = [];
  for (let i = 0; i < pairs.length; i++) {
    for (let j = i + 1; j < pairs.length; j++) {
      const p = pairs[i], q = pairs[j];
      if (p.bright !== q.bright || Math.abs(p.a.nx * q.a.nx + p.a.ny * q.a.ny) > 0.6) continue;
      const corners = corner(p, q, picture);
      if (!corners || !plausible(corners, picture)) continue;
      const form = proportions(corners, picture, focal);
      if (!form || !fits(form, ratios)) continue;
      // Dark on bright is also every portrait on a document: only large ones count.
      if (!p.bright && area(corners) < 0.2 * picture.width * picture.height) continue;
      candidates.push({ corners, ...form, lines: [p.a, p.b, q.a, q.b], bright: p.bright, votes: p.votes + q.votes });
    }
  }
  return candidates.sort((a, b) => b.votes - a.votes).slice(0, tried);
}

// pick returns the candidate that the picture supports best, or null.
function pick(candidates, picture) {
  let winner = null;
  for (const c of candidates) {
    const { parts, beyond } = support(c.corners, picture, c.bright ? 1 : -1);
    const mean = parts.reduce((a, b) => a + b) / 4;
    if (Math.min(...parts) < least || mean - beyond < wanted) continue;
    // The larger of two as good ones: documents have frames printed on them.
    const score = mean - 0.35 * beyond + 0.25 * Math.sqrt(area(c.corners) / (picture.width * picture.height));
    if (!winner || score > winner.score) winner = { ...c, score };
  }
  return winner;
}

// cutOff returns the largest document of which the border of the picture hides
// one side, or null.
function cutOff(pairs, lines, picture) {
  const { width, height } = picture;
  const borders = [[1, 0, 3 - width / 2], [-1, 0, 3 - width / 2], [0, 1, 3 - height / 2], [0, -1, 3 - height / 2]];
  let winner = null;
  for (const p of pairs.slice(0, 40)) {
    for (const c of lines) {
      if (Math.abs(p.a.nx * c.nx + p.a.ny * c.ny) > 0.5) continue;
      const sense = p.bright ? 1 : -1;
      const facing = borders.find(([nx, ny]) => -sense * (c.nx * nx + c.ny * ny) > 0.85);
      if (!facing) continue;
      const border = { nx: sense * facing[0], ny: sense * facing[1], rho: sense * facing[2] };
      const corners = corner(p, { a: c, b: border }, picture);
      if (!corners || !plausible(corners, picture) || area(corners) < 0.15 * width * height) continue;
      if (winner && area(corners) <= area(winner.corners)) continue;
      const { parts, beyond } = support(corners, picture, sense);
      parts.sort((a, b) => b - a); // the border itself is the last
      if (parts[2] > 0.85 && beyond < 0.1) winner = { corners, lines: [p.a, p.b, c], cut: true };
    }
  }
  return winner;
}

function cross(a, b, { width, height }) {
  const d = a.nx * b.ny - a.ny * b.nx;
  if (Math.abs(d) < 0.2) return null;
  return { x: width / 2 + (a.rho * b.ny - b.rho * a.ny) / d, y: height / 2 + (a.nx * b.rho - b.nx * a.rho) / d };
}

// corner returns the four corners clockwise on the screen, or null.
function corner(p, q, picture) {
  const four = [cross(p.a, q.a, picture), cross(q.a, p.b, picture), cross(p.b, q.b, picture), cross(q.b, p.a, picture)];
  if (four.some((c) => !c)) return null;
  return signedArea(four) > 0 ? four : four.reverse();
}

function signedArea(c) {
  let sum = 0;
  for (let i = 0; i < 4; i++) sum += c[i].x * c[(i + 1) % 4].y - c[(i + 1) % 4].x * c[i].y;
  return sum / 2;
}

const area = (corners) => Math.abs(signedArea(corners));

function plausible(c, { width, height }) {
  const edge = 0.02 * Math.max(width, height);
  for (const p of c) if (p.x < -edge || p.y < -edge || p.x > width + edge || p.y > height + edge) return false;
  if (area(c) < 0.05 * width * height) return false;
  for (let i = 0; i < 4; i++) {
    const a = c[(i + 3) % 4], b = c[i], d = c[(i + 1) % 4];
    const ux = a.x - b.x, uy = a.y - b.y, vx = d.x - b.x, vy = d.y - b.y;
    if (ux * vy - uy * vx > 0) return false; // not convex
    if (Math.abs(ux * vx + uy * vy) > 0.72 * Math.hypot(ux, uy) * Math.hypot(vx, vy)) return false;
  }
  return true;
}

// proportions returns how long the document is to its width, and how far it is
// tilted away from the picture's plane, in degrees. With the homography H from
// a rectangle and the lens's K, the first two columns of K⁻¹H are the images
// of the sides.
function proportions(c, { width, height }, focal) {
  const [p0, p1, p2, p3] = c.map((p) => ({ x: p.x - width / 2, y: p.y - height / 2 }));
  const sx = p0.x - p1.x + p2.x - p3.x, sy = p0.y - p1.y + p2.y - p3.y;
  const dx1 = p1.x - p2.x, dx2 = p3.x - p2.x, dy1 = p1.y - p2.y, dy2 = p3.y - p2.y;
  const d = dx1 * dy2 - dx2 * dy1;
  if (Math.abs(d) < 1e-6) return null;
  const g = (sx * dy2 - dx2 * sy) / d, h = (dx1 * sy - sx * dy1) / d;
  const u = [(p1.x - p0.x + g * p1.x) / focal, (p1.y - p0.y + g * p1.y) / focal, g];
  const v = [(p3.x - p0.x + h * p3.x) / focal, (p3.y - p0.y + h * p3.y) / focal, h];
  const ratio = Math.hypot(...u) / Math.hypot(...v);
  const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const tilt = Math.acos(Math.min(1, Math.abs(n[2]) / Math.hypot(...n))) * 180 / Math.PI;
  return { ratio: ratio < 1 ? 1 / ratio : ratio, upright: ratio < 1, tilt };
}

// support tells which part of the sides is an edge of the right sense, and
// whether those edges go on beyond the corners, as those of planks do.
function support(c, picture, sense) {
  const parts = [];
  let beyond = 0;
  for (let i = 0; i < 4; i++) {
    const side = along(c[i], c[(i + 1) % 4], sense);
    const n = Math.min(48, Math.max(12, Math.round(side.length / 3)));
    let hits = 0;
    for (let k = 0; k < n; k++) hits += seen(picture, side, 0.06 + 0.88 * (k + 0.5) / n) ? 1 : 0;
    let over = 0;
    for (let k = 1; k <= 4; k++) over += (seen(picture, side, -0.04 * k) ? 1 : 0) + (seen(picture, side, 1 + 0.04 * k) ? 1 : 0);
    parts.push(hits / n);
    beyond += over / 32;
  }
  return { parts, beyond };
}

// along returns a side with the direction to its bright side: corners run
// clockwise on the screen, so that the inside is to the right.
function along(a, b, sense) {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const dx = (b.x - a.x) / length, dy = (b.y - a.y) / length;
  return { a, dx, dy, nx: -dy * sense, ny: dx * sense, length };
}

function seen({ width, height, gx, gy }, s, part) {
  const x = s.a.x + s.dx * part * s.length, y = s.a.y + s.dy * part * s.length;
  for (let o = -1.5; o <= 1.5; o += 1) {
    const px = Math.round(x + o * s.nx), py = Math.round(y + o * s.ny);
    if (px < 0 || py < 0 || px >= width || py >= height) continue;
    const i = py * width + px;
    const to = gx[i] * s.nx + gy[i] * s.ny;
    if (to >= faintest && to * to > 0.64 * (gx[i] * gx[i] + gy[i] * gy[i])) return true;
  }
  return false;
}

// refine lays each side through the ridges of the edge near it, by least
// squares, and returns the corners between pixels, or null.
function refine(c, picture, sense) {
  const lines = [];
  for (let i = 0; i < 4; i++) {
    const line = ridge(along(c[i], c[(i + 1) % 4], sense), picture);
    if (!line) return null;
    lines.push(line);
  }
  const out = [];
  for (let i = 0; i < 4; i++) {
    const p = cross(lines[(i + 3) % 4], lines[i], picture);
    if (!p || Math.hypot(p.x - c[i].x, p.y - c[i].y) > 8) return null;
    out.push(p);
  }
  return out;
}

function ridge(s, { width, height, gx, gy }) {
  const points = [];
  for (let t = 0.06 * s.length; t < 0.94 * s.length; t += 2) {
    let top = 0, at = 0;
    const levels = [];
    for (let o = -4; o <= 4; o++) {
      const px = Math.round(s.a.x + s.dx * t + o * s.nx), py = Math.round(s.a.y + s.dy * t + o * s.ny);
      const inside = px >= 0 && py >= 0 && px < width && py < height;
      const g = inside ? gx[py * width + px] * s.nx + gy[py * width + px] * s.ny : 0;
      levels.push(g);
      if (g > top) { top = g; at = o; }
    }
    if (top < faintest || Math.abs(at) === 4) continue;
    const before = levels[at + 3], after = levels[at + 5];
    points.push([t, at + 0.5 * (before - after) / (before - 2 * top + after || -1)]);
  }
  for (let round = 0; round < 2; round++) {
    if (points.length < 6) return null;
    const [offset, slope] = straight(points);
    if (round === 1) {
      const nx = s.nx - slope * s.dx, ny = s.ny - slope * s.dy;
      const x = s.a.x + offset * s.nx - width / 2, y = s.a.y + offset * s.ny - height / 2;
      const n = Math.hypot(nx, ny);
      return { nx: nx / n, ny: ny / n, rho: (nx * x + ny * y) / n };
    }
    const near = points.filter(([t, o]) => Math.abs(o - offset - slope * t) < 1.2);
    points.splice(0, points.length, ...near);
  }
  return null;
}

function straight(points) {
  let n = 0, st = 0, so = 0, stt = 0, sto = 0;
  for (const [t, o] of points) { n++; st += t; so += o; stt += t * t; sto += t * o; }
  const d = n * stt - st * st;
  const slope = d ? (n * sto - st * so) / d : 0;
  return [(so - slope * st) / n, slope];
}
