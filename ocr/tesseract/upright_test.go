package tesseract

import (
	"image"
	"image/color"
	"testing"
)

func TestUpright(t *testing.T) {
	t.Parallel()
	// A picture with its corner away from the origin, one white pixel top left.
	img := image.NewGray(image.Rect(5, 7, 8, 9))
	img.SetGray(5, 7, color.Gray{255})
	for _, tc := range []struct {
		degrees int
		size    image.Point
		white   image.Point
	}{
		{90, image.Pt(2, 3), image.Pt(1, 0)},
		{180, image.Pt(3, 2), image.Pt(2, 1)},
		{270, image.Pt(2, 3), image.Pt(0, 2)},
	} {
		got := upright(img, tc.degrees)
		if got.Bounds().Size() != tc.size {
			t.Errorf("upright(%d) is %v, want %v", tc.degrees, got.Bounds().Size(), tc.size)
			continue
		}
		if r, _, _, _ := got.At(tc.white.X, tc.white.Y).RGBA(); r != 0xffff {
			t.Errorf("upright(%d) has the top left pixel elsewhere than at %v", tc.degrees, tc.white)
		}
	}
	if got := upright(img, 0); got != image.Image(img) {
		t.Error("upright(0) made a copy")
	}
}
