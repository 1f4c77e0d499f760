package ocr

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ScoreWords says, from 0 to 1, how well the words got from a picture are those
// that were wanted, in their order. It is the mean over wanted words of one minus
// the edit distance by length, where letters that OCR and handwriting confuse
// count as equal. Words in between (posters, badges) do no harm; a wanted word
// may have been read in two pieces. A word less than half right counts nothing,
// so that noise earns no score.
func ScoreWords(want, got []string) float64 {
	wanted, read := folded(want), folded(got)
	if len(wanted) == 0 {
		return 0
	}
	// best[j]: highest sum for the wanted words so far using read[:j].
	best := make([]float64, len(read)+1)
	for _, w := range wanted {
		next := make([]float64, len(read)+1)
		for j := 1; j <= len(read); j++ {
			next[j] = max(best[j], next[j-1], best[j-1]+similarity(w, read[j-1]))
			if j > 1 {
				next[j] = max(next[j], best[j-2]+similarity(w, read[j-2]+read[j-1]))
			}
		}
		best = next
	}
	return best[len(read)] / float64(len(wanted))
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
