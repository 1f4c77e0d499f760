package store

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/uptrace/bun"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/vouchline/vouchline/pbx"
)

// nameWords returns the words that a name is found by, each once: without
// accents, in one case, split at whatever is neither letter nor digit, so that
// "O'Hara-Łęcka" is found by hara and by lecka.
func nameWords(name string) []string {
	folded := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(cases.Fold().String(norm.NFKC.String(name))))
	words := strings.FieldsFunc(unstroked.Replace(folded), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	slices.Sort(words)
	return slices.Compact(words)
}

// unstroked writes letters without a decomposition as they are typed by those
// who do not have them, the way ICAO 9303-3 section 6 does most of them.
var unstroked = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "ħ", "h", "ı", "i", "ŧ", "t", "æ", "ae", "œ", "oe", "þ", "th")

// wordHash is a keyed hash: who has the table and not the operator's key sees
// which lines share a word, and no word.
func (s *Store) wordHash(word string) []byte { return s.keys.hash("account_word", word) }

// saveWords replaces the hashes that an account is found by.
func (s *Store) saveWords(ctx context.Context, tx bun.Tx, a pbx.Account) error {
	if _, err := tx.NewRaw("DELETE FROM account_words WHERE extension = ?", a.Extension).Exec(ctx); err != nil {
		return err
	}
	for _, word := range nameWords(a.DisplayName) {
		_, err := tx.NewRaw("INSERT INTO account_words (hash, extension) VALUES (?, ?)", s.wordHash(word), a.Extension).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
