package otp

import (
	"strings"
	"unicode"
)

// maxTyped bounds what is looked at in a form field.
const maxTyped = 256

// normalizeDigits turns what a person typed or pasted into the plain digits of
// a code: spaces, hyphens and invisible marks go, digits of any script
// (full-width, Arabic-Indic, Devanagari...) become 0 to 9.
func normalizeDigits(s string) (string, bool) {
	if len(s) > maxTyped {
		return "", false
	}
	var b strings.Builder
	for _, r := range s {
		if ignored(r) {
			continue
		}
		d, ok := digit(r)
		if !ok {
			return "", false
		}
		b.WriteByte('0' + d)
	}
	return b.String(), b.Len() == Digits
}

// ignored reports whether r may stand between the characters of a code.
// Category Cf holds the zero-width marks that phones paste along.
func ignored(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Pd)
}

// digit returns the value of a decimal digit. Unicode (section 4.6) keeps each
// script's ten digits in one run that begins with zero, so that the distance
// from the start of the run tells the value.
func digit(r rune) (byte, bool) {
	for _, run := range unicode.Nd.R16 {
		if uint32(run.Lo) <= uint32(r) && uint32(r) <= uint32(run.Hi) {
			return byte((uint32(r) - uint32(run.Lo)) % 10), true
		}
	}
	for _, run := range unicode.Nd.R32 {
		if run.Lo <= uint32(r) && uint32(r) <= run.Hi {
			return byte((uint32(r) - run.Lo) % 10), true
		}
	}
	return 0, false
}
