// The camera behind the pages: opens it, and takes a photograph as large as it
// gives one.

// rear and front are the cameras for a document and for a face. A live face is
// filmed at no more than the server looks at.
export const rear = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
export const front = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } };

// open shows a camera, or the one there is, in a video element.
export async function open(video, camera = rear) {
  video.srcObject = await navigator.mediaDevices.getUserMedia({ audio: false, video: camera });
  try {
    await video.play();
  } catch (error) {
    close(video); // else its light burns on
    throw error;
  }
}

// close lets the camera go: its light goes out and the battery lasts.
export function close(video) {
  if (!video.srcObject) return;
  for (const track of video.srcObject.getTracks()) track.stop();
  video.srcObject = null;
}

// still copies the picture that the video shows now, with its longer side no
// longer than that.
export function still(video, longest = Infinity, canvas = document.createElement("canvas")) {
  const scale = Math.min(1, longest / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(scale * video.videoWidth);
  canvas.height = Math.round(scale * video.videoHeight);
  canvas.getContext("2d", { alpha: false }).drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const encode = (canvas, quality = 0.92) => new Promise((done, fail) => {
  canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/jpeg", quality);
});

const patience = 2500; // milliseconds that a camera may take for its photograph

// photograph returns what the camera takes with its shutter where that is
// larger than the video, else null.
export async function photograph(video) {
  const [track] = video.srcObject.getVideoTracks();
  if (!window.ImageCapture) return null;
  try {
    const capture = new ImageCapture(track);
    const { imageWidth, imageHeight } = await capture.getPhotoCapabilities();
    if (!imageWidth || imageWidth.max * imageHeight.max <= 1.2 * video.videoWidth * video.videoHeight) return null;
    const late = new Promise((_, fail) => { setTimeout(() => fail(new Error("late")), patience); });
    return await Promise.race([capture.takePhoto(), late]);
  } catch {
    return null; // the video's own picture does
  }
}
