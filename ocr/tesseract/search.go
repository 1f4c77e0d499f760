package tesseract

import (
	"context"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// Bounds of a search. A reading costs about 60 ms; a photograph without MRZ
// costs maxReadings of them.
const (
	maxBands    = 3
	maxReadings = 12
)

// What a zone needs to be valid: readings, and the part of them that must agree
// where no check digit decides. Of 480 degraded pictures of the specimens 408 were
// accepted so, one of them wrong; with a bare majority 425, five of them wrong.
const (
	minVoters = 2
	quorum    = 0.7
)

// Below this height of characters, in pixels of the photograph, Tesseract
// makes the same mistake at most scales, so that more variants must agree.
const (
	lowResolution = 7.0
	lowVoters     = 4
	lowQuorum     = 0.85
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
}

// search reads one photograph.
type search struct {
	ctx     context.Context
	client  *client
	corners *cornerNet
	gray    gocv.Mat
	colour  gocv.Mat
	votes   [][]string // readings that may be of one zone
	agreed  bool       // enough of them are the same in every character
	count   int        // readings made
	seen    bool       // something looked like an MRZ
	quad    []pt       // corners of the document, none where not found
	looked  bool       // for the corners
	// likeliest is the best band of the photograph as it is, read or not.
	likeliest band
}

// candidate is a band read one way round.
type candidate struct {
	gray  gocv.Mat
	scale float64 // of gray, in pixels per pixel of the photograph
	band  band
	flip  bool
}

// run tries the photograph as it is, and where that gives no zone with right
// check digits, straightened by the document's corners.
func (s *search) run() (zone, error) {
	best, found, err := s.read(s.gray, 1)
	if err != nil || found && (s.agreed || checkDigitsHold(best.mrz)) {
		return best, err
	}
	z, ok, err := s.readStraightened()
	if err != nil {
		return zone{}, err
	}
	if ok && (!found || z.mrz.Valid) {
		best, found = z, true
	}
	switch {
	case found:
		return best, nil
	case s.seen:
		return zone{}, &ocr.Error{Code: ocr.CodeMRZUnreadable, Detail: "no reading makes sense"}
	}
	return zone{}, &ocr.Error{Code: ocr.CodeMRZNotFound}
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
	z, ok, err := s.read(flat, back.scale)
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

// checkDigitsHold says whether at most a dispute among readings is left.
func checkDigitsHold(m ocr.MRZ) bool {
	parsed, err := ocr.ParseMRZ(m.Lines)
	return err == nil && parsed.Valid
}

// read tries the best bands, both ways round, and confirms the first one that
// reads like an MRZ.
func (s *search) read(gray gocv.Mat, scale float64) (zone, bool, error) {
	bands := locate(gray)
	bands = bands[:min(len(bands), maxBands)]
	if scale == 1 && len(s.likeliest.lines) == 0 && len(bands) > 0 {
		s.likeliest = bands[0]
	}
	for _, b := range bands { // the first is nearly always the zone, either way up
		for _, flip := range []bool{false, true} {
			c := candidate{gray: gray, scale: scale, band: b, flip: flip}
			for _, v := range openers {
				i, ok, err := s.attempt(c, v)
				if err != nil {
					return zone{}, false, err
				}
				if ok && i.plausible() {
					z, err := s.confirm(c, i)
					z.place = place(z.mrz.Format, c.lineEnds())
					return z, err == nil, err
				}
				if !i.fillers {
					break
				}
			}
		}
	}
	return zone{}, false, nil
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

// confirm lets other variants vote until the readings agree. Readings of the
// photograph before it was straightened keep their vote.
func (s *search) confirm(c candidate, i interpretation) (zone, error) {
	z := zone{
		height:   c.band.height() * c.band.scale() / c.scale,
		rotation: c.rotation(),
	}
	if len(s.votes) > 0 && !sameShape(s.votes[0], i.raw) {
		s.votes = nil
	}
	s.votes = append(s.votes, i.raw)
	needed, share := minVoters, quorum
	if z.height < lowResolution {
		needed, share = lowVoters, lowQuorum
	}
	for _, v := range voters {
		i, ok, err := s.attempt(c, v)
		if err != nil {
			return zone{}, err
		}
		if ok && i.plausible() && sameShape(s.votes[0], i.raw) {
			s.votes = append(s.votes, i.raw)
		}
		if z.mrz, err = ocr.Consensus(s.votes, share); err != nil {
			return zone{}, err
		}
		if len(s.votes) < needed {
			continue
		}
		// Readings that all say the same say it again; then the document itself
		// is wrong.
		if s.agreed = unanimous(s.votes); s.agreed || z.mrz.Valid {
			return z, nil
		}
	}
	if repaired, n := ocr.Repair(z.mrz, s.votes); n > 0 {
		z.mrz = repaired
	}
	if z.mrz.Valid && len(s.votes) < needed {
		z.mrz.Valid, z.mrz.Status = false, ocr.StatusUncertain
	}
	return z, nil
}

func unanimous(votes [][]string) bool {
	return !slices.ContainsFunc(votes, func(v []string) bool { return !slices.Equal(v, votes[0]) })
}

func sameShape(a, b []string) bool {
	return len(a) == len(b) && len(a[0]) == len(b[0])
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
