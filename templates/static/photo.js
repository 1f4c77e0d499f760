// Shrinks a large photograph before it is sent and shows it, so that a slow
// network carries only what reading needs. Without scripts the original is sent.
const longest = 3000;
const small = 1500000; // bytes; below, the file is sent as it is

async function shrink(file) {
  if (file.size <= small || !window.createImageBitmap) return file;
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
}

const busy = new Map(); // input to the promise of its shrunk photograph

for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    const file = input.files[0];
    if (!file) return;
    const work = shrink(file).then((better) => {
      if (input.files[0] !== file) return; // another was chosen meanwhile
      if (better !== file) {
        const box = new DataTransfer();
        box.items.add(better);
        input.files = box.files;
      }
      const picture = document.getElementById(input.id + "-preview");
      if (picture) {
        URL.revokeObjectURL(picture.src);
        picture.src = URL.createObjectURL(better);
        picture.hidden = false;
      }
    }).catch(() => {}).finally(() => { if (busy.get(input) === work) busy.delete(input); });
    busy.set(input, work);
  });
}

// Sent once, when every photograph is ready: the same one twice is refused.
for (const form of new Set([...document.querySelectorAll("input[type=file]")].map((input) => input.form))) {
  let waiting = false;
  form.addEventListener("submit", (event) => {
    if (busy.size === 0) return;
    event.preventDefault();
    if (waiting) return;
    waiting = true;
    Promise.all(busy.values()).then(() => { waiting = false; form.requestSubmit(); });
  });
}

for (const form of document.querySelectorAll("form[data-sending]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const button = form.querySelector("button:not([type])");
    const label = button.textContent;
    // After the browser has collected the form: a disabled button is not sent.
    setTimeout(() => { button.disabled = true; button.textContent = form.dataset.sending; });
    addEventListener("pageshow", () => { button.disabled = false; button.textContent = label; });
  });
}
