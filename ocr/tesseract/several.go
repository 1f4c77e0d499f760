package tesseract

import "github.com/vouchline/vouchline/ocr"

// Bounds of the look for a second document: bands that are asked about, the
// part of the first zone's length that another one has at least, and the fit
// from which the second reader is sure of it.
const (
	otherBands = 2
	otherPart  = 0.4
)

// another says whether a second zone, of other content, is outside the document
// just read. It costs nothing where no such band was located, which is the rule.
func (s *search) another(z zone) bool {
	outline := z.place.corners()
	asked := 0
	for _, b := range s.others {
		if asked == otherBands {
			return false
		}
		if inside(outline, b.middle()) || b.length() < otherPart*z.band.length() {
			continue
		}
		asked++
		for _, flip := range []bool{false, true} {
			c := candidate{gray: s.gray, scale: 1, band: b, flip: flip}
			fit, columns := c.likeness()
			if fit < fitsForSure {
				continue
			}
			i, ok := c.opinion(columns).interpretation()
			if ok && !sameZone(i.mrz.Lines, z.mrz.Lines) {
				return true
			}
		}
	}
	return false
}

// sameZone says whether two readings may be of one document: most characters
// that are no fillers are the same in the same place.
func sameZone(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	same, all := 0, 0
	for i := range a {
		for j := range min(len(a[i]), len(b[i])) {
			if a[i][j] == ocr.Filler && b[i][j] == ocr.Filler {
				continue
			}
			all++
			if a[i][j] == b[i][j] {
				same++
			}
		}
	}
	return 2*same > all
}

// middle of a band in its picture.
func (b band) middle() pt {
	l := b.lines[len(b.lines)/2]
	return b.toImage.apply(pt{(l.left.x + l.right.x) / 2, (l.left.y + l.right.y) / 2})
}

// length of a band in its picture.
func (b band) length() float64 { return b.lines[0].width() * b.scale() }

// inside says whether p is within a quadrilateral whose corners go clockwise.
func inside(quad []pt, p pt) bool {
	for i, a := range quad {
		b := quad[(i+1)%len(quad)]
		if (b.x-a.x)*(p.y-a.y)-(b.y-a.y)*(p.x-a.x) < 0 {
			return false
		}
	}
	return true
}
