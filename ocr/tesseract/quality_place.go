package tesseract

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// readQuality judges a photograph whose zone was read; outline may be nil.
func (s *search) readQuality(z zone, outline []pt) ocr.Quality {
	q := quality(s.gray)
	q.Document, q.MRZHeight = ocr.SightOne, rounded(z.height)
	outlineQuality(s.gray, &q, outline)
	zoneQuality(s.gray, &q, z.place.zoneCorners(), z.height)
	return q
}

// unreadQuality judges one whose zone was not, for it is then that advice is
// wanted. The likeliest band stands for the zone; its height is not told, since
// it may be anything.
func (s *search) unreadQuality(reason error) ocr.Quality {
	q := quality(s.gray)
	outlineQuality(s.gray, &q, s.quad)
	if b := s.likeliest; len(b.lines) > 0 && b.score >= convincing {
		zoneQuality(s.gray, &q, b.corners(), b.height()*b.scale())
	}
	switch {
	case errors.Is(reason, &ocr.Error{Code: ocr.CodeSeveralDocuments}):
		q.Document = ocr.SightSeveral
	case len(s.quad) == 4 || s.seen:
		q.Document = ocr.SightOne
	case s.looked:
		q.Document = ocr.SightNone
	}
	return q
}

// zoneCorners are those of the zone in the photograph, with a little paper.
func (p placement) zoneCorners() []pt {
	_, columns := p.format.Size()
	const paper = 1.5 // millimetres
	last := p.corner.y + p.size.y - forms[p.format].last
	quad := rectangle(float64(columns)*pitch+2*paper, last+2*paper)
	for i, c := range quad {
		quad[i] = p.toPhotograph(pt{c.x - paper, c.y - paper})
	}
	return quad
}

// corners of a band in its picture, either way up.
func (b band) corners() []pt {
	first, last, up := b.lines[0], b.lines[len(b.lines)-1], 0.6*b.height()
	quad := []pt{
		{first.left.x, first.left.y - up},
		{first.right.x, first.right.y - up},
		{last.right.x, last.right.y + up},
		{last.left.x, last.left.y + up},
	}
	for i, c := range quad {
		quad[i] = b.toImage.apply(c)
	}
	return quad
}

// outlineQuality adds what the document's corners tell.
func outlineQuality(gray gocv.Mat, q *ocr.Quality, outline []pt) {
	if len(outline) != 4 {
		return
	}
	q.Outlined(points(outline))
	side := func(a, b pt) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }
	w, h := side(outline[0], outline[1]), side(outline[0], outline[3])
	f := min(1, qualitySide/2/max(w, h))
	if !(min(w, h)*f >= minSide) { // also what is no number
		return
	}
	flat := warpQuad(gray, outline, image.Pt(int(w*f), int(h*f)))
	defer flat.Close()
	exposure(flat, q)
}

func points(quad []pt) []ocr.Point {
	if len(quad) == 0 {
		return nil
	}
	out := make([]ocr.Point, len(quad))
	for i, p := range quad {
		out[i] = ocr.Point{X: p.x, Y: p.y}
	}
	return out
}

// zoneQuality measures the zone itself: a sharp background behind a blurred
// document must not count.
func zoneQuality(gray gocv.Mat, q *ocr.Quality, zone []pt, height float64) {
	if height <= 0 {
		return
	}
	f := qualityInk / height
	w := math.Hypot(zone[1].x-zone[0].x, zone[1].y-zone[0].y) * f
	h := math.Hypot(zone[3].x-zone[0].x, zone[3].y-zone[0].y) * f
	if !(min(w, h) >= minSide) || w > maxStrip || h > w { // also what is no number
		return
	}
	flat := warpQuad(gray, zone, image.Pt(int(w), int(h)))
	defer flat.Close()
	if flat.Empty() {
		return
	}
	s := measureStrokes(flat, zonePart)
	q.Sharpness, q.Contrast = rounded(s.steepness), rounded(s.contrast)
	q.Motion = rounded(motion(flat))
	q.ZoneGlare = rounded(burntCells(flat, s.contrast))
}
