package kyc

import (
	"crypto/rand"
	_ "embed"
	"math/big"
	"slices"
	"strings"
)

// The words of the live step are common, short and without accents, so that
// anyone can write them in block letters and a reader can tell them apart.
var (
	//go:embed words_en.txt
	wordsEnglish string
	//go:embed words_fr.txt
	wordsFrench string
)

// randomWords returns n different words in the applicant's language, or in the
// operator's choice. With about a hundred words and three of them a film made
// beforehand fits once in a million times.
func (f *Flow) randomWords(locale string, n int) ([]string, error) {
	if f.Settings.LiveWords != "" {
		locale = f.Settings.LiveWords
	}
	list := strings.Fields(wordsEnglish)
	if strings.HasPrefix(locale, "fr") {
		list = strings.Fields(wordsFrench)
	}
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
