// Package conv is the network of package ocrb: two convolutions, each followed
// by a maximum over squares of two, and a window that slides over what is left.
//
// It knows neither characters nor fonts, and it does not learn: internal/learn
// does. The rule a reader must not break: products are rounded before they are
// added (float32(a*b)+c), so that no compiler fuses the two and the same weights
// are learnt at every level of GOAMD64.
package conv

// The shape of the network. A line is Height pixels high and its characters
// stand Pitch pixels apart; a window is seen every Stride pixels.
const (
	Height  = 24
	Pitch   = 16
	Stride  = 4
	Outputs = 39 // 37 characters, none of them, and whether the font is OCR-B

	first  = 8  // features of the first convolution
	second = 24 // of the second
	hidden = 80
	reach  = 5 // columns of a window after both maxima
	rows   = Height / 4
)

// Layer is a matrix of weights, one row for each output, and a bias for each.
type Layer struct {
	In, Out int
	W, B    []float32
}

func newLayer(in, out int) Layer {
	return Layer{In: in, Out: out, W: make([]float32, in*out), B: make([]float32, out)}
}

// Network is the four layers in order: two convolutions of 3 by 3, the window,
// the outputs.
type Network [4]Layer

// New returns a network of zeros.
func New() *Network {
	return &Network{
		newLayer(9, first),
		newLayer(9*first, second),
		newLayer(rows*reach*second, hidden),
		newLayer(hidden, Outputs),
	}
}
