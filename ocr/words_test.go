package ocr_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ocr"
)

func TestScoreWordsOfHandwriting(t *testing.T) {
	t.Parallel()
	want := []string{"GARDEN", "PENCIL", "TRUMPET"}
	for _, tc := range []struct {
		name string
		got  string
		pass bool
	}{
		{"as they are", "GARDEN PENCIL TRUMPET", true},
		{"confusable letters", "GAROEN PENC1L TRVMPET", true},
		{"in three pieces", "GAR DE N PENCIL TRUMPET", true},
		{"two as one", "GARDENPENCIL TRUMPET", true},
		{"all as one", "GARDENPENCILTRUMPET", true},
		{"each read twice", "GARDEN CARDEN PENC PENCIL TRUM PET TRUMPET", true},
		{"between other words", "FESTIVAL GARDEN XX PENCIL TRUMPET GRAND", true},
		{"a letter wrong in each", "GARGEN PENCIE TRUMPEI", true},
		{"one word missing", "GARDEN TRUMPET", false},
		{"one word another", "GARDEN LEMON TRUMPET", false},
		{"another order", "TRUMPET GARDEN PENCIL", false},
		{"all others", "LEMON KAYAK STATION", false},
		{"nothing", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := ocr.ScoreWords(want, strings.Fields(tc.got))
			if (s >= ocr.MinWordScore) != tc.pass {
				t.Errorf("ScoreWords(%q) = %.2f, want pass %t at %.2f", tc.got, s, tc.pass, ocr.MinWordScore)
			}
		})
	}
}

// With a word missing the threshold is out of reach, however well the rest is
// read: a film made beforehand must fit in all of them.
func TestMinWordScoreNeedsEveryWord(t *testing.T) {
	t.Parallel()
	want := []string{"GARDEN", "PENCIL", "TRUMPET"}
	for i := range want {
		got := append(append([]string{}, want[:i]...), want[i+1:]...)
		if s := ocr.ScoreWords(want, got); s >= ocr.MinWordScore || math.Abs(s-2.0/3) > 1e-9 {
			t.Errorf("without %s the score is %.3f, want two thirds and below %.2f", want[i], s, ocr.MinWordScore)
		}
	}
}

func TestWordDistance(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"GARDEN", "GARDEN", 0},
		{"garden", "GAROEN", 0}, // D and O are confused
		{"VALLEY", "UALIEY", 0},
		{"STONE", "STORE", 1},
		{"KAYAK", "LEMON", 5},
		{"", "LEMON", 5},
		{"", "", 0},
	} {
		if got := ocr.WordDistance(tc.a, tc.b); got != tc.want {
			t.Errorf("WordDistance(%q, %q) = %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
