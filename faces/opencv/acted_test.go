package opencv

import (
	"image"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/mat"
	"github.com/vouchline/vouchline/internal/specimen"
)

// actors are photographed people who act: heads of one photograph each, drawn
// by rules that have nothing to do with how eyes and poses are judged here.
func actors(t *testing.T, e *Engine, width, height, people int) []*specimen.Actor {
	t.Helper()
	names := heldOut(t)
	var out []*specimen.Actor
	for i := 7; i < len(names) && len(out) < people; i += max(1, len(names)/(3*people)) {
		img := picture(t, "faces", "lfw", filepath.Base(names[i]))
		m, err := mat.FromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		found, err := e.detector.quick(m)
		m.Close()
		if err != nil || len(found) == 0 || math.Abs(found[0].Yaw()) > 15 {
			continue // acting begins with looking straight ahead
		}
		b := found[0].Box
		s := specimen.Sitter{Photograph: img, Face: image.Rect(int(b.X), int(b.Y), int(b.X+b.W), int(b.Y+b.H))}
		for k, p := range found[0].Landmarks {
			s.Points[k] = [2]float64{p.X, p.Y}
		}
		out = append(out, specimen.NewActor(specimen.ActorOptions{Sitter: s, Width: width, Height: height, Seed: uint64(i)}))
	}
	return out
}

// qualityOf measures a frame; false where no face was found.
func qualityOf(t *testing.T, e *Engine, img image.Image) (faces.Quality, bool) {
	t.Helper()
	m, err := mat.FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	found, err := e.detector.quick(m)
	if err != nil || len(found) == 0 {
		return faces.Quality{}, false
	}
	aligned, err := align(m, found[0].Landmarks, alignedSide)
	if err != nil {
		t.Fatal(err)
	}
	defer aligned.Close()
	q, err := measure(subject{picture: m, aligned: aligned, face: found[0]}, e.landmarks)
	if err != nil {
		t.Fatal(err)
	}
	return q, true
}

// middleOf is the median.
func middleOf(v []float64) float64 {
	slices.Sort(v)
	if len(v) == 0 {
		return math.NaN()
	}
	return v[len(v)/2]
}

// TestTurnedHeads: the yaw follows the turn of the head to either side, up to
// 40 degrees, in the people's middle within a fifth and five degrees.
func TestTurnedHeads(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cast := actors(t, e, 640, 480, 8)
	last := math.Inf(-1)
	for _, yaw := range []float64{-40, -25, -12, 0, 12, 25, 40} {
		var seen []float64
		for _, a := range cast {
			if q, ok := qualityOf(t, e, a.Frame(specimen.HeadPose{Yaw: yaw}, 0)); ok {
				seen = append(seen, q.Yaw)
			}
		}
		got := middleOf(seen)
		t.Logf("turned by %3.0f degrees: %v", yaw, seen)
		if !(got > last+5) || math.Abs(got-yaw) > 5+math.Abs(yaw)/5 {
			t.Errorf("turned by %v degrees: yaw %v in the middle, %v before", yaw, got, last)
		}
		last = got
	}
}

// TestClosedEyes: drawn lids that are down are told from open ones, near and at
// a face of 80 pixels.
func TestClosedEyes(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, size := range []image.Point{{X: 640, Y: 480}, {X: 254, Y: 190}} { // a face is 0.42 of the height
		told, pairs := 0, 0
		for _, a := range actors(t, e, size.X, size.Y, 12) {
			open, ok := qualityOf(t, e, a.Frame(specimen.HeadPose{}, 0))
			closed, okClosed := qualityOf(t, e, a.Frame(specimen.HeadPose{EyesClosed: 1}, 0))
			if !ok || !okClosed || open.Eyes < 0.5 {
				continue // dark glasses, narrowed eyes: their blink is nobody's to tell
			}
			t.Logf("%v: open %.2f, closed %.2f", size, open.Eyes, closed.Eyes)
			pairs++
			if closed.Eyes < 0.7*open.Eyes {
				told++
			}
		}
		if pairs < 6 || told < pairs*9/10 {
			t.Errorf("%v: %d of %d closings noticed", size, told, pairs)
		}
	}
}
