package chromium

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// look is a page with a camera: start() asks for it, look() says which of red,
// green and blue is strongest in the middle of what comes a second later.
const look = `<video id=v autoplay playsinline muted></video><script>
const v = document.getElementById("v");
async function start() {
  v.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } });
  await v.play();
  return "started";
}
async function look(frames) {
  for (let i = 0; i < frames; i++) await new Promise((r) => v.requestVideoFrameCallback(r));
  const c = document.createElement("canvas");
  c.width = v.videoWidth; c.height = v.videoHeight;
  const g = c.getContext("2d");
  g.drawImage(v, 0, 0);
  const p = [...g.getImageData(c.width / 2, c.height / 2, 1, 1).data].slice(0, 3);
  return ["red", "green", "blue"][p.indexOf(Math.max(...p))] + " " + c.width + "x" + c.height;
}
async function once() {
  await start();
  const seen = await look(10);
  v.srcObject.getTracks().forEach((t) => t.stop());
  v.srcObject = null;
  return seen;
}
</script>`

func film(t *testing.T, c color.Color, frames int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	for range frames {
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

var (
	red   = color.RGBA{R: 200, G: 30, B: 30, A: 255}
	blue  = color.RGBA{R: 30, G: 30, B: 200, A: 255}
	green = color.RGBA{R: 30, G: 200, B: 30, A: 255}
)

// Chromium opens the film anew each time a page asks for the camera, so a test may
// write it once it knows what the camera has to show.
func TestFilmMayChangeBeforeTheCameraIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"written over", "replaced"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "camera.mjpeg")
			write := func(b []byte) {
				t.Helper()
				target := path
				if how == "replaced" {
					target += ".new"
				}
				if err := os.WriteFile(target, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(target, path); err != nil {
					t.Fatal(err)
				}
			}
			write(film(t, red, 5))
			b := New(t, Options{Film: path})
			b.Open(page(t, look))
			for i, tt := range []struct {
				film []byte
				want string
			}{
				{nil, "red 640x480"},
				{film(t, blue, 9), "blue 640x480"},
				{film(t, green, 2), "green 640x480"},
			} {
				if tt.film != nil {
					write(tt.film)
				}
				if got := b.String("once()"); got != tt.want {
					t.Errorf("%s: %d. picture = %s, want %s", how, i+1, got, tt.want)
				}
			}
		})
	}
}

func TestFilmMayBeMissingUntilTheCameraIsAskedFor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "later.mjpeg")
	b := New(t, Options{Film: path})
	b.Open(page(t, look))
	if err := os.WriteFile(path, film(t, blue, 3), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := b.String("once()"); got != "blue 640x480" {
		t.Errorf("picture = %s, want blue 640x480", got)
	}
}

// While the camera runs the film may be written over in place when old and new
// film have frames of one size, as those of specimen.Reel have: Chromium reads
// a mapping of the file.
func TestFilmMayChangeWhileTheCameraRuns(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "camera.mjpeg")
	if err := os.WriteFile(path, even(t, red), 0o600); err != nil {
		t.Fatal(err)
	}
	b := New(t, Options{Film: path})
	b.Open(page(t, look))
	b.String("start()")
	for _, tt := range []struct {
		colour color.Color
		want   string
	}{{red, "red 640x480"}, {blue, "blue 640x480"}, {green, "green 640x480"}} {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(even(t, tt.colour)); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if got := b.String("look(40)"); got != tt.want {
			t.Errorf("picture = %s, want %s", got, tt.want)
		}
	}
}

// even returns a film of 20 frames of 60000 bytes each, filled up by a comment
// in each JPEG.
func even(t *testing.T, c color.Color) []byte {
	t.Helper()
	var out []byte
	for range 20 {
		frame := film(t, c, 1)
		n := 60000 - len(frame)
		out = append(out, frame[:2]...)
		out = append(out, 0xff, 0xfe, byte((n-2)>>8), byte(n-2))
		out = append(out, make([]byte, n-4)...)
		out = append(out, frame[2:]...)
	}
	return out
}
