package ocr

import "strings"

// greek is ISO 843 (ELOT 743), which Greece and Cyprus transcribe names by;
// ICAO 9303-3 has no table for Greek. The further forms are spellings that older
// passports carry.
var greek = map[rune][]string{
	'Α': {"A"}, 'Β': {"V", "B"}, 'Γ': {"G", "Y"}, 'Δ': {"D"}, 'Ε': {"E"}, 'Ζ': {"Z"}, 'Η': {"I", "E"}, 'Θ': {"TH"},
	'Ι': {"I"}, 'Κ': {"K", "C"}, 'Λ': {"L"}, 'Μ': {"M"}, 'Ν': {"N"}, 'Ξ': {"X"}, 'Ο': {"O"}, 'Π': {"P"},
	'Ρ': {"R"}, 'Σ': {"S"}, 'Τ': {"T"}, 'Υ': {"Y", "I"}, 'Φ': {"F", "PH"}, 'Χ': {"CH", "H", "KH"}, 'Ψ': {"PS"}, 'Ω': {"O"},
}

// Letters before which ΑΥ, ΕΥ and ΗΥ sound and are written with V.
const greekVoiced = "ΑΕΗΙΟΥΩΒΓΔΖΛΜΝΡΆΈΉΊΌΎΏΪΫ"

// greekPair returns the forms of two Greek letters that are written as one
// sound. An accent on the first vowel, or a diaeresis on the second, parts them.
func greekPair(word []rune, i int) ([]string, bool) {
	if i+1 >= len(word) {
		return nil, false
	}
	second := word[i+1]
	if second == 'Ύ' {
		second = 'Υ'
	}
	switch string([]rune{word[i], second}) {
	case "ΟΥ":
		return []string{"OU", "U"}, true
	case "ΑΥ":
		return vOrF(word, i, "A"), true
	case "ΕΥ":
		return vOrF(word, i, "E"), true
	case "ΗΥ":
		return vOrF(word, i, "I"), true
	case "ΓΓ":
		return []string{"NG", "GG"}, true
	case "ΓΞ":
		return []string{"NX", "GX"}, true
	case "ΓΧ":
		return []string{"NCH", "GCH"}, true
	case "ΜΠ":
		if i == 0 || i+2 == len(word) {
			return []string{"B", "MP"}, true
		}
		return []string{"MP", "B"}, true
	}
	return nil, false
}

func vOrF(word []rune, i int, vowel string) []string {
	v, f := vowel+"V", vowel+"F"
	if i+2 < len(word) && strings.ContainsRune(greekVoiced, word[i+2]) {
		return []string{v, f, vowel + "U"}
	}
	return []string{f, v, vowel + "U"}
}
