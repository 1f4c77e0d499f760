package ocr

import (
	"slices"
	"strings"
	"unicode"
)

// datePart is a number, or a word that may name months.
type datePart struct {
	digits string // empty for words
	soft   bool
	months monthSet
	filler bool // see dateFillers
	// american says that a slash or a hyphen stands in front, which month and
	// day can have between them; dots and spaces only part day and month.
	american bool
}

func (p datePart) number() int {
	n := 0
	for _, c := range p.digits {
		n = n*10 + int(c-'0')
	}
	return n
}

// dateFillers stand between the parts of a date: 12 de agosto, 1er août, 12th of
// August.
var dateFillers = []string{"DE", "DO", "OF", "ER", "RE", "A", "ST", "ND", "RD", "TH"}

// dateParts splits at everything but letters and digits, and between these.
func dateParts(text string) []datePart {
	var out []datePart
	folded := foldText(text)
	for folded != "" {
		i := strings.IndexFunc(folded, isAlnum)
		if i < 0 {
			break
		}
		before := folded[:i]
		folded = folded[i:]
		chunk := folded
		if j := strings.IndexFunc(folded, func(r rune) bool { return !isAlnum(r) }); j >= 0 {
			chunk = folded[:j]
		}
		folded = folded[len(chunk):]
		parts := chunkParts(chunk)
		parts[0].american = strings.ContainsAny(before, "/-")
		out = append(out, parts...)
	}
	return out
}

func isAlnum(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func chunkParts(chunk string) []datePart {
	if soft, ok := softDigits(chunk); ok {
		return []datePart{{digits: soft, soft: soft != chunk}}
	}
	if m := monthsNamed(chunk); m != 0 {
		return []datePart{{months: m}} // 0CT
	}
	var out []datePart
	for chunk != "" {
		run := sameKind(chunk)
		chunk = chunk[len(run):]
		if isDigit(run[0]) {
			out = append(out, datePart{digits: run})
			continue
		}
		out = append(out, datePart{months: monthsNamed(run), filler: slices.Contains(dateFillers, run)})
	}
	return out
}

// softDigits reads a number of at most four figures of which some, but not all,
// were taken for letters.
func softDigits(chunk string) (string, bool) {
	figures := 0
	b := []byte(chunk)
	for i, c := range b {
		switch {
		case isDigit(c):
			figures++
		case asDigit[c] != 0:
			b[i] = asDigit[c]
		default:
			return "", false
		}
	}
	return string(b), figures > 0 && 2*figures >= len(b) && (figures == len(b) || len(b) <= 4)
}

// sameKind is the beginning of s that is all digits or all other characters.
func sameKind(s string) string {
	for i := range len(s) {
		if isDigit(s[i]) != isDigit(s[0]) {
			return s[:i]
		}
	}
	return s
}
