package ocr

import (
	"iter"
	"slices"
	"strings"
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

func (t token) right() int { return t.box.X + t.box.W }

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
	lines = lines[:min(len(lines), maxPrintedLines)]
	end := printEnd(lines)
	for i, l := range lines {
		if isZoneLine(l) || top(l) > end {
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
