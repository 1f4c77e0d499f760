package parts

import (
	"math"
	"testing"
)

// drawn is an eye of dark iris in white, or a lid with a line of lashes, with
// the distance of the eyes at 100 and its middle at the origin.
func drawn(open bool) Gray {
	return func(x, y int) float64 {
		u, v := float64(x)+0.5, float64(y)+0.5
		arch := 1 - u*u/(25*25)
		switch {
		case arch > 0 && open && v > -11*arch && v < 9*arch:
			if math.Hypot(u, v) < 9 {
				return 30
			}
			return 190
		case arch > 0 && !open && math.Abs(v-9*arch) < 2:
			return 60
		}
		return 150
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	place := Place{DX: 100}
	open, closed := Cut(drawn(true), place), Cut(drawn(false), place)
	if o, c := Open.Judge(&open), Open.Judge(&closed); o < 0.5 || c > 0.3 {
		t.Errorf("Judge() = %v for an open eye, %v for a closed one", o, c)
	}
}

// TestCut: light and contrast do not count, and a left eye is seen as a right
// one.
func TestCut(t *testing.T) {
	t.Parallel()
	eye := func(x, y int) float64 { return drawn(true)(x-3, y) + float64(x) }
	want := Cut(eye, Place{DX: 100})
	near := func(name string, got Patch) {
		for i := range got {
			if math.Abs(float64(got[i]-want[i])) > 0.02 {
				t.Errorf("%s: field %d = %v, want %v", name, i, got[i], want[i])
				return
			}
		}
	}
	near("in other light", Cut(func(x, y int) float64 { return 20 + eye(x, y)/2 }, Place{DX: 100}))
	near("mirrored", Cut(func(x, y int) float64 { return eye(-1-x, y) }, Place{DX: -100}))
	near("turned", Cut(func(x, y int) float64 { return eye(y, -1-x) }, Place{DY: 100}))
	flat := Cut(func(int, int) float64 { return 77 }, Place{DX: 100})
	for i, v := range flat {
		if v != 0 {
			t.Fatalf("flat: field %d = %v, want 0", i, v)
		}
	}
}

// TestJudgeIsBounded: pictures come from strangers.
func TestJudgeIsBounded(t *testing.T) {
	t.Parallel()
	for _, place := range []Place{{}, {DX: 1e-9}, {DX: 1e6, DY: -1e6}, {X: -1e6, Y: 1e6, DX: 30}} {
		p := Cut(func(x, y int) float64 { return float64((x ^ y) & 255) }, place)
		for _, n := range []*Network{Open, Eye, Mouth} {
			if v := n.Judge(&p); !(v >= 0 && v <= 1) {
				t.Errorf("Judge(%+v) = %v, want 0..1", place, v)
			}
		}
	}
}
