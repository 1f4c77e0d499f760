package opencv

import (
	"image"
	"math"
	"testing"

	"github.com/vouchline/vouchline/faces"
)

// TestFit turns, scales and shifts the points and asks for the way back.
func TestFit(t *testing.T) {
	t.Parallel()
	for _, degrees := range []float64{0, 30, 90, 180, -135} {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		var src [5]faces.Point
		for i, p := range arcFace {
			src[i] = faces.Point{X: 2.5*(cos*p.X-sin*p.Y) + 300, Y: 2.5*(sin*p.X+cos*p.Y) - 40}
		}
		s, err := fit(src, arcFace)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range src {
			x, y := s.a*p.X-s.b*p.Y+s.tx, s.b*p.X+s.a*p.Y+s.ty
			if math.Hypot(x-arcFace[i].X, y-arcFace[i].Y) > 1e-9 {
				t.Errorf("%v degrees: point %d lands at (%v, %v), want %v", degrees, i, x, y, arcFace[i])
			}
		}
	}
	if _, err := fit([5]faces.Point{}, arcFace); err == nil {
		t.Error("fit(one point) error = nil, want errDegenerate")
	}
}

// TestSurround: a region outside its Mat makes OpenCV end the process.
func TestSurround(t *testing.T) {
	t.Parallel()
	boxes := []faces.Box{
		{X: 100, Y: 100, W: 80, H: 100},
		{X: -50, Y: -50, W: 80, H: 100},
		{X: 600, Y: 400, W: 300, H: 300},
		{X: -1000, Y: -1000, W: 5000, H: 5000},
		{X: 1e6, Y: 1e6, W: 1, H: 1},
		{X: 0.4, Y: 0.4, W: 1, H: 1},
	}
	for _, size := range []image.Point{{640, 480}, {480, 640}, {2, 2}, {1, 1}, {1, 500}} {
		for _, box := range boxes {
			for _, enlarge := range []float64{nearCrop, farCrop} {
				got := surround(box, enlarge, size.X, size.Y)
				if got.Empty() || !got.In(image.Rectangle{Max: size}) {
					t.Errorf("surround(%v, %v, %v) = %v", box, enlarge, size, got)
				}
			}
		}
	}
	if got, want := surround(boxes[0], 2, 640, 480), image.Rect(60, 50, 221, 251); got != want {
		t.Errorf("surround(in the middle) = %v, want %v", got, want)
	}
}

// TestDecode reads one face out of a made output of YuNet.
func TestDecode(t *testing.T) {
	t.Parallel()
	nan := float32(math.NaN())
	h := head{
		stride: 8, columns: 2,
		class:  []float32{0.1, 0.9, 2, 1},
		object: []float32{0.9, 0.9, 2, nan},
		box:    make([]float32, 16),
		points: make([]float32, 40),
	}
	h.box[8+3] = float32(math.Log(2))
	for i := range 10 {
		h.points[20+i] = 0.5
	}
	got, err := h.decode(nil, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("decode() = %d faces, want 2", len(got))
	}
	// Cell 2 is row 1, column 0; a cell is 16 of the picture's pixels.
	if want := (faces.Box{X: -8, Y: 0, W: 16, H: 32}); math.Abs(got[1].Box.H-want.H) > 1e-5 || got[1].Box.X != want.X || got[1].Score != 1 {
		t.Errorf("decode() = %+v, want %+v", got[1], want)
	}
	if want := (faces.Point{X: 8, Y: 24}); got[1].Landmarks[0] != want {
		t.Errorf("landmark = %v, want %v", got[1].Landmarks[0], want)
	}
	h.box[8+2] = 1000 // infinitely wide
	if got, err := h.decode(nil, 1); err != nil || len(got) != 1 {
		t.Errorf("decode(infinite box) = %d faces, %v, want 1", len(got), err)
	}
	h.points = h.points[1:]
	if _, err := h.decode(nil, 1); err == nil {
		t.Error("decode(short output) error = nil")
	}
}

func TestSuppress(t *testing.T) {
	t.Parallel()
	box := faces.Box{X: 10, Y: 10, W: 40, H: 40}
	moved := faces.Box{X: 14, Y: 12, W: 40, H: 40}
	far := faces.Box{X: 200, Y: 10, W: 40, H: 40}
	got := suppress([]faces.Face{{Box: box, Score: 0.7}, {Box: moved, Score: 0.9}, {Box: far, Score: 0.8}})
	if len(got) != 2 || got[0].Box != moved || got[1].Box != far {
		t.Errorf("suppress() = %+v, want the best of the two that overlap, and the other", got)
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	v := []float32{3, 4}
	if !normalize(v) || v[0] != 0.6 || v[1] != 0.8 {
		t.Errorf("normalize(3, 4) = %v, want 0.6, 0.8", v)
	}
	for _, v := range [][]float32{{0, 0}, {float32(math.NaN()), 1}, {float32(math.Inf(1)), 1}} {
		if normalize(v) {
			t.Errorf("normalize(%v) = true, want false", v)
		}
	}
}
