package tesseract

import (
	"image"
	"math"

	"gocv.io/x/gocv"
)

// colourSide is the longer side of the copy in which colours are compared: small
// enough that grain and the camera's false colours are averaged away.
const colourSide = 160

// Grey values between which a pixel tells its colour.
const (
	darkestColour   = 40
	brightestColour = 252
)

// greynessLimit is the inverse of a spread of colours, see greyness.
const greynessLimit = 1 / 0.125

// greyness is the inverse of how far the document's colours lie apart: the
// spread, without the outermost hundredths, of the ratios red to green and blue
// to green. A cast of the light multiplies all colours alike and so leaves the
// spread of the ratios' logarithms as it is.
func greyness(colour gocv.Mat, outline []pt) (float64, bool) {
	side := func(a, b pt) float64 { return math.Hypot(b.x-a.x, b.y-a.y) }
	w, h := side(outline[0], outline[1]), side(outline[0], outline[3])
	if !(min(w, h) >= minSide) { // also what is no number
		return 0, false
	}
	inner := make([]pt, 4) // the table beside an inexact corner has colour
	for i, c := range rectangle(1, 1) {
		inner[i] = between(outline, 0.04+0.92*c.x, 0.04+0.92*c.y)
	}
	f := colourSide / max(w, h)
	small := shrunk(colour, inner, image.Pt(max(1, int(w*f)), max(1, int(h*f))))
	defer small.Close()
	pix, err := small.DataPtrUint8()
	if err != nil {
		return 0, false
	}
	reds, blues, n := new(ratios), new(ratios), 0
	for i := 0; i+2 < len(pix); i += 3 {
		b, g, r := pix[i], pix[i+1], pix[i+2]
		if min(b, g, r) < darkestColour || max(b, g, r) > brightestColour {
			continue
		}
		n++
		reds.add(r, g)
		blues.add(b, g)
	}
	if n < len(pix)/3/50 {
		return 0, false
	}
	return 1 / max(reds.spread(n), blues.spread(n), 1e-3), true
}

// shrunk brings a quadrilateral into a small picture of which every pixel is
// the mean of many.
func shrunk(m gocv.Mat, quad []pt, size image.Point) gocv.Mat {
	const side = 3 // samples to a side of a pixel
	large := warpQuad(m, quad, size.Mul(side))
	defer large.Close()
	out := gocv.NewMat()
	if !large.Empty() {
		_ = gocv.Resize(large, &out, size, 0, 0, gocv.InterpolationArea)
	}
	return out
}

// ratios is a histogram of the logarithms of quotients.
type ratios [401]int

const ratioStep = 0.01

func (r *ratios) add(a, b uint8) {
	i := int(math.Round(math.Log(float64(a)/float64(b))/ratioStep)) + len(r)/2
	r[min(max(i, 0), len(r)-1)]++
}

// spread is the distance of the outer hundredths of n ratios.
func (r *ratios) spread(n int) float64 {
	return float64(quantile(r[:], n, 0.99)-quantile(r[:], n, 0.01)) * ratioStep
}
