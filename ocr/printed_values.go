package ocr

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// values returns what may be the value of a heading.
func (s *sheet) values(h heading, now time.Time) []PrintedField {
	var out []PrintedField
	for _, tokens := range [][]token{s.beside(h), s.below(h)} {
		f, ok := valueOf(h, tokens, now)
		if !ok || slices.ContainsFunc(out, func(o PrintedField) bool { return o.Value == f.Value }) {
			continue
		}
		f.Field, f.Label = h.field, h.label
		f.Confidence *= 1 - float64(h.errors)/float64(h.characters)
		out = append(out, f)
	}
	if len(out) == 2 {
		for i := range out {
			out[i].Confidence *= 0.5
		}
	}
	return out
}

// valueOf takes from tokens what has the form of the field.
func valueOf(h heading, tokens []token, now time.Time) (PrintedField, bool) {
	for len(tokens) > 0 && tokens[0].text == "" {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 {
		return PrintedField{}, false
	}
	switch h.field {
	case fieldBirth, fieldExpiry, fieldIssue:
		return dateValue(h.field, tokens, now)
	case fieldNumber, fieldPersonal:
		return numberValue(tokens)
	case fieldSex:
		return sexValue(tokens, h.spanish)
	case fieldState:
		if i := slices.IndexFunc(tokens, func(t token) bool { return KnownState(t.text) }); i >= 0 {
			tokens = tokens[i : i+1]
		}
	}
	return wordsValue(tokens)
}

func dateValue(field string, tokens []token, now time.Time) (PrintedField, bool) {
	for _, d := range findDays(textOf(tokens), true) {
		if values := d.resolved(field, now); len(values) > 0 {
			c := confidenceOf(tokens)
			if d.soft {
				c *= 0.5
			}
			return PrintedField{Value: values[0], Alternatives: values[1:], Confidence: c}, true
		}
	}
	return PrintedField{}, false
}

// numberValue joins groups of letters and figures. Two words at most may stand
// before: No, du.
func numberValue(tokens []token) (PrintedField, bool) {
	from := slices.IndexFunc(tokens, func(t token) bool { return digitsIn(t.text) > 0 })
	if from < 0 || from > 2 {
		return PrintedField{}, false
	}
	if from > 0 && len(tokens[from-1].fold) <= 2 && strings.ToUpper(tokens[from-1].text) == tokens[from-1].text && tokens[from-1].text != "No" {
		from-- // a prefix set apart: L 898902
	}
	to := from
	for to < len(tokens) && to < from+4 && (digitsIn(tokens[to].text) > 0 || len(tokens[to].fold) <= 2) && tokens[to].text != "" {
		to++
	}
	text := textOf(tokens[from:to])
	if n := len(normalNumber(text)); n < 5 || n > 24 || digitsIn(text) < 3 {
		return PrintedField{}, false
	}
	return PrintedField{Value: text, Confidence: confidenceOf(tokens[from:to])}, true
}

func digitsIn(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

// sexes are the letters and words for the sexes. K is Polish, Turkish and
// Croatian, W German.
var sexes = map[string]string{
	"M": "M", "MALE": "M", "MASCULIN": "M", "MASCULINO": "M", "HOMME": "M", "HOMBRE": "M", "H": "M", "MANN": "M", "MANNLICH": "M",
	"F": "F", "FEMALE": "F", "FEMININ": "F", "FEMENINO": "F", "FEMININO": "F", "FEMME": "F", "MUJER": "F", "FRAU": "F", "WEIBLICH": "F", "W": "F", "K": "F",
	"X": "X", "<": "X", "-": "X",
}

// sexValue reads the letter in one language or in several. An M in a Spanish
// label's place is a man's in Spain and a woman's (mujer, beside H) in Mexico.
func sexValue(tokens []token, spanish bool) (PrintedField, bool) {
	var found []string
	n := 0
	for n < len(tokens) && n < 3 {
		v, ok := sexes[strings.Trim(foldText(tokens[n].text), ".,")]
		if !ok && len(tokens[n].fold) > 1 {
			break
		}
		if ok {
			found = append(found, v)
		}
		n++
	}
	if len(found) == 0 {
		return PrintedField{}, false
	}
	slices.Reverse(found) // the international form stands last: V/M
	if spanish && found[0] == "M" {
		found = append(found, "F")
	}
	found = distinct(found)
	return PrintedField{Value: found[0], Alternatives: found[1:], Confidence: confidenceOf(tokens[:n])}, true
}

// wordsValue takes words up to what is no word. Names and states are printed
// with capital letters at least in front.
func wordsValue(tokens []token) (PrintedField, bool) {
	to := 0
	for to < len(tokens) && tokens[to].text != "" && digitsIn(tokens[to].text) <= 1 {
		to++
	}
	text := textOf(tokens[:to])
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }))
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < 2 || unicode.IsLower(first) {
		return PrintedField{}, false
	}
	return PrintedField{Value: text, Confidence: confidenceOf(tokens[:to])}, true
}
