package ocr

import "strings"

// allowed says whether a position of kind k may hold c.
func (k kind) allowed(c byte, first string) bool {
	switch k {
	case kindAny:
		return true
	case kindAlpha:
		return isLetter(c) || c == Filler
	case kindDigit:
		return isDigit(c)
	case kindDate, kindCheck:
		return isDigit(c) || c == Filler
	case kindSex:
		return c == 'M' || c == 'F' || c == 'X' || c == Filler
	case kindPrimary:
		return strings.IndexByte(first, c) >= 0
	}
	return false
}

// inAlphabet says whether every field holds what it may, and the dates' months
// and days exist. Check digits miss a wrong letter of equal value modulo 10 (A, K
// and U for 0 and the filler), the alphabets do not.
func (m *MRZ) inAlphabet() bool {
	first := layouts[m.Format].first
	for i, line := range m.Format.kinds() {
		for j, k := range line {
			if !k.allowed(m.Lines[i][j], first) {
				return false
			}
		}
	}
	for _, fd := range layouts[m.Format].fields {
		if fd.kind == kindDate && !possibleDate(fd.at.of(m.Lines)) {
			return false
		}
	}
	return true
}

// possibleDate accepts fillers for a part that is not known.
func possibleDate(s string) bool {
	return partIn(s[2:4], "01", "12") && partIn(s[4:6], "01", "31") && (onlyFillers(s[:2]) || !strings.Contains(s[:2], "<"))
}

func partIn(s, low, high string) bool {
	return s == "<<" || !strings.Contains(s, "<") && s >= low && s <= high
}

// Characters an OCR engine takes for a digit or a letter where the field can
// only hold the other kind.
var (
	asDigit = map[byte]byte{
		'O': '0', 'Q': '0', 'D': '0', 'U': '0', 'I': '1', 'L': '1', 'J': '1',
		'Z': '2', 'S': '5', 'G': '6', 'T': '7', 'B': '8', 'A': '4',
	}
	asLetter = map[byte]byte{'0': 'O', '1': 'I', '2': 'Z', '4': 'A', '5': 'S', '6': 'G', '7': 'T', '8': 'B'}
	asSex    = map[byte]byte{'H': 'M', 'N': 'M', 'W': 'M', 'P': 'F', 'E': 'F', 'K': '<', 'C': '<'}
)

// Coerce forces what was read into the alphabet of each field, as far as
// characters that look alike allow: O to 0 in a date, 0 to O in a name. It is
// not a repair: only one of the two was possible. Lines of a wrong length come
// back as they were.
func Coerce(f Format, lines []string) []string {
	l := layouts[f]
	out := append([]string(nil), lines...)
	if len(lines) != l.lines {
		return out
	}
	for i, row := range f.kinds() {
		if len(lines[i]) != l.columns {
			continue
		}
		b := []byte(lines[i])
		for j, k := range row {
			if !k.allowed(b[j], l.first) {
				b[j] = coerced(k, b[j], l.first)
			}
		}
		out[i] = string(b)
	}
	return out
}

func coerced(k kind, c byte, first string) byte {
	var to byte
	switch k {
	case kindAny:
	case kindAlpha:
		to = asLetter[c]
	case kindDigit, kindDate, kindCheck:
		to = asDigit[c]
	case kindSex:
		to = asSex[c]
	case kindPrimary:
		if c == '1' || c == 'L' || c == 'T' {
			to = 'I'
		}
		if strings.IndexByte(first, to) < 0 {
			to = 0
		}
	}
	if to == 0 {
		return c
	}
	return to
}
