package ocr

import (
	"math"
	"strings"
)

// certainVoters is how many readings have to say the same before a field is
// beyond doubt: a lone reading agrees with itself.
const certainVoters = 2

// Confidence of each field of m in view of readings of the same photograph; see
// MRZ.Confidence.
func Confidence(m MRZ, readings [][]string) map[string]float64 {
	b := ballot{format: m.Format}
	b.admit(readings)
	if len(b.zones) == 0 {
		return nil
	}
	return b.confidence(m)
}

// confidence of each field by its JSON name in Fields: the part of the readings
// that have the character on which they disagree most, fillers included, since
// a filler taken for a letter changes a name. It is 1 only where all of at least
// two readings say the same. Readings share an engine's habits, so it is no
// probability that the field is right.
func (b ballot) confidence(m MRZ) map[string]float64 {
	out := map[string]float64{}
	for _, fd := range layouts[m.Format].fields {
		if fd.name != fieldNames {
			out[fd.name] = b.weakest(fd.at, m)
			continue
		}
		out[fieldPrimary], out[fieldSecondary] = b.names(fd.at, m)
	}
	return out
}

// names are both identifiers of one field. Where they part is in doubt for both.
func (b ballot) names(at span, m MRZ) (primary, secondary float64) {
	value := at.of(m.Lines)
	end := strings.Index(value, "<<")
	if end < 0 {
		end = len(value)
	}
	first, rest := at, at
	first.to = min(at.from+end+2, at.to)
	rest.from = min(at.from+end, at.to)
	return b.weakest(first, m), b.weakest(rest, m)
}

// weakest is the smallest share of the votes that a character of a span has, 1
// for an empty one.
func (b ballot) weakest(at span, m MRZ) float64 {
	least := 1.0
	for _, p := range positions(at) {
		least = min(least, b.share(p.line, p.column, m.Lines[p.line][p.column]))
	}
	least *= float64(min(len(b.zones), certainVoters)) / certainVoters
	return math.Round(least*1000) / 1000
}
