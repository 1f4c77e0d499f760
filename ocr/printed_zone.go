package ocr

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

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

// printEnd is the height at which the zone begins, where a line is one for
// certain. Nothing is printed below an MRZ (ICAO 9303-4 to -7 put it at the edge
// of the document), so what stands there is its further lines, among them the
// names of a card, which look like the same names in print once their fillers
// were lost.
func printEnd(lines []PrintedLine) int {
	end := math.MaxInt
	for _, l := range lines {
		for _, w := range l.Words {
			if strings.Count(w.Text, string(Filler)) >= 3 && w.Box.H > 0 {
				end = min(end, w.Box.Y+w.Box.H/2)
			}
		}
	}
	return end
}

// top is where a line begins; words without boxes stand before all others.
func top(l PrintedLine) int {
	y := math.MaxInt
	for _, w := range l.Words {
		y = min(y, w.Box.Y)
	}
	return y
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

// withoutZone leaves out what is the zone itself, read as print with its fillers
// lost: a zone must not be corroborated by itself.
func withoutZone(lines []PrintedLine, m MRZ) []PrintedLine {
	return slices.DeleteFunc(slices.Clone(lines), func(l PrintedLine) bool {
		var words strings.Builder
		for _, w := range l.Words {
			words.WriteString(w.Text)
		}
		text := noFillers(keepAlnum(strings.ToUpper(words.String())))
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
