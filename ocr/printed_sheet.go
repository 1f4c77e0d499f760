package ocr

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is looked at: a document has some fifty lines of print and two
// hundred words, and whatever has many more is no document.
const (
	maxPrintedLines = 200
	maxPrintedWords = 800
	maxTokens       = 1200
	maxWordBytes    = 80
)

// token is a piece of a word between slashes, colons and the like.
type token struct {
	text string // as printed
	fold string // see foldLabel
	end  string // what stood between this piece and the next: a separator, a space
	conf float64
	box  Rect
	line int
}

func (t token) right() int  { return t.box.X + t.box.W }
func (t token) bottom() int { return t.box.Y + t.box.H }

// sheet is the print of a document as tokens, with the lines of the MRZ left
// out. placed says that the words have boxes.
type sheet struct {
	tokens []token
	placed bool
	height int // of a usual line of print
	used   []bool
}

func newSheet(lines []PrintedLine) *sheet {
	s := &sheet{}
	var heights []int
	words := 0
	for i, l := range lines[:min(len(lines), maxPrintedLines)] {
		if isZoneLine(l) {
			continue
		}
		for _, w := range l.Words {
			if words++; words > maxPrintedWords || len(s.tokens) > maxTokens || len(w.Text) > maxWordBytes || !utf8.ValidString(w.Text) {
				continue
			}
			s.tokens = append(s.tokens, split(w, i)...)
			if w.Box.H > 0 && w.Box.W > 0 {
				heights = append(heights, w.Box.H)
			}
		}
	}
	if len(heights) > 0 {
		slices.Sort(heights)
		s.placed, s.height = true, heights[len(heights)/2]
	}
	s.used = make([]bool, len(s.tokens))
	return s
}

// isZoneLine tells lines of an MRZ that were read as print, so that a zone is
// never corroborated by itself. Print has no fillers, which engines read as
// themselves or as guillemets, and no words of this length with digits in them.
func isZoneLine(l PrintedLine) bool {
	for _, w := range l.Words {
		n := utf8.RuneCountInString(w.Text)
		if strings.ContainsAny(w.Text, "<«") || n >= 28 || n >= 20 && strings.ContainsAny(w.Text, "0123456789") || hasRow(w.Text) {
			return true
		}
	}
	return false
}

// hasRow says whether a letter stands four times in a row: fillers, misread.
func hasRow(word string) bool {
	n, last := 0, rune(0)
	for _, r := range word {
		if r != last {
			n, last = 0, r
		}
		if n++; n >= 4 && unicode.IsLetter(r) {
			return true
		}
	}
	return false
}

const separators = "/|:;()[]"

// split makes tokens of a word. The box is shared out by the length of the
// pieces.
func split(w PrintedWord, line int) []token {
	var out []token
	rest, x := w.Text, 0
	for rest != "" {
		i := strings.IndexAny(rest, separators)
		piece, end, after := rest, " ", ""
		if i >= 0 {
			piece, end, after = rest[:i], rest[i:i+1], rest[i+1:]
		}
		width := w.Box.W * len(piece) / len(w.Text)
		switch {
		case piece != "":
			box := Rect{w.Box.X + x, w.Box.Y, width, w.Box.H}
			out = append(out, token{piece, foldLabel(piece), end, w.Confidence, box, line})
		case len(out) > 0:
			out[len(out)-1].end += end
		default: // a separator that stands alone belongs to nothing yet
			out = append(out, token{"", "", end, w.Confidence, Rect{w.Box.X, w.Box.Y, 0, w.Box.H}, line})
		}
		x += width + w.Box.W/len(w.Text)
		rest = after
	}
	if n := len(out); n > 0 && !strings.HasSuffix(out[n-1].end, " ") {
		out[n-1].end += " "
	}
	return out
}

// textOf joins tokens as they were printed.
func textOf(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.text + t.end)
	}
	return strings.Trim(b.String(), " :;|/()[]")
}

// confidenceOf is that of the weakest token.
func confidenceOf(tokens []token) float64 {
	c := 1.0
	for _, t := range tokens {
		c = min(c, t.conf)
	}
	return c
}

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

func cover(tokens []token) Rect {
	r := tokens[0].box
	for _, t := range tokens[1:] {
		r = union(r, t.box)
	}
	return r
}

func union(a, b Rect) Rect {
	x, y := min(a.X, b.X), min(a.Y, b.Y)
	return Rect{x, y, max(a.X+a.W, b.X+b.W) - x, max(a.Y+a.H, b.Y+b.H) - y}
}

// lines yields the tokens of each line, without separators that stand alone.
func (s *sheet) lines() iter.Seq[[]token] {
	return func(yield func([]token) bool) {
		var line []token
		for i, t := range s.tokens {
			if t.text != "" {
				line = append(line, t)
			}
			last := i+1 == len(s.tokens) || s.tokens[i+1].line != t.line
			if !last {
				continue
			}
			if len(line) > 0 && !yield(line) {
				return
			}
			line = nil
		}
	}
}

// pieces are the texts between the slashes and columns of a line.
func (s *sheet) pieces(tokens []token) []string {
	var out []string
	from := 0
	for i := range tokens {
		ends := i+1 == len(tokens) || strings.ContainsAny(tokens[i].end, separators) ||
			s.placed && tokens[i+1].box.X-tokens[i].right() > 3*max(tokens[i].box.H, 1)
		if ends {
			out = append(out, textOf(tokens[from:i+1]))
			from = i + 1
		}
	}
	return out
}

// withoutZone leaves out what is the zone itself, read as print with its fillers
// lost: a zone must not be corroborated by itself.
func withoutZone(lines []PrintedLine, m MRZ) []PrintedLine {
	return slices.DeleteFunc(slices.Clone(lines), func(l PrintedLine) bool {
		text := ""
		for _, w := range l.Words {
			text += w.Text
		}
		text = noFillers(keepAlnum(strings.ToUpper(text)))
		if len(text) > maxWordBytes || len(text) < 12 {
			return false
		}
		return slices.ContainsFunc(m.Lines, func(z string) bool { return likeZone(text, noFillers(z)) })
	})
}

// likeZone compares with a line of the zone. One of names only is like the same
// names in print, which are kept; the upper line of a passport is told by its
// document code and state.
func likeZone(text, line string) bool {
	if digitsIn(line) == 0 && (len(line) < 5 || editDistance([]rune(text[:5]), []rune(line[:5])) > 1) {
		return false
	}
	return 10*editDistance([]rune(text), []rune(line)) <= 4*max(len(text), len(line))
}

// noFillers also takes off what an engine makes of a row of fillers.
func noFillers(line string) string {
	line = strings.ReplaceAll(line, string(Filler), "")
	for _, c := range []string{"K", "C", "L", "E", "S", "X"} {
		line = strings.ReplaceAll(line, c+c+c, "")
	}
	return line
}
