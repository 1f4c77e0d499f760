package ocr_test

import (
	"math"
	"testing"

	"github.com/vouchline/vouchline/ocr"
)

// card is where a pinhole camera of a phone's focal length sees a card of 2 by
// 1.4, tilted about the vertical, at a distance of 3.
func card(width, height int, degrees float64) []ocr.Point {
	f := 0.85 * float64(max(width, height))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	var out []ocr.Point
	for _, c := range [][2]float64{{-1, -0.7}, {1, -0.7}, {1, 0.7}, {-1, 0.7}} {
		x, y, z := c[0]*cos, c[1], 3+c[0]*sin
		out = append(out, ocr.Point{X: float64(width)/2 + f*x/z, Y: float64(height)/2 + f*y/z})
	}
	return out
}

func TestQualityTilt(t *testing.T) {
	t.Parallel()
	for _, want := range []float64{0, 15, 40, -60} {
		for _, size := range [][2]int{{640, 480}, {4000, 3000}, {3000, 4000}} {
			q := ocr.Quality{Width: size[0], Height: size[1]}
			q.Outlined(card(size[0], size[1], want))
			if math.Abs(q.Tilt-math.Abs(want)) > 0.1 {
				t.Errorf("tilt of a card at %v degrees in %v = %v", want, size, q.Tilt)
			}
			if q.Cut != 0 {
				t.Errorf("cut of a card in the middle = %v, want 0", q.Cut)
			}
		}
	}
}

func TestQualityOutlined(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		outline    []ocr.Point
		cut, share float64
	}{
		{"none", nil, 0, 0},
		{"not four corners", []ocr.Point{{}, {X: 9}, {X: 9, Y: 9}}, 0, 0},
		{"a point", make([]ocr.Point, 4), 0, 0},
		{"whole", []ocr.Point{{X: 100, Y: 100}, {X: 900, Y: 100}, {X: 900, Y: 700}, {X: 100, Y: 700}}, 0, 0.6},
		{"left edge outside", []ocr.Point{{X: 0, Y: 100}, {X: 600, Y: 100}, {X: 600, Y: 500}, {X: 0, Y: 500}}, 0.2, 0.3},
		{"a corner touches", []ocr.Point{{X: 0, Y: 300}, {X: 500, Y: 0}, {X: 1000, Y: 500}, {X: 500, Y: 800}}, 0, 0.5},
		{"scan", []ocr.Point{{}, {X: 1000}, {X: 1000, Y: 800}, {Y: 800}}, 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			q := ocr.Quality{Width: 1000, Height: 800}
			q.Outlined(tc.outline)
			if q.Cut != tc.cut || q.DocumentShare != tc.share || math.IsNaN(q.Tilt) {
				t.Errorf("Outlined = cut %v, share %v, tilt %v, want %v, %v", q.Cut, q.DocumentShare, q.Tilt, tc.cut, tc.share)
			}
		})
	}
}

// Each case is wrong in one thing more than the one before it.
func TestAdviceOrder(t *testing.T) {
	t.Parallel()
	q := ocr.Quality{
		Width: 1600, Height: 1200, Document: ocr.SightOne, MRZHeight: 20, DocumentShare: 0.5,
		Sharpness: 1, Contrast: 150, Brightness: 150,
	}
	if a, ok := q.Advice(); ok {
		t.Errorf("advice on a good photograph = %s", a)
	}
	for _, tc := range []struct {
		want  ocr.Advice
		spoil func()
	}{
		{ocr.AdviceLessLight, func() { q.Contrast, q.Brightness = 5, 240 }},
		{ocr.AdviceMoreLight, func() { q.Brightness = 20 }},
		{ocr.AdviceSteady, func() { q.Motion = 1 }},
		{ocr.AdviceSteady, func() { q.Motion, q.Sharpness = 0, 0 }},
		{ocr.AdviceLessGlare, func() { q.ZoneGlare = 1 }},
		{ocr.AdviceStraighten, func() { q.Tilt = 80 }},
		{ocr.AdviceCloser, func() { q.MRZHeight = 2 }},
		{ocr.AdviceWhole, func() { q.Cut = 0.25 }},
		{ocr.AdviceSeveralDocuments, func() { q.Document = ocr.SightSeveral }},
		{ocr.AdviceNoDocument, func() { q.Document = ocr.SightNone }},
		{ocr.AdviceMoreLight, func() { q.Dark = 1 }},
	} {
		tc.spoil()
		if got, ok := q.Advice(); !ok || got != tc.want {
			t.Errorf("Advice = %q, want %q", got, tc.want)
		}
	}
}

func TestAdviceOnNothing(t *testing.T) {
	t.Parallel()
	if a, ok := (ocr.Quality{}).Advice(); ok {
		t.Errorf("advice on a photograph nobody looked at = %s", a)
	}
}
