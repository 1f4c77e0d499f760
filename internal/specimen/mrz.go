package specimen

import (
	"strings"
	"time"
)

// Format names a layout of ICAO 9303 in the spelling of package ocr.
type Format string

// The five formats of ICAO 9303, and that of the French identity card issued
// from 1988 to 2021, which is older than theirs.
const (
	TD1  Format = "TD1"   // card, 3 lines of 30 (9303-5)
	TD2  Format = "TD2"   // card, 2 lines of 36 (9303-6)
	TD3  Format = "TD3"   // passport, 2 lines of 44 (9303-4)
	MRVA Format = "MRV-A" // visa, 2 lines of 44 (9303-7)
	MRVB Format = "MRV-B" // visa, 2 lines of 36 (9303-7)
	FRID Format = "FRID"  // card, 2 lines of 36 of its own
)

// Formats lists those of ICAO 9303.
var Formats = []Format{TD1, TD2, TD3, MRVA, MRVB}

// MRZ returns the lines of p's machine readable zone with their check digits.
func MRZ(f Format, p Person) []string {
	l := lineParts(f, p)
	switch f {
	case TD1:
		first := l.head + l.number + fill(l.optional, 15)
		second := l.birth + l.sex + l.expiry + l.nationality + fill(p.OptionalData2, 11)
		composite := checkDigit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
		return []string{first, second + composite, nameField(p, 30)}
	case TD2:
		second := l.number + l.nationality + l.birth + l.sex + l.expiry + fill(l.optional, 7)
		return []string{l.head + nameField(p, 31), second + composite(second)}
	case MRVA:
		return []string{l.head + nameField(p, 39), l.number + l.nationality + l.birth + l.sex + l.expiry + fill(l.optional, 16)}
	case MRVB:
		return []string{l.head + nameField(p, 31), l.number + l.nationality + l.birth + l.sex + l.expiry + fill(l.optional, 8)}
	case FRID:
		return frenchLines(p, l)
	default:
		optional := fill(l.optional, 14)
		digit := checkDigit(optional)
		if l.optional == "" {
			digit = "<" // 9303-4, 4.2.2.2: the issuer's choice when unused
		}
		second := l.number + l.nationality + l.birth + l.sex + l.expiry + optional + digit
		return []string{l.head + nameField(p, 39), second + composite(second)}
	}
}

// parts are the fields that all formats share, check digits included.
type parts struct {
	head, number, optional, nationality, birth, sex, expiry string
}

func lineParts(f Format, p Person) parts {
	number, optional := fill(p.DocumentNumber, 9), p.OptionalData
	digit := checkDigit(number)
	if len(p.DocumentNumber) > 9 && (f == TD1 || f == TD2) {
		// 9303-5, 4.2.4: nine characters, a filler for the digit, the rest and
		// the digit over the whole number at the head of the optional data.
		digit = "<"
		optional = p.DocumentNumber[9:] + checkDigit(p.DocumentNumber) + "<" + p.OptionalData
	}
	return parts{
		head:        fill(documentCode(f, p), 2) + fill(p.IssuingState, 3),
		number:      number + digit,
		optional:    optional,
		nationality: fill(p.Nationality, 3),
		birth:       birthDate(p),
		sex:         p.Sex,
		expiry:      date(p.ExpiryDate),
	}
}

// documentCode is the person's own or the one that is usual for the format.
func documentCode(f Format, p Person) string {
	if p.DocumentCode != "" {
		return p.DocumentCode
	}
	return map[Format]string{TD1: "I", TD2: "I", TD3: "P", MRVA: "V", MRVB: "V", FRID: "ID"}[f]
}

// frenchLines are those of the card of 1988: surname, department and office of
// issue above; number, given names with two fillers between, birth and sex
// below; the last digit covers both lines.
func frenchLines(p Person, l parts) []string {
	var given []string
	for _, name := range strings.Fields(p.GivenNames) {
		given = append(given, transliterate(name))
	}
	first := l.head + fill(transliterate(p.FamilyNames), 25) + fill(p.OptionalData, 6)
	second := fill(p.DocumentNumber, 12) + checkDigit(fill(p.DocumentNumber, 12)) + fill(strings.Join(given, "<<"), 14) + l.birth + p.Sex
	return []string{first, second + checkDigit(first+second)}
}

// composite is the digit over the second line of TD2 and TD3 without
// nationality and sex.
func composite(second string) string {
	return checkDigit(second[0:10] + second[13:20] + second[21:])
}

func date(t time.Time) string {
	s := t.Format("060102")
	return s + checkDigit(s)
}

// birthDate has fillers for what is not known, which count as zero in the check
// digit (9303-3, 4.7 and 4.9).
func birthDate(p Person) string {
	s := p.BirthDate.Format("060102")
	switch p.BirthUnknown {
	case UnknownDay:
		s = s[:4] + "<<"
	case UnknownMonth:
		s = s[:2] + "<<<<"
	}
	return s + checkDigit(s)
}

// checkDigit is 9303-3, 4.9: weights 7, 3, 1, sum modulo 10.
func checkDigit(s string) string {
	sum := 0
	for i := range len(s) {
		weight := [3]int{7, 3, 1}[i%3]
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			sum += weight * int(c-'0')
		case c >= 'A' && c <= 'Z':
			sum += weight * (int(c-'A') + 10)
		}
	}
	return string(rune('0' + sum%10))
}

func fill(s string, n int) string {
	if len(s) >= n {
		return s[:n]
	}
	return s + strings.Repeat("<", n-len(s))
}

// nameField fits primary and secondary identifier into n characters. When they
// do not fit, at least one letter of the secondary identifier stays and the
// last position holds a letter, which tells the reader that something may be
// missing (9303-4, 4.2.3).
func nameField(p Person, n int) string {
	primary, secondary := transliterate(p.FamilyNames), transliterate(p.GivenNames)
	if secondary == "" {
		return fill(primary, n)
	}
	if len(primary)+2+len(secondary) <= n {
		return fill(primary+"<<"+secondary, n)
	}
	if len(primary) > n-3 {
		primary = strings.TrimRight(primary[:n-3], "<")
	}
	whole := primary + "<<" + secondary
	if len(whole) <= n {
		return fill(whole, n)
	}
	cut := whole[:n]
	if cut[n-1] == '<' {
		// The cut fell between two components: shorten the one before, so that
		// the next one's initial is the letter at the end.
		cut = whole[:n-2] + "<" + whole[n:n+1]
	}
	return cut
}
