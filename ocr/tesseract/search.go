package tesseract

import (
	"context"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// Bounds of a search. A reading costs about 60 ms; a photograph without MRZ
// costs maxReadings of them as it is, and as many when it was straightened. The
// second reader asks about bands in a sixth of that time.
const (
	maxBands    = 6
	maxTries    = 3 // of the bands that look like a zone, after the first
	maxReadings = 6
)

// openers are the variants a band is tried with, the second only where the
// first saw fillers and yet made no sense; voters join the one that did, in this
// order, until readings agree.
var (
	openers = []variant{{ink: 24, flatten: true}, {ink: 28, flatten: true}}
	voters  = []variant{
		{ink: 32, flatten: true, sharpen: true},
		{ink: 20, flatten: true},
		{ink: 24, sharpen: true},
		{ink: 32},
	}
)

// zone is an MRZ with where and how it lies in the photograph.
type zone struct {
	mrz      ocr.MRZ
	height   float64 // of a character, in pixels
	rotation int
	place    placement
	band     band
	agreed   bool    // enough readings are the same in every character
	fit      float64 // with which the second reader saw it
}

// search reads one photograph.
type search struct {
	ctx     context.Context
	client  *client
	corners *cornerNet
	gray    gocv.Mat
	colour  gocv.Mat
	votes   [][]string // readings that may be of one zone
	count   int        // readings made
	seen    bool       // something looked like an MRZ
	quad    []pt       // corners of the document, none where not found
	looked  bool       // for the corners
	// likeliest is the best band of the photograph as it is, read or not.
	likeliest band
	others    []band // where else in the picture there may be a zone
}

// candidate is a band read one way round.
type candidate struct {
	gray  gocv.Mat
	scale float64 // of gray, in pixels per pixel of the photograph
	band  band
	flip  bool
	fit   float64 // how much it looks like a zone to the second reader, if asked
	cells int     // in a line of it
}

// run tries the photograph as it is, and where that gives no zone with right
// check digits, straightened by the document's corners; at last it looks closer.
func (s *search) run() (zone, error) {
	best, found, err := s.read(s.gray, 1, workingSide)
	if err != nil {
		return best, err
	}
	if found && (best.agreed || checkDigitsHold(best.mrz) && best.fit >= fitsForSure) {
		if s.another(best) {
			return zone{}, &ocr.Error{Code: ocr.CodeSeveralDocuments}
		}
		return best, nil
	}
	if best.fit < fits {
		s.votes = nil // of a band that lay badly
	}
	z, ok, err := s.readStraightened()
	if err != nil {
		return zone{}, err
	}
	if ok && (!found || z.better(best)) {
		best, found = z, true
	}
	if !found {
		if best, found, err = s.readCloser(); err != nil {
			return zone{}, err
		}
	}
	switch {
	case found:
		return best, nil
	case s.seen:
		return zone{}, &ocr.Error{Code: ocr.CodeMRZUnreadable, Detail: "no reading makes sense"}
	case s.documentCorners() == nil && len(s.likeliest.lines) == 0:
		return zone{}, &ocr.Error{Code: ocr.CodeNoDocument, Detail: "neither an outline nor print"}
	}
	return zone{}, &ocr.Error{Code: ocr.CodeMRZNotFound}
}

// readCloser looks for a document that takes a small part of the photograph.
func (s *search) readCloser() (zone, bool, error) {
	if max(s.gray.Cols(), s.gray.Rows()) <= workingSide {
		return zone{}, false, nil
	}
	s.count = 0
	return s.read(s.gray, 1, closerSide)
}

// readStraightened reads the document between its corners, if it has any.
func (s *search) readStraightened() (zone, bool, error) {
	quad := s.documentCorners()
	if quad == nil {
		return zone{}, false, nil
	}
	flat, back, ok := straighten(s.colour, quad)
	if !ok {
		return zone{}, false, nil
	}
	defer flat.Close()
	s.count = 0
	z, ok, err := s.read(flat, back.scale, workingSide)
	z.rotation = (z.rotation + back.rotation) % 360
	z.place.m = back.m.after(z.place.m)
	return z, ok, err
}

// documentCorners asks the network once.
func (s *search) documentCorners() []pt {
	if !s.looked {
		s.looked = true
		if quad, ok := s.corners.find(s.colour); ok {
			s.quad = quad
		}
	}
	return s.quad
}

// better orders zones read from one photograph.
func (z zone) better(o zone) bool {
	if z.agreed != o.agreed {
		return z.agreed
	}
	if a, b := holding(z.mrz), holding(o.mrz); a != b {
		return a > b
	}
	return z.fit > o.fit
}

// holding is the part of a zone's checks that hold.
func holding(m ocr.MRZ) float64 {
	n := 0
	for _, c := range m.Checks {
		if c.OK {
			n++
		}
	}
	return float64(n) / float64(max(1, len(m.Checks)))
}

// checkDigitsHold says whether at most a dispute among readings is left.
func checkDigitsHold(m ocr.MRZ) bool {
	parsed, err := ocr.ParseMRZ(m.Lines)
	return err == nil && parsed.Valid
}

// read tries the best band as it is, since it nearly always is the zone. Where
// it does not read like one, the second reader says in which order, and which
// way up, the others are worth a reading.
func (s *search) read(gray gocv.Mat, scale float64, side int) (zone, bool, error) {
	bands := locate(gray, side)
	if scale == 1 && len(s.likeliest.lines) == 0 && len(bands) > 0 {
		s.likeliest = bands[0]
	}
	var all []candidate
	for _, b := range bands[:min(len(bands), maxBands)] {
		for _, flip := range []bool{false, true} {
			all = append(all, candidate{gray: gray, scale: scale, band: b, flip: flip})
		}
	}
	if len(all) == 0 {
		return zone{}, false, nil
	}
	z, found, err := s.try(all[0])
	if err != nil || found {
		s.others = bands
		return z, found, err
	}
	for _, c := range byLikeness(all[1:]) {
		if z, found, err = s.try(c); err != nil || found {
			s.others = bands
			return z, found, err
		}
	}
	return zone{}, false, nil
}

// byLikeness orders candidates by how much they look like a zone, and drops
// those that do least.
func byLikeness(candidates []candidate) []candidate {
	for i := range candidates {
		candidates[i].fit, candidates[i].cells = candidates[i].likeness()
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return compareFloat(b.fit, a.fit) })
	candidates = slices.DeleteFunc(candidates, func(c candidate) bool { return c.fit < hopeless })
	return candidates[:min(len(candidates), maxTries)]
}

