package tesseract

import (
	"math"
	"testing"

	"github.com/vouchline/vouchline/ocr"
)

func distant(a, b pt) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// seenAs gives the ends of a zone's lines, and the corners of its document, as m
// shows them; line is the distance of lines.
func seenAs(f ocr.Format, line float64, m func(pt) pt) (lineEnds, []pt) {
	lines, columns := f.Size()
	o := forms[f]
	length := float64(columns-1)*pitch + inkWidth
	left, last := (o.width-length)/2, o.height-o.last
	first := last - float64(lines-1)*line
	var corners []pt
	for _, c := range rectangle(o.width, o.height) {
		corners = append(corners, m(c))
	}
	return lineEnds{
		m(pt{left, first}), m(pt{left + length, first}),
		m(pt{left, last}), m(pt{left + length, last}),
	}, corners
}

// Turned by 120 degrees, 8 pixels to the millimetre: corners follow from the
// zone alone, whatever the distance of lines is.
func TestPlaceWithoutCorners(t *testing.T) {
	sin, cos := math.Sincos(120 * math.Pi / 180)
	turned := func(p pt) pt { return pt{900 + 8*(p.x*cos-p.y*sin), 700 + 8*(p.x*sin+p.y*cos)} }
	for _, tc := range []struct {
		format ocr.Format
		line   float64
	}{{ocr.TD1, 4.23}, {ocr.TD1, 6.35}, {ocr.TD2, 5.2}, {ocr.TD3, 6.35}, {ocr.FRID, 6.35}} {
		ends, corners := seenAs(tc.format, tc.line, turned)
		p := place(tc.format, ends)
		if d := distant(p.toPhotograph(pt{}), ends.firstLeft); d > 0.01 {
			t.Errorf("%s: the origin is %.2f pixels off the zone's first character", tc.format, d)
		}
		if p.exact {
			t.Errorf("%s: exact without corners", tc.format)
		}
		for i, q := range p.outline() {
			if d := distant(pt{q.X, q.Y}, corners[i]); d > 0.1 {
				t.Errorf("%s: corner %d is %.2f pixels off", tc.format, i, d)
			}
		}
	}
}

// Perspective is known from the corners, wherever the list of them begins.
func TestPlaceWithinCorners(t *testing.T) {
	seen := homographyBetween(rectangle(125, 88), []pt{{210, 180}, {1100, 90}, {1240, 760}, {60, 830}})
	ends, corners := seenAs(ocr.TD3, 6.35, seen.apply)
	for turn := range 4 {
		p, ok := place(ocr.TD3, ends).within(append(append([]pt(nil), corners[turn:]...), corners[:turn]...))
		if !ok || !p.exact {
			t.Fatalf("turn %d: the corners were refused", turn)
		}
		for i, q := range p.outline() {
			if d := distant(pt{q.X, q.Y}, corners[i]); d > 0.1 {
				t.Errorf("turn %d: corner %d is %.2f pixels off", turn, i, d)
			}
		}
		if d := distant(p.toPhotograph(pt{}), ends.firstLeft); d > 0.1 {
			t.Errorf("turn %d: the origin is %.2f pixels off", turn, d)
		}
	}
}

// Two pages seen as one document are not the page with the zone.
func TestPlaceRefusesOtherCorners(t *testing.T) {
	ends, corners := seenAs(ocr.TD3, 6.35, func(p pt) pt { return pt{100 + 8*p.x, 900 + 8*p.y} })
	p := place(ocr.TD3, ends)
	spread := []pt{{corners[0].x, corners[0].y - 704}, {corners[1].x, corners[1].y - 704}, corners[2], corners[3]}
	for _, quad := range [][]pt{nil, {{0, 0}, {300, 0}, {300, 200}, {0, 200}}} {
		if _, ok := p.within(quad); ok {
			t.Errorf("within(%v) was accepted", quad)
		}
	}
	if q, ok := p.within(spread); ok {
		t.Errorf("within(two pages) = %v, want them refused", q.outline())
	}
}

// What has a coordinate that is no number could not be sent.
func TestPlaceNowhere(t *testing.T) {
	ends, _ := seenAs(ocr.TD1, 6.35, func(p pt) pt { return p })
	edgeOn := place(ocr.TD1, ends)
	edgeOn.m[6] = -1 / edgeOn.corner.x // the left corners have no image
	for name, p := range map[string]placement{"no zone": {}, "edge on": edgeOn, "no length": place(ocr.TD1, lineEnds{})} {
		if got := p.outline(); got != nil {
			t.Errorf("%s: outline = %v, want none", name, got)
		}
		if got := (&search{}).hints(zone{place: p}, p.corners(), ocr.Quality{}); got != nil {
			t.Errorf("%s: hints = %v, want none", name, got)
		}
	}
}
