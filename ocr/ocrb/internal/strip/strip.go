// Package strip brings the picture of one line into the form the network of
// package conv sees: characters a fixed pitch apart, paper at zero, ink above it.
//
// Learning and reading share it, so that the network meets the same pixels in
// both. It finds no line and no cell: a View says where they are.
package strip

import (
	"image"
	"math"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
)

// View says what part of a picture a plane shows. Column u of the plane lies at
// X[0] + X[1]*u + X[2]*u*u of the picture, where the last term is a line seen at
// an angle; its middle row lies at Middle, its rows RowStep apart.
type View struct {
	X               [3]float64
	Middle, RowStep float64
}

func (v View) x(u float64) float64 { return v.X[0] + (v.X[1]+v.X[2]*u)*u }

// Plane returns the part of the picture that a view shows, evened out.
func Plane(img *image.Gray, v View, width int) conv.Plane {
	p := conv.NewPlane(width)
	for u := range width {
		for _, du := range [2]float64{0.25, 0.75} { // four samples a pixel: the picture is often larger
			x := v.x(float64(u)+du) - 0.5
			for row := range conv.Height {
				y := v.Middle + (float64(row)-conv.Height/2)*v.RowStep - 0.5
				p.Pix[row*width+u] += sample(img, x, y+0.25*v.RowStep) + sample(img, x, y+0.75*v.RowStep)
			}
		}
	}
	even(p)
	return p
}

// sample interpolates between pixels; the picture goes on beyond its edges.
func sample(img *image.Gray, x, y float64) float32 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	fx, fy := math.Floor(x), math.Floor(y)
	x0, y0 := int(fx), int(fy)
	dx, dy := float32(x-fx), float32(y-fy)
	left, right := min(max(x0, 0), w-1), min(max(x0+1, 0), w-1)
	top, bottom := img.Pix[min(max(y0, 0), h-1)*img.Stride:], img.Pix[min(max(y0+1, 0), h-1)*img.Stride:]
	a := float32(top[left]) + float32(dx*(float32(top[right])-float32(top[left])))
	b := float32(bottom[left]) + float32(dx*(float32(bottom[right])-float32(bottom[left])))
	return a + float32(dy*(b-a))
}

// What even does not go below or above.
const (
	neighbourhood = conv.Pitch // columns on either side
	leastSpread   = 0.25       // of the spread of the whole plane
	leastGrey     = 6          // four samples a pixel, of 255 levels each
	limit         = 4
)

// even takes shade, contrast and glare out: each pixel is measured against the
// mean and the spread of the columns around it.
func even(p conv.Plane) {
	sums, squares := make([]float64, p.Width+1), make([]float64, p.Width+1)
	for u := range p.Width {
		var s, q float64
		for row := range conv.Height {
			v := float64(p.Pix[row*p.Width+u])
			s += v
			q += float64(v * v)
		}
		sums[u+1], squares[u+1] = sums[u]+s, squares[u]+q
	}
	spread := func(from, to int) (mean, deviation float64) {
		n := float64((to - from) * conv.Height)
		mean = (sums[to] - sums[from]) / n
		return mean, math.Sqrt(max(0, (squares[to]-squares[from])/n-float64(mean*mean)))
	}
	_, all := spread(0, p.Width)
	for u := range p.Width {
		mean, deviation := spread(max(u-neighbourhood, 0), min(u+neighbourhood+1, p.Width))
		deviation = max(deviation, leastSpread*all) + leastGrey
		for row := range conv.Height {
			v := (mean - float64(p.Pix[row*p.Width+u])) / deviation
			p.Pix[row*p.Width+u] = float32(min(max(v, -limit), limit))
		}
	}
}
