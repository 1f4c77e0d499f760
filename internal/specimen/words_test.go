package specimen_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
)

func TestPaperOfTheFilmIsReadable(t *testing.T) {
	t.Parallel()
	r := reader(t)
	for _, words := range [][]string{{"river", "garden", "bottle"}, {"maison", "soleil", "cheval"}, {"one", "pencil", "window", "sugar"}} {
		frame := specimen.Frame(specimen.FilmOptions{Person: specimen.DrawnFace(2), Words: words}, 3)
		got, err := r.ReadWords(t.Context(), frame, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !slices.Contains(got, strings.ToUpper(w)) {
				t.Errorf("ReadWords(paper with %q) = %q, want %s in it", words, got, strings.ToUpper(w))
			}
		}
	}
}