// try reads a candidate and confirms what it read where that is like an MRZ.
func (s *search) try(c candidate) (zone, bool, error) {
	for _, v := range openers {
		i, ok, err := s.attempt(c, v)
		if err != nil {
			return zone{}, false, err
		}
		if ok && i.plausible() {
			return s.confirmed(c, i)
		}
		if !i.fillers {
			break
		}
	}
	if c.cells == 0 {
		c.fit, c.cells = c.likeness()
	}
	if c.fit < fitsForSure {
		return zone{}, false, nil
	}
	if i, ok := c.opinion(c.cells).interpretation(); ok {
		i.second = true
		return s.confirmed(c, i)
	}
	return zone{}, false, nil
}

func (s *search) confirmed(c candidate, i interpretation) (zone, bool, error) {
	z, err := s.confirm(c, i)
	z.place = place(z.mrz.Format, c.lineEnds())
	z.band = c.band
	return z, err == nil, err
}

// attempt reads a band once. Not ok is a reading without sense, or that the
// number of readings is used up.
func (s *search) attempt(c candidate, v variant) (interpretation, bool, error) {
	if err := s.ctx.Err(); err != nil {
		return interpretation{}, false, err
	}
	if s.count >= maxReadings {
		return interpretation{}, false, nil
	}
	m, ok := c.band.picture(c.gray, c.flip, v.ink)
	if !ok {
		return interpretation{}, false, nil
	}
	defer m.Close()
	v.apply(&m)
	s.count++
	text, err := s.client.text(m)
	if err != nil {
		return interpretation{}, false, err
	}
	i, ok := interpret(text)
	i.fillers = looksLikeMRZ(text)
	s.seen = s.seen || i.fillers
	return i, ok, nil
}

// rotation is the clockwise turn, in quarters, that makes the photograph upright.
func (c candidate) rotation() int {
	a := -c.band.angle
	if c.flip {
		a += 180
	}
	return (int(math.Round(a/90))*90 + 720) % 360
}

// lineEnds of the band in its picture, as the upright document has them.
func (c candidate) lineEnds() lineEnds {
	at := c.band.toImage.apply
	first, last := c.band.lines[0], c.band.lines[len(c.band.lines)-1]
	if c.flip {
		return lineEnds{at(last.right), at(last.left), at(first.right), at(first.left)}
	}
	return lineEnds{at(first.left), at(first.right), at(last.left), at(last.right)}
}

// looksLikeMRZ: no other print has runs of fillers.
func looksLikeMRZ(text []string) bool {
	for _, l := range text {
		if r := fillerRuns(clean(l)); len(l) >= 20 && len(r) > 0 && r[0].to-r[0].from >= 5 {
			return true
		}
	}
	return false
}
