package ocrb

import (
	_ "embed" // the weights
	"image"
	"math"
	"sync"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
	"github.com/vouchline/vouchline/ocr/ocrb/internal/strip"
)

// weights are what `make weights` writes. It takes some ten minutes, so that it
// is no part of go generate.
//
//go:embed weights.bin
var weights []byte

// Network reads lines. It is safe for concurrent use.
type Network struct {
	net    *conv.Network
	passes sync.Pool
}

// Default returns the network that comes with the package.
var Default = sync.OnceValue(func() *Network {
	n, err := New(weights)
	if err != nil {
		panic("ocrb: " + err.Error()) // a test reads the file
	}
	return n
})

// New returns a network with the weights that the command ocr/ocrb/train wrote.
func New(weights []byte) (*Network, error) {
	net, err := conv.Decode(weights)
	if err != nil {
		return nil, err
	}
	return &Network{net: net, passes: sync.Pool{New: func() any { return new(conv.Pass) }}}, nil
}

// The outputs after the characters.
const (
	none = len(Alphabet)
	font = none + 1
)

// Bounds of what Line looks at: a line of an MRZ at any useful resolution.
const (
	maxCells  = 64
	minHeight = 12 // of the picture, in pixels
	minPitch  = 3.0
)

// Line reads a straightened line of the given number of cells (30, 36 or 44
// in ICAO 9303): dark characters about half as high as the picture, in its
// middle, with as much paper at both ends as the characters are high, more or
// less. A picture without room for the cells gives a Line without any.
func (n *Network) Line(img *image.Gray, cells int) Line {
	if img == nil || cells < 2 || cells > maxCells || img.Rect.Dy() < minHeight || float64(img.Rect.Dx()) < minPitch*float64(cells) {
		return Line{}
	}
	pass, _ := n.passes.Get().(*conv.Pass)
	defer n.passes.Put(pass)

	view := firstView(img, cells)
	n.net.Run(pass, strip.Plane(img, view, (cells+2*margin)*conv.Pitch), nil)
	at := align(pass, cells)
	if at == nil {
		return Line{}
	}
	view = refine(view, at)
	n.net.Run(pass, strip.Plane(img, view, (cells+2*margin)*conv.Pitch), middles(cells))
	out := Line{Cells: make([]Cell, cells)}
	fit := 0.0
	for i := range out.Cells {
		w := middle(i)
		out.Cells[i] = newCell(pass.Out[w*conv.Outputs:][:conv.Outputs])
		fit += math.Log(max(1-float64(out.Cells[i].None), 1e-6))
	}
	out.Fit = math.Exp(fit / float64(cells))
	return out
}

func newCell(out []float32) Cell {
	c := Cell{Font: conv.Logistic(out[font])}
	conv.Softmax(out[:none+1])
	c.None = out[none]
	sum := float32(0)
	for _, p := range out[:none] {
		sum += p
	}
	for i, p := range out[:none] {
		c.P[i] = p / max(sum, 1e-20)
	}
	return c
}
