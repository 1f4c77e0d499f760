package conv

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func random(seed uint64) (*Network, Plane) {
	r := rand.New(rand.NewPCG(seed, 0))
	n, p := New(), NewPlane(3*Pitch)
	for _, l := range n {
		for i := range l.W {
			l.W[i] = float32(r.NormFloat64() * math.Sqrt(2/float64(l.In)))
		}
		for i := range l.B {
			l.B[i] = float32(r.NormFloat64() * 0.1)
		}
	}
	for i := range p.Pix {
		p.Pix[i] = float32(r.NormFloat64())
	}
	return n, p
}

// TestRunWanted: an even and an odd number of windows give what all give.
func TestRunWanted(t *testing.T) {
	n, plane := random(1)
	var all Pass
	n.Run(&all, plane, nil)
	for _, wanted := range [][]int{{0}, {1, 5}, {0, 3, all.Windows - 1}} {
		var p Pass
		n.Run(&p, plane, func(w int) bool {
			for _, i := range wanted {
				if i == w {
					return true
				}
			}
			return false
		})
		for _, w := range wanted {
			if diff := cmp.Diff(all.Out[w*Outputs:][:Outputs], p.Out[w*Outputs:][:Outputs]); diff != "" {
				t.Errorf("wanted %v: window %d differs (-all +wanted):\n%s", wanted, w, diff)
			}
		}
	}
}

// TestBack compares the gradient of the sum of some outputs with differences.
func TestBack(t *testing.T) {
	n, plane := random(2)
	windows, k := []int{0, 3, 4}, 7
	value := func() float64 {
		var p Pass
		n.Run(&p, plane, nil)
		s := 0.0
		for _, w := range windows {
			s += float64(p.Out[w*Outputs+k])
		}
		return s
	}
	var p Pass
	n.Run(&p, plane, nil)
	grad, back := New(), Back{}
	back.Begin(&p)
	d := make([]float32, Outputs)
	d[k] = 1
	for _, w := range windows {
		back.Window(n, grad, &p, w, d)
	}
	back.Finish(n, grad, &p)
	for layer, l := range n {
		for _, i := range []int{0, len(l.W) / 3, k * l.In % len(l.W), len(l.W) - 1} {
			const step = 1e-3
			was := l.W[i]
			l.W[i] = was + step
			up := value()
			l.W[i] = was - step
			down := value()
			l.W[i] = was
			want := (up - down) / (2 * step)
			if got := float64(grad[layer].W[i]); math.Abs(got-want) > 0.02*math.Abs(want)+0.02 {
				t.Errorf("layer %d weight %d: gradient = %v, want %v", layer, i, got, want)
			}
		}
	}
}

func TestEncode(t *testing.T) {
	n, _ := random(3)
	b := n.Encode()
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	for layer, l := range n {
		if diff := cmp.Diff(l.B, got[layer].B); diff != "" {
			t.Errorf("biases of layer %d (-want +got):\n%s", layer, diff)
		}
		for i, want := range l.W {
			if d := math.Abs(float64(got[layer].W[i] - want)); d > 0.02 {
				t.Fatalf("layer %d weight %d = %v, want %v", layer, i, got[layer].W[i], want)
			}
		}
	}
	if diff := cmp.Diff(b, got.Encode()); diff != "" {
		t.Error("what was decoded is not encoded as it was")
	}
	wrong := append([]byte(nil), b...)
	wrong[len(magic)]++
	for name, bad := range map[string][]byte{"nothing": nil, "short": b[:len(b)-1], "long": append(b, 0), "shape": wrong} {
		if _, err := Decode(bad); !errors.Is(err, ErrWeights) {
			t.Errorf("%s: Decode = %v, want %v", name, err, ErrWeights)
		}
	}
}
