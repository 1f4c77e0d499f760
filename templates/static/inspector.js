// Looks at one picture of a camera, or of anything else that a canvas can draw:
// where the document is and what is to be said about it.
import { finder, shapes } from "./outline.js";
import { advise, imprint, light, margin, readingPitch, sharpness, size } from "./measure.js";

const longest = 256; // pixels of the copy in which the outline is looked for
const cropPixels = 140000; // of the crop in which sharpness is measured, at most

// inspector makes a function that inspects pictures of documents of a type.
export function inspector(type) {
  const small = drawing("medium"), crop = drawing("low");
  let find = null, finds = "";

  // view is the part of the source that is looked at, in its pixels; corners
  // are returned in the source's pixels too.
  return function inspect(source, frame, view = { x: 0, y: 0, ...frame }) {
    const scale = longest / Math.max(view.width, view.height);
    const width = Math.round(view.width * scale), height = Math.round(view.height * scale);
    if (finds !== `${width}x${height}`) {
      finds = `${width}x${height}`;
      find = finder(width, height);
    }
    const grey = small(source, view, width, height);
    const focal = 0.9 * Math.max(frame.width, frame.height) * scale;
    const found = find(grey, shapes[type], focal);
    if (!found) return { advice: "no_document" };
    const corners = found.corners.map((p) => ({ x: view.x + p.x / scale, y: view.y + p.y / scale }));
    const m = { corners, cut: found.cut, tilt: found.tilt, ratio: found.ratio, margin: margin(found.corners, { width, height }) };
    if (!m.cut) {
      Object.assign(m, size(corners, shapes[type], found.ratio, view), light(grey, width, height, found.corners));
      m.imprint = imprint(grey, width, height, found.corners);
      // The dear part comes last, and only when nothing else is to be said.
      m.sharp = Infinity;
      if (advise(m) === "") m.sharp = sharp(crop, source, m);
    }
    return { ...m, advice: advise(m) };
  };
}

// sharp measures a band through the middle of the document that crosses all its
// lines, with characters of the size that reading needs.
function sharp(crop, source, { corners, pitch }) {
  const xs = corners.map((c) => c.x), ys = corners.map((c) => c.y);
  const box = { x: Math.min(...xs), y: Math.min(...ys) };
  box.width = Math.max(...xs) - box.x;
  box.height = Math.max(...ys) - box.y;
  const along = box.width > box.height ? "width" : "height", from = along === "width" ? "x" : "y";
  box[from] += 0.35 * box[along];
  box[along] *= 0.3;
  const scale = Math.min(1, readingPitch / pitch, Math.sqrt(cropPixels / (box.width * box.height)));
  const width = Math.round(box.width * scale), height = Math.round(box.height * scale);
  return sharpness(crop(source, box, width, height), width, height);
}

// drawing makes a function that returns the luminance of a part of a source,
// drawn in another size: from far more pixels only in good quality, else edges
// appear where none are.
function drawing(quality) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { alpha: false });
  let grey = new Uint8ClampedArray(0);
  return (source, from, width, height) => {
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      context.imageSmoothingQuality = quality;
    }
    context.drawImage(source, from.x, from.y, from.width, from.height, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    if (grey.length !== width * height) grey = new Uint8ClampedArray(width * height);
    for (let i = 0; i < grey.length; i++) grey[i] = (77 * data[4 * i] + 150 * data[4 * i + 1] + 29 * data[4 * i + 2]) >> 8;
    return grey;
  };
}
