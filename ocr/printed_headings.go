package ocr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// heading is one label, or the same in several languages side by side.
type heading struct {
	field      string
	label      string
	spanish    bool
	from, to   int // tokens
	errors     int
	characters int
	box        Rect
	line       int
}

// maxLabelWords is the longest label in the table, with room for words that
// were read in two pieces.
const maxLabelWords = 7

// headings finds the labels and joins those of one field that stand side by
// side.
func (s *sheet) headings() []heading {
	var out []heading
	for i := 0; i < len(s.tokens); {
		h, ok := s.headingAt(i)
		if !ok || s.beginsLater(h) {
			i++
			continue
		}
		if n := len(out); n > 0 && s.joins(out[n-1], h) {
			out[n-1] = joined(out[n-1], h)
		} else {
			out = append(out, h)
		}
		i = h.to
	}
	for _, h := range out {
		s.use(h.from, h.to)
	}
	for i := range out {
		s.stretch(&out[i])
	}
	return out
}

func (s *sheet) use(from, to int) {
	for i := from; i < to; i++ {
		s.used[i] = true
	}
}

// beginsLater says whether the label is nearer without its first words, which
// then end the value before it.
func (s *sheet) beginsLater(h heading) bool {
	if h.errors == 0 {
		return false
	}
	for i := h.from + 1; i < h.to; i++ {
		if later, ok := s.headingAt(i); ok && later.to >= h.to && later.errors < h.errors {
			return true
		}
	}
	return false
}

// stretch makes the words of a language that is not in the table part of the
// label they are set beside, parted by a slash: "Nazwisko / Surname / Nom". To
// the right only where a value could not be told from them by its form.
func (s *sheet) stretch(h *heading) {
	from, to := h.from, h.to
	for from > 0 && s.tokens[from-1].line == h.line && !s.used[from-1] && !s.wide(from, from-1) {
		from--
	}
	if from < h.from && strings.Contains(s.tokens[h.from-1].end, "/") {
		s.use(from, h.from)
		h.box = union(h.box, cover(s.tokens[from:h.from]))
	}
	if !h.named() || !s.slashAfter(to) {
		return
	}
	for to < len(s.tokens) && s.tokens[to].line == h.line && !s.used[to] && !s.wide(to, to-1) {
		to++
	}
	s.use(h.to, to)
	h.to = to
}

// named says that the value is words.
func (h heading) named() bool {
	return isName(h.field) || h.field == fieldNationality || h.field == fieldState
}

// slashAfter says whether a slash follows the token before i.
func (s *sheet) slashAfter(i int) bool {
	return strings.Contains(s.tokens[i-1].end, "/") ||
		i < len(s.tokens) && s.tokens[i].line == s.tokens[i-1].line && s.tokens[i].text == "" && strings.Contains(s.tokens[i].end, "/")
}

// headingAt takes the longest label that begins at a token, for "Nom de
// naissance" begins with "Nom". One that is no longer must be nearer, or the
// beginning of a value would pass for the end of its label.
func (s *sheet) headingAt(from int) (heading, bool) {
	var best heading
	found, fold := false, ""
	if !strings.ContainsFunc(s.tokens[from].text, unicode.IsLetter) {
		return best, false // the number of a field: "1. Surname"
	}
	for to := from + 1; to <= min(len(s.tokens), from+maxLabelWords) && s.tokens[to-1].line == s.tokens[from].line; to++ {
		fold += s.tokens[to-1].fold
		if fold == "" || len(fold) > 48 || s.tokens[to-1].fold == "" || s.wide(to-1, from) {
			break
		}
		if l, errors, ok := matchLabel(fold); ok && (!found || errors <= best.errors || len(l.fold) > best.characters) {
			best, found = heading{
				field: l.field, label: l.text, spanish: l.spanish, from: from, to: to,
				errors: errors, characters: len(l.fold), line: s.tokens[from].line,
			}, true
		}
	}
	if found {
		best.box = cover(s.tokens[best.from:best.to])
	}
	return best, found
}

// wide says whether a gap of the width of a column stands before a token.
func (s *sheet) wide(i, from int) bool {
	return s.placed && i > from && s.tokens[i].box.X-s.tokens[i-1].right() > 3*max(s.tokens[i].box.H, 1)
}

// joins says whether two labels are one in two languages: "Surname / Nom". A
// word between them may be the same in a language that is not in the table, a
// single character the slash as an engine read it.
func (s *sheet) joins(a, b heading) bool {
	if a.line != b.line || b.from-a.to > 2 || s.wide(b.from, a.from) {
		return false
	}
	between := s.tokens[a.to:b.from]
	slash := strings.ContainsAny(s.tokens[a.to-1].end+textEnds(between), "/|")
	if len(between) > 0 && !slash && (len(between) > 1 || utf8.RuneCountInString(between[0].text) > 1) {
		return false
	}
	return a.field == b.field || isName(a.field) && isName(b.field) && (a.field == fieldNames || b.field == fieldNames)
}

// textEnds are the separators after tokens.
func textEnds(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.end)
	}
	return b.String()
}

func isName(field string) bool {
	return field == fieldNames || field == fieldPrimary || field == fieldSecondary
}

// joined keeps the field that says more: Name is the whole name in one
// language, and Nome, which is nearly the same, the given ones in another.
func joined(a, b heading) heading {
	if a.field == fieldNames {
		a.field, a.label = b.field, b.label
	}
	if b.errors*a.characters < a.errors*b.characters {
		a.errors, a.characters = b.errors, b.characters
	}
	a.spanish = a.spanish && b.spanish
	a.to = b.to
	a.box = union(a.box, b.box)
	return a
}
