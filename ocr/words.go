package ocr

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MinWordScore is the score of ScoreWords from which the wanted words count as
// shown. It is above two thirds, so that of three words none may be missing, and
// a word less than half right is missing: whoever holds up other words would
// have to be lucky three times. docs/measurements.md has the rates at it.
const MinWordScore = 0.7

// mostPieces is into how many pieces a reader may have torn a word: letters
// written by hand stand as far apart as some words.
const mostPieces = 3

// ScoreWords says, from 0 to 1, how well the words got from a picture are those
// that were wanted, in their order. It is the mean over wanted words of one minus
// the edit distance by length, where letters that OCR and handwriting confuse
// count as equal. Words in between (posters, badges, a second reading) do no
// harm; a wanted word may have been read in pieces, or with its neighbours as one.
// A word less than half right counts nothing, so that noise earns no score.
func ScoreWords(want, got []string) float64 {
	wanted, read := folded(want), folded(got)
	if len(wanted) == 0 {
		return 0
	}
	// best[i][j]: highest sum for the first i wanted words using read[:j].
	best := make([][]float64, len(wanted)+1)
	for i := range best {
		best[i] = make([]float64, len(read)+1)
		for j := 1; i > 0 && j <= len(read); j++ {
			best[i][j] = max(best[i-1][j], best[i][j-1])
			for n := 1; n <= min(mostPieces, j); n++ {
				best[i][j] = max(best[i][j], best[i-1][j-n]+similarity(wanted[i-1], strings.Join(read[j-n:j], "")))
			}
			for m := 2; m <= min(mostPieces, i); m++ {
				best[i][j] = max(best[i][j], best[i-m][j-1]+runTogether(wanted[i-m:i], read[j-1]))
			}
		}
	}
	return best[len(wanted)][len(read)] / float64(len(wanted))
}

// runTogether is the sum of the words' similarities with the parts of one word
// that was read, cut where that is best.
func runTogether(wanted []string, read string) float64 {
	if len(wanted) == 1 {
		return similarity(wanted[0], read)
	}
	best, longest := 0.0, 2*len(wanted[0]) // beyond that less than half is right
	for cut := 1; cut < min(len(read), longest); cut++ {
		best = max(best, similarity(wanted[0], read[:cut])+runTogether(wanted[1:], read[cut:]))
	}
	return best
}

// WordDistance is the edit distance of two words once letters that are confused
// are taken for one another: how far a list's words are apart to ScoreWords.
func WordDistance(a, b string) int {
	f := folded([]string{a, b})
	if len(f) < 2 {
		return len(strings.Join(f, ""))
	}
	return editDistance([]rune(f[0]), []rune(f[1]))
}

// lookalikes maps each character to the one that stands for its group.
var lookalikes = strings.NewReplacer(
	"0", "O", "Q", "O", "D", "O", "1", "I", "L", "I", "|", "I", "!", "I",
	"5", "S", "8", "B", "2", "Z", "6", "G", "7", "T", "4", "A", "V", "U",
)

func folded(words []string) []string {
	var out []string
	for _, w := range words {
		var b strings.Builder
		for _, r := range norm.NFD.String(strings.ToUpper(w)) {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '|' || r == '!' {
				b.WriteRune(r)
			}
		}
		if b.Len() > 0 {
			out = append(out, lookalikes.Replace(b.String()))
		}
	}
	return out
}

func similarity(want, got string) float64 {
	a, b := []rune(want), []rune(got)
	s := 1 - float64(editDistance(a, b))/float64(max(len(a), len(b)))
	if s < 0.5 {
		return 0
	}
	return s
}

func editDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
