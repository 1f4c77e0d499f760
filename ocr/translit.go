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
// punctuation vanish. Cyrillic follows the general column of table B, Arabic
// table C with its X codes, Greek ISO 843 (ELOT 743), which is no table of ICAO's
// but what Greece and Cyprus print; the exceptions of single languages and what
// states do instead of the tables are known to CompareSources.
//
// A letter the tables do not have (Han, Hebrew and others) stays as it is, in
// upper case. No MRZ contains it, so a comparison with it never agrees, and two
// names in such a script stay two names.
func Transliterate(name string) string {
	var parts []string
	for _, word := range wordsOf(name) {
		parts = append(parts, recommended(word))
	}
	return strings.Join(parts, string(Filler))
}

// recommended is the first form of each letter.
func recommended(letters []letter) string {
	var b strings.Builder
	for _, l := range letters {
		b.WriteString(l.forms[0])
	}
	return b.String()
}

// letter is one letter of a claimed name with the forms an MRZ may give it, the
// recommended one first.
type letter struct {
	from  string // as the name has it, in upper case
	forms []string
	plain bool // A to Z: nothing was transliterated
}

// wordsOf splits a name into words at everything that an MRZ shows as a filler.
func wordsOf(name string) [][]letter {
	var words [][]letter
	for _, part := range strings.FieldsFunc(norm.NFC.String(strings.ToUpper(name)), separates) {
		if w := lettersOf([]rune(part)); len(w) > 0 {
			words = append(words, w)
		}
	}
	return words
}

func lettersOf(word []rune) []letter {
	var out []letter
	for i := 0; i < len(word); i++ {
		r := word[i]
		pair, paired := greekPair(word, i)
		switch {
		case r >= 'A' && r <= 'Z':
			out = append(out, letter{string(r), []string{string(r)}, true})
		case paired:
			out = append(out, letter{string(word[i : i+2]), pair, false})
			i++
		case r == shadda && len(out) > 0:
			out[len(out)-1] = doubled(out[len(out)-1])
		case r == tehMarbuta && lastLetter(word, i):
			out = append(out, letter{string(r), tehMarbutaAtEnd, false})
		case unicode.IsLetter(r):
			out = append(out, letter{string(r), formsOf(r), false})
		case unicode.IsDigit(r):
			out = append(out, letter{string(r), []string{string(r)}, false})
		}
	}
	return out
}

// separates: spaces and dashes of any kind, the filler itself, and a comma, which
// ICAO 9303-3, 4.6 treats as a separator where it stands between components.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == Filler || r == ',' || r == '/'
}

// formsOf looks a letter up in the tables; a letter that is not in them but is
// a Latin, Cyrillic or Greek one with marks takes the form of its base, which is what the
// tables do with every accent they list.
func formsOf(r rune) []string {
	if f, ok := forms[r]; ok {
		return f
	}
	// Before marks are taken off: alef with hamza has a code of its own.
	if f, ok := arabic[r]; ok {
		return f
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
	base = unicode.ToUpper(base) // ΐ has no upper case of its own
	if base >= 'A' && base <= 'Z' {
		return []string{string(base)}
	}
	if f, ok := forms[base]; ok {
		return f
	}
	if f, ok := greek[base]; ok {
		return f
	}
	return []string{string(r)}
}
