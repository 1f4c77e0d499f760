package e2e

import (
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// photograph reads the QR code that a page shows from a picture of the page:
// style sheets can make a good code unreadable.
func (w *walk) photograph() string {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "page.png")
	w.b.Screenshot(file)
	f, err := os.Open(file) //nolint:gosec // our own
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	page, err := png.Decode(f)
	if err != nil {
		w.t.Fatal(err)
	}
	var box [4]float64
	if err := json.Unmarshal([]byte(w.b.String(`(() => {
		const r = document.querySelector("svg.qr").getBoundingClientRect();
		return JSON.stringify([r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY].map((v) => v * devicePixelRatio));
	})()`)), &box); err != nil {
		w.t.Fatal(err)
	}
	return sample(w.t, page, image.Rect(int(box[0]), int(box[1]), int(box[2]), int(box[3]))).text(w.t)
}

func dark(c color.Color) bool { return color.GrayModel.Convert(c).(color.Gray).Y < 128 }

// sample finds a symbol by its dark corners, and its modules by the first row: a
// finder pattern is seven of them wide (6.3.3). Less than two pixels a module
// no camera would read.
func sample(t *testing.T, page image.Image, frame image.Rectangle) symbol {
	t.Helper()
	var box image.Rectangle
	for y := frame.Min.Y; y < frame.Max.Y; y++ {
		for x := frame.Min.X; x < frame.Max.X; x++ {
			if dark(page.At(x, y)) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	finder := 0
	for finder < box.Dx() && dark(page.At(box.Min.X+finder, box.Min.Y)) {
		finder++
	}
	if finder < 2*7 {
		t.Fatalf("no QR code in %v: the first run is %d pixels", frame, finder)
	}
	size := (7*box.Dx() + finder/2) / finder
	size = (size-17+2)/4*4 + 17 // a version is four modules more than the one before
	s := make(symbol, size)
	at := func(i, from int) int { return from + int((float64(i)+0.5)*float64(box.Dx())/float64(size)) }
	for y := range s {
		s[y] = make([]bool, size)
		for x := range s[y] {
			s[y][x] = dark(page.At(at(x, box.Min.X), at(y, box.Min.Y)))
		}
	}
	return s
}
