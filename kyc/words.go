package kyc

import (
	"crypto/rand"
	_ "embed"
	"math/big"
	"slices"
	"strings"
)

// The words of the live step are common, of 4 to 7 letters without accents, so
// that anyone can write them in block letters. Few of their letters are ones that
// are confused, and any two differ in three at least once those are taken for one
// another, so that no misreading makes one word of another. TestWords has the
// rules.
var (
	//go:embed words_en.txt
	wordsEnglish string
	//go:embed words_fr.txt
	wordsFrench string
)

// Words is the list the live step draws from, in the language of a locale.
func Words(locale string) []string {
	if strings.HasPrefix(locale, "fr") {
		return strings.Fields(wordsFrench)
	}
	return strings.Fields(wordsEnglish)
}

// randomWords returns n different words in the applicant's language, or in the
// operator's choice. With two hundred words and three of them a film made
// beforehand fits once in eight million times.
func (f *Flow) randomWords(locale string, n int) ([]string, error) {
	if f.Settings.LiveWords != "" {
		locale = f.Settings.LiveWords
	}
	list := Words(locale)
	var words []string
	for len(words) < n {
		i, err := rand.Int(f.random(), big.NewInt(int64(len(list))))
		if err != nil {
			return nil, err
		}
		if word := list[i.Int64()]; !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words, nil
}
