package sms

import (
	"unicode/utf16"

	"github.com/linxGnu/gosmpp/data"
)

// What fits into one message and, less the header that joins the parts, into
// one part of several (TS 23.040 section 9.2.3.24.1): units are septets of the
// GSM alphabet or 16-bit units of UCS2.
const (
	gsmSingle, gsmPart   = 160, 153
	ucs2Single, ucs2Part = 70, 67
)

// split encodes a text, in the GSM alphabet when it has all the characters and
// in UCS2 otherwise, and cuts it into parts. The library's own split counts
// characters where it should count units, so that a text of euro signs or
// emoji overflows a part; this one never cuts a character in two either.
func split(text string) (parts [][]byte, coding data.Encoding, err error) {
	single, part, size := ucs2Single, ucs2Part, 2
	coding = data.UCS2
	encode := encodeUCS2
	if len(data.ValidateGSM7String(text)) == 0 {
		single, part, size = gsmSingle, gsmPart, 1
		coding = data.GSM7BIT
		encode = encodeGSM
	}
	var whole []byte
	var chars [][]byte
	for _, r := range text {
		c, err := encode(r)
		if err != nil {
			return nil, nil, err
		}
		whole = append(whole, c...)
		chars = append(chars, c)
	}
	if len(whole) <= single*size {
		return [][]byte{whole}, coding, nil
	}
	return pack(chars, part*size), coding, nil
}

// pack fills parts of at most limit octets with whole characters.
func pack(chars [][]byte, limit int) [][]byte {
	var parts [][]byte
	var current []byte
	for _, c := range chars {
		if len(current)+len(c) > limit {
			parts = append(parts, current)
			current = nil
		}
		current = append(current, c...)
	}
	return append(parts, current)
}

func encodeGSM(r rune) ([]byte, error) { return data.GSM7BIT.Encode(string(r)) }

func encodeUCS2(r rune) ([]byte, error) {
	var b []byte
	for _, unit := range utf16.Encode([]rune{r}) {
		b = append(b, byte(unit>>8), byte(unit))
	}
	return b, nil
}
