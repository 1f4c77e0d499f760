package tesseract

import (
	"math"

	"github.com/vouchline/vouchline/ocr"
)

// placement says how a document lies in the photograph, measured from its MRZ:
// millimetres on the document count from the left end of the MRZ's first line,
// in the middle of the height of its characters, x along the line and y down
// the upright document. A part of the document is cut out in one step with the
// map from its millimetres to the photograph.
type placement struct {
	format ocr.Format
	size   pt // of the document, in millimetres
	corner pt // the document's top left corner, in millimetres; both are negative
	// exact tells that the document's own corners were seen. Otherwise they
	// follow from the zone, and perspective is not known.
	exact bool
	m     homography // millimetres to pixels of the photograph
}

// toPhotograph returns where a point of the document is in the photograph.
func (p placement) toPhotograph(mm pt) pt { return p.m.apply(mm) }

// corners are the document's in the photograph, clockwise from the top left one
// of the upright document; none where it lies nowhere or is seen edge on.
func (p placement) corners() []pt {
	if p.size.x == 0 {
		return nil
	}
	quad := rectangle(p.size.x, p.size.y)
	for i, c := range quad {
		quad[i] = p.toPhotograph(pt{p.corner.x + c.x, p.corner.y + c.y})
		if bad(quad[i].x) || bad(quad[i].y) {
			return nil
		}
	}
	return quad
}

// outline is the corners as an answer has them.
func (p placement) outline() []ocr.Point {
	var out []ocr.Point
	for _, c := range p.corners() {
		out = append(out, ocr.Point{X: rounded(c.x), Y: rounded(c.y)})
	}
	return out
}

// Measures of an MRZ in millimetres: OCR-B has ten characters to the inch
// (ICAO 9303-3, 4.3), of which the ink of the last one ends before its cell does.
const (
	pitch    = 25.4 / 10
	inkWidth = 1.7
)

// form is a document's size, and how far the middle of the zone's last line is
// above its lower edge, in millimetres (ICAO 9303-4 to 7; the French card is of
// the size of TD2). Lines are centred.
type form struct {
	width, height float64
	last          float64
}

var forms = map[ocr.Format]form{
	ocr.TD1:  {85.6, 54, 6.6},
	ocr.TD2:  {105, 74, 8.4},
	ocr.TD3:  {125, 88, 9.4},
	ocr.MRVA: {120, 80, 8.6},
	ocr.MRVB: {105, 74, 8.4},
	ocr.FRID: {105, 74, 8.4},
}

// lineEnds are the ends of a zone's first and last lines in the photograph, in
// the middle of the height of their characters, as the upright document has them.
type lineEnds struct{ firstLeft, firstRight, lastLeft, lastRight pt }

// place lays a document about its zone. The distance of lines is not the same
// for all issuers, so that a single scale, that of the lines' length, serves for
// both directions.
func place(f ocr.Format, e lineEnds) placement {
	lines, columns := f.Size()
	o := forms[f]
	length := float64(columns-1)*pitch + inkWidth
	along := pt{
		(e.firstRight.x - e.firstLeft.x + e.lastRight.x - e.lastLeft.x) / 2 / length,
		(e.firstRight.y - e.firstLeft.y + e.lastRight.y - e.lastLeft.y) / 2 / length,
	}
	scale := math.Hypot(along.x, along.y)
	down := pt{
		(e.lastLeft.x + e.lastRight.x - e.firstLeft.x - e.firstRight.x) / 2,
		(e.lastLeft.y + e.lastRight.y - e.firstLeft.y - e.firstRight.y) / 2,
	}
	span := math.Hypot(down.x, down.y)
	if lines < 2 || scale == 0 || span == 0 {
		return placement{}
	}
	p := placement{format: f, size: pt{o.width, o.height}}
	p.corner = pt{-(o.width - length) / 2, span/scale + o.last - o.height}
	p.m = homography{
		along.x, down.x / span * scale, e.firstLeft.x,
		along.y, down.y / span * scale, e.firstLeft.y,
		0, 0, 1,
	}
	return p
}

// How far the corners found may contradict the zone: tolerance in millimetres
// for what is near it, and foreshortened for the document's height as the zone's
// scale has it, which a tilt of 40 degrees changes by less.
const (
	tolerance     = 5
	foreshortened = 0.7
)

// within lays the document into the corners found for it, clockwise from any of
// them, where these agree with the zone. A corner network that sees a whole
// passport, or a card's two sides, as one document does not.
func (p placement) within(corners []pt) (placement, bool) {
	if len(corners) != 4 || p.size.x == 0 {
		return placement{}, false
	}
	o := forms[p.format]
	best, off := placement{}, math.Inf(1)
	for turn := range 4 {
		quad := append(append([]pt(nil), corners[turn:]...), corners[:turn]...)
		// The zone's origin in the document, as the corners have it.
		origin := homographyBetween(quad, rectangle(o.width, o.height)).apply(p.toPhotograph(pt{}))
		q := p
		q.exact, q.corner = true, pt{-origin.x, -origin.y}
		q.m = homographyBetween(rectangle(o.width, o.height), quad).shifted(origin)
		if d := q.distance(p); d < off {
			best, off = q, d
		}
	}
	return best, off <= tolerance && alike(best.sideLength(), p.sideLength(), foreshortened)
}

// sideLength is how long the document's left side is in the photograph.
func (p placement) sideLength() float64 {
	a, b := p.toPhotograph(p.corner), p.toPhotograph(pt{p.corner.x, p.corner.y + p.size.y})
	return math.Hypot(a.x-b.x, a.y-b.y)
}

// alike says whether the smaller of two lengths is at least part of the other.
func alike(a, b, part float64) bool { return min(a, b) >= part*max(a, b) }

// distance is how far, in millimetres, the zone's other end and the document's
// lower corners under p are from where they are under q, whose zone is right.
func (p placement) distance(q placement) float64 {
	_, columns := p.format.Size()
	ends := []struct{ at, under pt }{
		{pt{float64(columns-1)*pitch + inkWidth, 0}, pt{float64(columns-1)*pitch + inkWidth, 0}},
		{pt{p.corner.x, p.corner.y + p.size.y}, pt{q.corner.x, q.corner.y + q.size.y}},
		{pt{p.corner.x + p.size.x, p.corner.y + p.size.y}, pt{q.corner.x + q.size.x, q.corner.y + q.size.y}},
	}
	scale := math.Hypot(q.m[0], q.m[3])
	worst := 0.0
	for _, e := range ends {
		a, b := p.toPhotograph(e.at), q.toPhotograph(e.under)
		worst = max(worst, math.Hypot(a.x-b.x, a.y-b.y)/scale)
	}
	return worst
}
