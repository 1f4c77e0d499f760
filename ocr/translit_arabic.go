package ocr

import (
	"slices"
	"unicode"
)

// arabicTable is ICAO 9303-3, section 6.C: one code for each letter, so that the
// Arabic can be had back from the MRZ. Vowel signs are not encoded.
var arabicTable = map[rune]string{
	'ء': "XE", 'آ': "XAA", 'أ': "XAE", 'ؤ': "U", 'إ': "I", 'ئ': "XI", 'ا': "A", 'ب': "B", 'ة': "XTA", 'ت': "T",
	'ث': "XTH", 'ج': "J", 'ح': "XH", 'خ': "XKH", 'د': "D", 'ذ': "XDH", 'ر': "R", 'ز': "Z", 'س': "S", 'ش': "XSH",
	'ص': "XSS", 'ض': "XDZ", 'ط': "XTT", 'ظ': "XZZ", 'ع': "E", 'غ': "G", 'ـ': "", 'ف': "F", 'ق': "Q", 'ك': "K",
	'ل': "L", 'م': "M", 'ن': "N", 'ه': "H", 'و': "W", 'ى': "XAY", 'ي': "Y",
	// Letters of Persian, Urdu, Pashto and others.
	'ٱ': "XXA", 'ٹ': "XXT", 'ټ': "XRT", 'پ': "P", 'ځ': "XKE", 'څ': "XXH", 'چ': "XC", 'ڈ': "XXD", 'ډ': "XDR",
	'ڑ': "XXR", 'ړ': "XRR", 'ږ': "XRX", 'ژ': "XJ", 'ښ': "XXS", 'ک': "XKK", 'ګ': "XXK", 'ڭ': "XNG", 'گ': "XGG",
	'ں': "XNN", 'ڼ': "XXN", 'ھ': "XDO", 'ۀ': "XYH", 'ہ': "XXG", 'ۂ': "XGE", 'ۃ': "XTG", 'ی': "XYA", 'ۍ': "XXY",
	'ې': "Y", 'ے': "XYB", 'ۓ': "XBE",
}

// arabicPractice is what states print, and then put into the MRZ, instead of
// the codes: romanisations by sound, which differ from state to state and from
// person to person.
var arabicPractice = map[rune][]string{
	'ب': {"B"}, 'ت': {"T"}, 'ث': {"TH", "T", "S"}, 'ج': {"J", "DJ", "G"}, 'ح': {"H"}, 'خ': {"KH", "K"}, 'د': {"D"},
	'ذ': {"DH", "D", "Z", "TH"}, 'ر': {"R"}, 'ز': {"Z"}, 'س': {"S"}, 'ش': {"SH", "CH"}, 'ص': {"S"}, 'ض': {"D", "DH", "Z"},
	'ط': {"T"}, 'ظ': {"Z", "DH"}, 'غ': {"GH", "G", "R"}, 'ف': {"F"}, 'ق': {"Q", "K", "G"}, 'ك': {"K"}, 'ل': {"L"},
	'م': {"M"}, 'ن': {"N"}, 'ه': {"H"}, 'و': {"W", "V", "OU"}, 'ي': {"Y"}, 'پ': {"P"}, 'چ': {"CH"}, 'ژ': {"ZH", "J"},
	'ک': {"K"}, 'گ': {"G"}, 'ی': {"Y"}, 'ٹ': {"T"}, 'ڈ': {"D"}, 'ڑ': {"R"}, 'ہ': {"H"}, 'ھ': {"H"},
}

// arabicVowels are the letters that stand for a vowel, or for none.
var arabicVowels = map[rune][]string{
	'ا': {"", "AA", "E", "I", "O", "U", "OU"}, 'أ': {"A", "E", "I", "O", "U", "OU"}, 'إ': {"E"}, 'آ': {"A", "AA"},
	'ع': {"", "A", "AA", "I", "O", "U", "OU"}, 'ء': {"", "A", "E", "I"}, 'ئ': {"", "I", "Y", "E"}, 'ؤ': {"", "OU", "O"},
	'و': {"O", "U", "OU", "OO", "AU", "AW"}, 'ي': {"I", "E", "EE", "AI", "EI", "AY", "EY"}, 'ی': {"I", "E", "EE", "AI", "EI", "AY", "EY"},
	'ى': {"A", "I", "Y"}, 'ے': {"E", "AY"}, 'ٱ': {"A", "E"}, 'ں': {"N"},
	'ة': {"A", "AH", "AT", "E", "EH", "ET"},
}

const (
	shadda     = '\u0651' // doubles the letter before it
	tehMarbuta = 'ة'
)

// tehMarbutaAtEnd: table C has XAH for it at the end of a component.
var tehMarbutaAtEnd = append([]string{"XAH", "XTA"}, arabicVowels[tehMarbuta]...)

// arabic joins the table, first, with practice. Short vowels are not written in
// Arabic and doubled consonants hardly ever, but both are in the romanisation.
var arabic = func() map[rune][]string {
	out := map[rune][]string{}
	for r, code := range arabicTable {
		list := []string{code}
		for _, c := range arabicPractice[r] {
			for _, vowel := range []string{"", "A", "E", "I", "O", "U", "OU"} {
				list = append(list, c+vowel, c+c+vowel)
			}
		}
		list = append(list, arabicVowels[r]...)
		out[r] = distinct(list)
	}
	return out
}()

// distinct drops repetitions and keeps the order.
func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func doubled(l letter) letter {
	out := letter{from: l.from, forms: []string{l.forms[0] + l.forms[0]}}
	out.forms = distinct(append(out.forms, l.forms...))
	return out
}

// lastLetter says whether no letter follows; vowel signs may.
func lastLetter(word []rune, i int) bool {
	return !slices.ContainsFunc(word[i+1:], unicode.IsLetter)
}
