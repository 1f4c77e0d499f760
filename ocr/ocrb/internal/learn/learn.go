// Package learn teaches the network of package conv with the examples of
// package press.
//
// It is gradient descent with Adam (Kingma and Ba, 2015), whose step falls to
// zero along the way. One goroutine prints, one learns, examples keep their
// order: the same seed gives the same weights on every amd64.
package learn

import (
	"math"
	"math/rand/v2"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
	"github.com/vouchline/vouchline/ocr/ocrb/internal/press"
)

// What the weights of the repository were made with.
const (
	Seed  = 1
	Steps = 10000
)

// Plan says how long to learn.
type Plan struct {
	Seed  uint64
	Steps int // of linesAStep lines each
}

const (
	linesAStep = 4
	cells      = 24 // of a line
	firstRate  = 0.003

	progressEvery = 250 // steps
)

// Progress is told the mean loss and the share of characters read right since
// it was told the time before.
type Progress func(step int, loss, right float64)

// Run learns. progress may be nil.
func Run(p Plan, progress Progress) (*conv.Network, error) {
	printer, err := press.New(p.Seed)
	if err != nil {
		return nil, err
	}
	examples := make(chan press.Example, 2*linesAStep)
	go func() {
		defer close(examples)
		for range p.Steps * linesAStep {
			examples <- printer.Example(cells)
		}
	}()
	n := initial(p.Seed)
	t := newTeacher(n)
	for step := range p.Steps {
		for range linesAStep {
			t.show(<-examples)
		}
		left := 1 - float64(step)/float64(p.Steps)
		t.step(firstRate * left)
		if progress != nil && (step+1)%progressEvery == 0 {
			progress(step+1, t.loss/float64(t.seen), float64(t.right)/float64(t.characters))
			t.loss, t.seen, t.right, t.characters = 0, 0, 0, 0
		}
	}
	return n, nil
}

// initial draws the weights to begin with (He et al., 2015).
func initial(seed uint64) *conv.Network {
	r := rand.New(rand.NewPCG(seed, 0x1ea4)) //nolint:gosec // reproducible on purpose
	n := conv.New()
	for _, l := range n {
		for i := range l.W {
			l.W[i] = float32(r.NormFloat64() * math.Sqrt(2/float64(l.In)))
		}
	}
	return n
}
