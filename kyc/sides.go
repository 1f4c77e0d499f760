package kyc

import (
	"slices"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// A shot is one photograph of a document and what the engine read from it.
type shot struct {
	ocr.Reading

	photo string // name of the blob
	fault string // the engine's code, where it found no zone to read
}

// A bond says whether portrait and zone are known to be of one document (ADR
// 0010). Nothing counts as bound by default.
type bond int

const (
	unbound      bond = iota
	bound             // on one photograph, or the print beside the portrait has what the zone says
	contradicted      // two sides say different things
)

// String gives the word that programs are told.
func (b bond) String() string {
	switch b {
	case bound:
		return "bound"
	case contradicted:
		return "contradicted"
	case unbound:
	}
	return "unbound"
}

// JoinSides makes one reading of those of a document's photographs, as the flow
// does for a card. bond is "bound" where portrait and zone are known to be of one
// document, "contradicted" where two sides say different things, else "unbound".
func JoinSides(readings []ocr.Reading, now time.Time) (joined ocr.Reading, bond string) {
	shots := make([]shot, len(readings))
	for i, r := range readings {
		shots[i] = shot{Reading: r}
	}
	s := join(shots, now)
	if fields := s.printedFields(); len(fields) > 0 {
		s.Printed = &ocr.Printed{Fields: fields}
	}
	return s.Reading, s.bond.String()
}

// sides is what the photographs of one document add up to.
type sides struct {
	ocr.Reading // of the whole document; PortraitJPEG is the portrait to compare faces with

	shots    []shot
	zone     int // the shot that the zone was read from; -1 without one
	portrait int // the shot that shows the portrait; -1 without one
	bond     bond
}

// join makes one document of its photographs: most cards have the zone on one
// side and the portrait on the other (ICAO 9303-5).
func join(shots []shot, now time.Time) sides {
	s := sides{shots: shots, zone: bestZone(shots), portrait: -1}
	bonds := make([]bond, len(shots))
	if s.zone >= 0 {
		s.takeZone(bonds, now)
	}
	s.takePortrait(bonds)
	s.describe()
	return s
}

// takeZone takes the zone and compares it with the print of every side.
func (s *sides) takeZone(bonds []bond, now time.Time) {
	mrz := *s.shots[s.zone].MRZ
	var found, others []ocr.Corroboration
	for i, shot := range s.shots {
		of := corroborations(shot, mrz, i == s.zone, now)
		bonds[i] = bondOf(shot, mrz, of, i == s.zone)
		switch {
		case i == s.zone:
			found = append(found, of...)
		case bonds[i] == bound:
			found, others = append(found, of...), append(others, of...)
		default: // of a side that may be another document's only what speaks against it
			for _, c := range of {
				if contradicts(c) {
					found = append(found, c)
				}
			}
		}
		if h, ok := ocr.PrintHint(of); ok && i == s.zone { // of another side it is a contradiction
			s.suspect(h)
		}
	}
	// The engine weighed the print beside the zone; that of a bound side is news.
	mrz = ocr.Confirm(mrz, others)
	s.MRZ, s.Corroborations = &mrz, merged(found)
}

// bestZone returns the shot whose zone can be relied on most, the earliest
// among equals, or -1.
func bestZone(shots []shot) int {
	best := -1
	for i, s := range shots {
		if s.MRZ != nil && (best < 0 || reliance(standing(s.MRZ)) > reliance(standing(shots[best].MRZ))) {
			best = i
		}
	}
	return best
}

func reliance(s ocr.Status) int {
	return slices.Index([]ocr.Status{ocr.StatusInvalid, ocr.StatusUncertain, ocr.StatusValid}, s)
}

// standing returns how far a zone can be relied on. Readings that were stored
// before there was a status only say whether they are valid.
func standing(m *ocr.MRZ) ocr.Status {
	switch {
	case m == nil:
		return ""
	case m.Valid:
		return ocr.StatusValid
	case m.Status == ocr.StatusUncertain:
		return ocr.StatusUncertain
	default:
		return ocr.StatusInvalid
	}
}

// corroborations compares the document's zone with the print of one shot.
// Beside the zone itself the engine may have done so.
func corroborations(s shot, mrz ocr.MRZ, beside bool, now time.Time) []ocr.Corroboration {
	switch {
	case beside && len(s.Corroborations) > 0:
		return s.Corroborations
	case s.Printed == nil:
		return nil
	default:
		return ocr.Corroborate(mrz, *s.Printed, now)
	}
}

// bondOf says what ties a shot to the zone of the document. A contradiction
// counts more than any agreement: the front of a person's former card has
// their name and birth date, and another number.
func bondOf(s shot, mrz ocr.MRZ, found []ocr.Corroboration, beside bool) bond {
	sameZone := s.MRZ != nil && standing(s.MRZ) == ocr.StatusValid && mrz.Valid
	switch {
	case !beside && (sameZone && !sameDocument(*s.MRZ, mrz) || slices.ContainsFunc(found, contradicts)):
		return contradicted
	case !s.portraitInside():
		return unbound
	case beside, sameZone, ocr.Binds(found):
		return bound
	default:
		return unbound
	}
}

// portraitInside reports whether the portrait is known to lie on the document
// whose zone or print was read, and not on another laid beside it, or to be the
// face of whoever holds up a stolen card. A side without portrait lends none.
func (s shot) portraitInside() bool {
	if s.Portrait == nil {
		return true
	}
	if len(s.Outline) != 4 {
		return false
	}
	x, y := float64(s.Portrait.X)+float64(s.Portrait.W)/2, float64(s.Portrait.Y)+float64(s.Portrait.H)/2
	inside := false
	for i, a := range s.Outline { // how many edges a line to the right crosses
		b := s.Outline[(i+1)%4]
		if (a.Y > y) != (b.Y > y) && x < a.X+(y-a.Y)/(b.Y-a.Y)*(b.X-a.X) {
			inside = !inside
		}
	}
	return inside
}

// sameDocument compares what check digits cover, and whose number it is.
func sameDocument(a, b ocr.MRZ) bool {
	return a.Fields.DocumentNumber == b.Fields.DocumentNumber && a.Fields.IssuingState == b.Fields.IssuingState &&
		a.Fields.BirthDate == b.Fields.BirthDate && a.Fields.ExpiryDate == b.Fields.ExpiryDate
}

func contradicts(c ocr.Corroboration) bool { return c.Agreement == ocr.Differ }

// merged keeps of each field the first contradiction, else the first
// agreement: what one side lacks, another may have.
func merged(found []ocr.Corroboration) []ocr.Corroboration {
	var out []ocr.Corroboration
	for _, c := range found {
		i := slices.IndexFunc(out, func(o ocr.Corroboration) bool { return o.Field == c.Field })
		switch {
		case i < 0:
			out = append(out, c)
		case out[i].Agreement == ocr.Missing && c.Agreement != ocr.Missing, !contradicts(out[i]) && contradicts(c):
			out[i] = c
		}
	}
	return out
}

// takePortrait takes the portrait from beside the zone, else from a side that
// is bound to it, else from the first that shows one. A forged front thus
// never lends its face to a document that has one beside its zone.
func (s *sides) takePortrait(bonds []bond) {
	better := func(i int) bool {
		return s.portrait < 0 || i == s.zone || s.portrait != s.zone && bonds[i] == bound && bonds[s.portrait] != bound
	}
	for i, shot := range s.shots {
		if len(shot.PortraitJPEG) > 0 && better(i) {
			s.portrait = i
		}
	}
	if s.portrait >= 0 {
		p := s.shots[s.portrait]
		s.PortraitJPEG, s.Portrait, s.PortraitQuality, s.bond = p.PortraitJPEG, p.Portrait, p.PortraitQuality, bonds[s.portrait]
	}
	if slices.Contains(bonds, contradicted) {
		s.bond = contradicted
	}
}

// describe fills in the quality about the zone and the hints.
func (s *sides) describe() {
	if len(s.shots) > 0 {
		main := s.shots[max(s.zone, 0)]
		s.Quality, s.Rotation = main.Quality, main.Rotation
	}
	for _, shot := range s.shots {
		for _, h := range shot.Hints {
			s.suspect(h)
		}
	}
}

// suspect keeps of each name the most suspicious hint.
func (s *sides) suspect(h ocr.Hint) {
	i := slices.IndexFunc(s.Hints, func(o ocr.Hint) bool { return o.Name == h.Name })
	switch {
	case i < 0:
		s.Hints = append(s.Hints, h)
	case h.Raised && !s.Hints[i].Raised || h.Raised == s.Hints[i].Raised && h.Score > s.Hints[i].Score:
		s.Hints[i] = h
	}
}

// legiblePrint is the least confidence of a printed value that says something
// by itself: a date of issue, which no zone has. Of two texts that may be the
// value neither has it.
const legiblePrint = 0.85

// printedFields returns what was read well beside labels, unless the sides
// contradict each other: then it may be another document's.
func (s sides) printedFields() []ocr.PrintedField {
	var out []ocr.PrintedField
	for _, shot := range s.shots {
		if shot.Printed == nil || s.bond == contradicted {
			continue
		}
		for _, f := range shot.Printed.Fields {
			if f.Confidence >= legiblePrint {
				out = append(out, f)
			}
		}
	}
	return out
}

// photographs returns what was found where, for whoever looks at them.
func (s sides) photographs() []DocumentSide {
	out := make([]DocumentSide, len(s.shots))
	for i, shot := range s.shots {
		out[i] = DocumentSide{
			Photo: shot.photo, Outline: shot.Outline, Portrait: shot.Portrait, Ghosts: shot.Ghosts,
			Quality: shot.Quality, Zone: i == s.zone,
		}
	}
	return out
}

// kept returns what is stored of the document. The portrait is a photograph of
// its own, and of the print only what corroborates the zone is of any use.
func (s sides) kept() *ocr.Reading {
	r := s.Reading
	r.PortraitJPEG = nil
	return &r
}
