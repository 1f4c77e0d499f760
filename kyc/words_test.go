package kyc

import (
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ocr"
)

// lists of the live step, by language.
var wordLists = map[string]string{"en": wordsEnglish, "fr": wordsFrench}

// Three different words of 200 in their order are one of about 8 million.
func TestWordListsAreLongEnough(t *testing.T) {
	t.Parallel()
	for language, text := range wordLists {
		words := strings.Fields(text)
		if len(words) < 200 {
			t.Errorf("%s: %d words, want at least 200", language, len(words))
		}
		if !slices.IsSorted(words) || len(slices.Compact(slices.Clone(words))) != len(words) {
			t.Errorf("%s: words are not sorted and different", language)
		}
	}
}

// A word must be quick to write and hard to take for another letter by letter.
func TestWordsAreWritable(t *testing.T) {
	t.Parallel()
	const confusable = "ILODQUVSBZ"
	for language, text := range wordLists {
		for _, w := range strings.Fields(text) {
			if len(w) < 4 || len(w) > 7 || strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
				t.Errorf("%s: %s is not of 4 to 7 capitals without accents", language, w)
			}
			n := 0
			for _, c := range w {
				if strings.ContainsRune(confusable, c) {
					n++
				}
			}
			if 2*n >= len(w) {
				t.Errorf("%s: half of %s or more are letters that are confused", language, w)
			}
		}
	}
}

// Two misread letters never turn one word of a list into another.
func TestWordsAreFarApart(t *testing.T) {
	t.Parallel()
	for language, text := range wordLists {
		words := strings.Fields(text)
		for i, a := range words {
			for _, b := range words[:i] {
				if d := ocr.WordDistance(a, b); d < 3 {
					t.Errorf("%s: %s and %s differ by %d, want 3", language, a, b, d)
				}
			}
		}
	}
}

// Nobody shall have to hold up an insult, in either language or its slang:
// every word of one list is read by speakers of the other as well.
func TestWordsOffendNobody(t *testing.T) {
	t.Parallel()
	stems := strings.Fields(`ARSE ASSHO BASTARD BEAVER BICHE BITCH BITE BONER BOOB BOUDIN BRANLE BREAST BUTT CHATTE CHICK CHINK
		COCK CONNE COOCH COON CRAP CUL CUNT DAMN DICK DYKE FAG FELCH FESSE FOUTRE FUCK GARCE GAZON GOUINE GOY GROPE GOOK
		HOMO HOOKER JERK KIKE KNOB KRAUT LESB MELON MERDE MONKEY MOULE MUFF NAZI NEGR NIQUE NUT PAKI PEDE PENIS
		PIPE PISS POOF POMPIER POUFF POULE PRICK PUBI PUSSY PUTE PUTAIN QUEER QUEUE RAPE RECT RETARD SALOPE SATAN SCHLEU
		SCREW SEX SHIT SINGE SLAG SLUT SNATCH SPIC SUCE TAPETTE TART TIT TURD TWAT VAGIN VERGE WANK WHORE WOG YID ZIZI`)
	// Parts of words that mean nothing of the kind.
	harmless := map[string]bool{"SUCRE": true, "VERGER": true}
	for language, text := range wordLists {
		for _, w := range strings.Fields(text) {
			for _, s := range stems {
				if strings.HasPrefix(w, s) && !harmless[w] {
					t.Errorf("%s: %s begins like %s", language, w, s)
				}
			}
		}
	}
}
