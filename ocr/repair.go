package ocr

import "strings"

// confusable lists the characters that OCR-B lets an engine take for one
// another. Dates and check digits hold digits only, so they are hardly ever
// repaired: a digit is not confused with another one often enough to guess.
var confusable = []string{"0OQD", "1IL", "2Z", "5S", "6G", "8B"}

func alike(c byte) string {
	var b strings.Builder
	for _, set := range confusable {
		if strings.IndexByte(set, c) < 0 {
			continue
		}
		for i := range len(set) {
			if set[i] != c && strings.IndexByte(b.String(), set[i]) < 0 {
				b.WriteByte(set[i])
			}
		}
	}
	return b.String()
}

// Repair changes at most one character of a field whose check digit is wrong
// (or of the check digit) into one that looks alike and that another reading of
// the same photograph has in that place, and only where exactly one such change
// makes it right; the result must then be valid as a whole. It returns the
// repaired zone and how many characters changed, or m itself and 0.
//
// The bound matters. A check digit has ten values and a document number begins
// the composite one with the same weights, so without the other readings one
// random misreading in sixteen would be "repaired" into another wrong zone
// (measured over the specimens of ICAO 9303).
func Repair(m MRZ, others [][]string) (MRZ, int) {
	if m.Valid || len(m.Lines) == 0 {
		return m, 0
	}
	r := repairer{zone: m, others: others, lines: append([]string(nil), m.Lines...)}
	changed := 0
	for _, c := range m.Checks {
		if c.OK || c.Name == checkComposite {
			continue
		}
		if c.Name == checkAlphabet || !r.field(c.Name) {
			return m, 0
		}
		changed++
	}
	repaired, err := ParseMRZ(r.lines)
	if err != nil {
		return m, 0
	}
	if !repaired.Valid && changed == 0 && r.composite() {
		changed++
		if repaired, err = ParseMRZ(r.lines); err != nil {
			return m, 0
		}
	}
	if !repaired.Valid || repaired.Format != m.Format || changed > maxRepairs {
		return m, 0
	}
	repaired.Confidence = Confidence(repaired, others)
	return repaired, changed
}

// repairer holds a zone while it is repaired.
type repairer struct {
	zone   MRZ
	others [][]string
	lines  []string
}

// maxRepairs bounds the whole zone: more wrong fields are a bad photograph.
const maxRepairs = 2

// field tries every change in the field and its check digit. A long number is
// left alone.
func (r *repairer) field(name string) bool {
	for _, fd := range layouts[r.zone.Format].fields {
		if fd.name != name || !fd.checked() {
			continue
		}
		if _, _, long := r.zone.longNumber(fd); long {
			return false
		}
		places := append(positions(fd.at), positions(fd.check)...)
		return r.one(places, func(try []string) bool {
			return checkHolds(fd, fd.at.of(try), fd.check.of(try)[0])
		})
	}
	return false
}

// composite is for a zone of which only the composite check digit fails: the
// fault is then in that digit or in what no other digit protects.
func (r *repairer) composite() bool {
	l := layouts[r.zone.Format]
	places := positions(l.compositeDigit)
	for _, fd := range l.fields {
		if !fd.checked() && (fd.name == fieldOptional || fd.name == fieldOptional2) {
			places = append(places, positions(fd.at)...)
		}
	}
	return r.one(places, func(try []string) bool {
		p := MRZ{Format: r.zone.Format, Lines: try}
		return CheckDigit(p.composite()) == l.compositeDigit.of(try)[0]
	})
}

type position struct{ line, column int }

func positions(s span) []position {
	var out []position
	for i := s.from; i < s.to; i++ {
		out = append(out, position{s.line, i})
	}
	return out
}

// one applies the only change among places that makes holds true. It leaves the
// lines as they were where there is none, or more than one.
func (r *repairer) one(places []position, holds func([]string) bool) bool {
	kinds, first := r.zone.Format.kinds(), layouts[r.zone.Format].first
	try := append([]string(nil), r.lines...)
	var found []string
	for _, p := range places {
		line := r.lines[p.line]
		for _, c := range []byte(alike(line[p.column])) {
			if !kinds[p.line][p.column].allowed(c, first) || !r.seen(p, c) {
				continue
			}
			try[p.line] = line[:p.column] + string(c) + line[p.column+1:]
			if holds(try) {
				if found != nil {
					return false
				}
				found = append([]string(nil), try...)
			}
		}
		try[p.line] = line
	}
	if found == nil {
		return false
	}
	copy(r.lines, found)
	return true
}

// seen says whether another reading has c in that place.
func (r *repairer) seen(p position, c byte) bool {
	for _, o := range r.others {
		if p.line < len(o) && p.column < len(o[p.line]) && o[p.line][p.column] == c {
			return true
		}
	}
	return false
}
