package opencv

import (
	"math"
	"testing"

	"github.com/vouchline/vouchline/faces"
)

// seen is how a far camera sees the head of the model, turned by a pose.
func seen(p pose, scale float64) shape {
	sinY, cosY := math.Sincos(p.yaw * math.Pi / 180)
	sinP, cosP := math.Sincos(p.pitch * math.Pi / 180)
	sinR, cosR := math.Sincos(p.roll * math.Pi / 180)
	var s shape
	for _, h := range headModel {
		x, z := h.x*cosY+h.z*sinY, -h.x*sinY+h.z*cosY
		y := h.y*cosP - z*sinP
		s[h.landmark] = faces.Point{X: 300 + scale*(x*cosR-y*sinR), Y: 200 + scale*(x*sinR+y*cosR)}
	}
	return s
}

// TestPoseOf turns the head of the model and asks for the turn.
func TestPoseOf(t *testing.T) {
	t.Parallel()
	for _, want := range []pose{
		{}, {yaw: 20}, {yaw: -40}, {pitch: 15}, {pitch: -30}, {roll: 25}, {yaw: 35, roll: -20}, {pitch: 10, roll: 10}, {yaw: 70},
	} {
		for _, scale := range []float64{0.3, 2} {
			got, ok := poseOf(seen(want, scale))
			// Two turns one after the other are told apart only when small.
			if !ok || math.Abs(got.yaw-want.yaw) > 0.01 || math.Abs(got.pitch-want.pitch) > 0.01 || math.Abs(got.roll-want.roll) > 0.01 {
				t.Errorf("poseOf(%+v at %v) = %+v, %v", want, scale, got, ok)
			}
		}
	}
	if got, ok := poseOf(shape{}); ok {
		t.Errorf("poseOf(one point) = %+v, want none", got)
	}
	var line shape
	for i := range line {
		line[i] = faces.Point{X: float64(i), Y: 2 * float64(i)}
	}
	if got, ok := poseOf(line); ok {
		t.Errorf("poseOf(a line) = %+v, want none", got)
	}
}

// TestSquareAround: a tilted face is cut out upright, and points come back to
// where they are in the photograph.
func TestSquareAround(t *testing.T) {
	t.Parallel()
	f := faces.Face{Box: faces.Box{X: 100, Y: 50, W: 80, H: 100}}
	f.Landmarks[faces.RightEye], f.Landmarks[faces.LeftEye] = faces.Point{X: 120, Y: 80}, faces.Point{X: 150, Y: 110}
	s := squareAround(f, 1.1)
	r, l := s.apply(f.Landmarks[faces.RightEye]), s.apply(f.Landmarks[faces.LeftEye])
	if math.Abs(r.Y-l.Y) > 1e-9 || l.X <= r.X {
		t.Errorf("eyes at %v and %v, want upright", r, l)
	}
	if c := s.apply(faces.Point{X: 140, Y: 100}); math.Hypot(c.X-56, c.Y-56) > 1e-9 {
		t.Errorf("middle of the box at %v, want the middle of the crop", c)
	}
	for _, p := range f.Landmarks {
		if q := s.inverse().apply(s.apply(p)); distance(p, q) > 1e-9 {
			t.Errorf("inverse() brings %v to %v", p, q)
		}
	}
	if i := squareAround(faces.Face{}, 1.1).inverse(); math.IsNaN(i.tx) || math.IsInf(i.a, 0) {
		t.Errorf("inverse() of nothing = %+v", i)
	}
}

// TestPlace: what the network gives is not trusted.
func TestPlace(t *testing.T) {
	t.Parallel()
	parts := make([]float32, 2*landmarkCount)
	if _, err := place(parts, similarity{a: 1}); err != nil {
		t.Errorf("place() error = %v, want nil", err)
	}
	for _, wrong := range []float32{float32(math.NaN()), float32(math.Inf(-1)), 40} {
		parts[17] = wrong
		if _, err := place(parts, similarity{a: 1}); err == nil {
			t.Errorf("place(%v) error = nil", wrong)
		}
	}
}

func TestOpening(t *testing.T) {
	t.Parallel()
	lips := []faces.Point{{X: 0}, {X: 10, Y: -3}, {X: 20, Y: -3}, {X: 30, Y: -3}, {X: 40}, {X: 30, Y: 5}, {X: 20, Y: 5}, {X: 10, Y: 5}}
	if got := opening(lips); math.Abs(got-0.2) > 1e-9 {
		t.Errorf("opening() = %v, want 0.2", got)
	}
	if got := opening(make([]faces.Point, 8)); math.IsNaN(got) || math.IsInf(got, 0) {
		t.Errorf("opening(one point) = %v", got)
	}
}
