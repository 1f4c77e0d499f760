package tesseract

import (
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// Millimetres about the area that can hold print: what a corner may be off, and
// how far above the middle of the zone's first line its characters begin.
const (
	printMargin = 1
	aboveZone   = 2.6
)

// print cuts out what is above the MRZ, as a grey picture of printScale. Above
// a card's back its front is looked for, too: copies show both sides on one
// sheet.
func (p placement) print(gray gocv.Mat) (gocv.Mat, bool) {
	left, right := p.corner.x-printMargin, p.corner.x+p.size.x+printMargin
	top, bottom := p.corner.y-printMargin, -float64(aboveZone)
	if p.format == ocr.TD1 && !p.exact {
		top -= p.above(gray, 1.15*p.size.y)
	}
	if bottom-top < 5 || bottom-top > 3*p.size.y {
		return gocv.Mat{}, false
	}
	quad := []pt{{left, top}, {right, top}, {right, bottom}, {left, bottom}}
	for i := range quad {
		quad[i] = p.toPhotograph(quad[i])
		if bad(quad[i].x) || bad(quad[i].y) {
			return gocv.Mat{}, false
		}
	}
	if !convex(quad) {
		return gocv.Mat{}, false
	}
	m := warpQuad(gray, quad, image.Pt(int((right-left)*printScale), int((bottom-top)*printScale)))
	if m.Empty() {
		m.Close()
		return gocv.Mat{}, false
	}
	return m, true
}

// bad coordinates are of a document seen edge on.
func bad(v float64) bool { return math.IsNaN(v) || math.Abs(v) > 1e5 }

// above is how much of the photograph there is over the document, in
// millimetres, at most limit.
func (p placement) above(gray gocv.Mat, limit float64) float64 {
	frame := image.Rect(0, 0, gray.Cols(), gray.Rows())
	mm := 0.0
	for mm+5 <= limit {
		at := p.toPhotograph(pt{p.corner.x + p.size.x/2, p.corner.y - mm - 5})
		if !image.Pt(int(at.x), int(at.y)).In(frame) {
			break
		}
		mm += 5
	}
	return mm
}

// Widths in millimetres that a side without MRZ is taken to have, by its
// proportions: a card's, or what is between a TD2 and a passport's page.
const (
	cardWidth       = 85.6
	pageWidth       = 115
	cardProportions = 1.5
)

// side cuts a document without MRZ out by its corners, as a grey picture of
// printScale, lying on its longer side.
func side(colour gocv.Mat, quad []pt) (gocv.Mat, bool) {
	w := (distance(quad[0], quad[1]) + distance(quad[3], quad[2])) / 2
	h := (distance(quad[0], quad[3]) + distance(quad[1], quad[2])) / 2
	if min(w, h) < minPhotograph/2 || max(w, h) > 4*min(w, h) {
		return gocv.Mat{}, false
	}
	if h > w {
		quad, w, h = []pt{quad[3], quad[0], quad[1], quad[2]}, h, w
	}
	width := float64(pageWidth)
	if w/h > cardProportions {
		width = cardWidth
	}
	flat := warpQuad(colour, quad, image.Pt(int(width*printScale), int(width*h/w*printScale)))
	defer flat.Close()
	if flat.Empty() {
		return gocv.Mat{}, false
	}
	gray := gocv.NewMat()
	_ = gocv.CvtColor(flat, &gray, gocv.ColorBGRToGray)
	if gray.Empty() {
		gray.Close()
		return gocv.Mat{}, false
	}
	return gray, true
}
