package ocr

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Transliterate gives the form a name has in an MRZ by the tables of
// ICAO 9303-3 section 6, in its first alternative: Ä becomes AE, Å AA, Ø OE, ß SS,
// accents fall, hyphens and spaces become one filler, apostrophes and other
// punctuation vanish. Cyrillic follows the general column of the table; the
// exceptions of single languages are known to CompareClaims.
//
// A letter the tables do not have (Greek, Han and others) stays as it is, in upper
// case. No MRZ contains it, so a comparison with it never agrees, and two names
// in such a script stay two names.
func Transliterate(name string) string {
	var parts []string
	for _, word := range wordsOf(name) {
		var b strings.Builder
		for _, l := range word {
			b.WriteString(l.forms[0])
		}
		parts = append(parts, b.String())
	}
	return strings.Join(parts, string(Filler))
}

// letter is one letter of a claimed name with the forms an MRZ may give it, the
// recommended one first.
type letter struct {
	forms []string
	plain bool // A to Z: nothing was transliterated
}

// wordsOf splits a name into words at everything that an MRZ shows as a filler.
func wordsOf(name string) [][]letter {
	var words [][]letter
	var word []letter
	flush := func() {
		if len(word) > 0 {
			words = append(words, word)
		}
		word = nil
	}
	for _, r := range norm.NFC.String(strings.ToUpper(name)) {
		switch {
		case r >= 'A' && r <= 'Z':
			word = append(word, letter{[]string{string(r)}, true})
		case separates(r):
			flush()
		case unicode.IsLetter(r):
			word = append(word, letter{formsOf(r), false})
		case unicode.IsDigit(r):
			word = append(word, letter{[]string{string(r)}, false})
		}
	}
	flush()
	return words
}

// separates: spaces and dashes of any kind, the filler itself, and a comma, which
// ICAO 9303-3, 4.6 treats as a separator where it stands between components.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == Filler || r == ',' || r == '/'
}

// formsOf looks a letter up in the tables; a letter that is not in them but is
// a Latin or Cyrillic one with marks takes the form of its base, which is what the
// tables do with every accent they list.
func formsOf(r rune) []string {
	if f, ok := forms[r]; ok {
		return f
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
	if base >= 'A' && base <= 'Z' {
		return []string{string(base)}
	}
	if f, ok := forms[base]; ok && base != r {
		return f
	}
	return []string{string(r)}
}
