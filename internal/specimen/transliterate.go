package specimen

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// special holds the letters that 9303-3, 6 A does not write as the bare base
// letter. Where the standard leaves a choice (Ä as AE or A), the first one.
var special = map[rune]string{
	'Ä': "AE", 'Å': "AA", 'Æ': "AE", 'Ð': "D", 'Ø': "OE", 'Ö': "OE", 'Ü': "UE", 'Þ': "TH", 'ß': "SS", 'ẞ': "SS",
	'Đ': "D", 'Ħ': "H", 'Ł': "L", 'Ŋ': "N", 'Œ': "OE", 'Ŧ': "T", 'ı': "I",
}

// transliterate returns the MRZ form of a name: capital letters, with fillers
// for spaces and hyphens and nothing for apostrophes.
func transliterate(name string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(norm.NFC.String(name)) {
		if s, ok := special[r]; ok {
			b.WriteString(s)
			continue
		}
		for _, base := range norm.NFD.String(string(r)) {
			switch {
			case base >= 'A' && base <= 'Z':
				b.WriteRune(base)
			case base == ' ' || base == '-':
				b.WriteByte('<')
			}
		}
	}
	return b.String()
}
