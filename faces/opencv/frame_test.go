package opencv

import (
	"image"
	"testing"

	"golang.org/x/image/draw"
)

// BenchmarkExamineFrame is what a live frame costs, of 640 by 480 pixels.
func BenchmarkExamineFrame(b *testing.B) {
	e := engine(b)
	source := picture(b, "faces", "deepface", "img3.jpg")
	frame := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.ApproxBiLinear.Scale(frame, frame.Rect, source, source.Bounds(), draw.Src, nil)
	for b.Loop() {
		if _, err := e.Examine(b.Context(), frame); err != nil {
			b.Fatal(err)
		}
	}
}
