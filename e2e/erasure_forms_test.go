package e2e

import (
	"bytes"
	"encoding/base64"
	endian "encoding/binary"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"github.com/vouchline/vouchline/ocr"
)

// A form is one way in which a value can lie in a file.
type form struct {
	what  string // the value's name and its encoding
	bytes []byte
}

// leastForm is the shortest form that is looked for: a shorter one is in every
// large file by chance.
const leastForm = 8

// formsOf returns a text in every spelling and encoding in which a program, a
// database or a ledger would keep it.
func formsOf(name, value string) []form {
	var out []form
	add := func(encoding string, b []byte) {
		if len(b) >= leastForm {
			out = append(out, form{name + " as " + encoding, b})
		}
	}
	for spelling, text := range spellings(value) {
		for encoding, b := range charsets(text) {
			add(spelling+", "+encoding, b)
			for transport, armoured := range transports(b) {
				add(spelling+", "+encoding+", "+transport, armoured)
			}
		}
		for escape, escaped := range escapes(text) {
			add(spelling+", "+escape, []byte(escaped))
		}
	}
	return distinct(out)
}

// formsOfSecret is formsOf for bytes that are nobody's text, such as a key.
func formsOfSecret(name string, secret []byte) []form {
	out := []form{{name, secret}}
	for transport, armoured := range transports(secret) {
		out = append(out, form{name + " as " + transport, armoured})
	}
	return out
}

// spellings are what becomes of a value on its way: composed and decomposed,
// in either case, in the letters of a machine readable zone, without accents.
func spellings(value string) map[string]string {
	mrz := strings.Trim(ocr.Transliterate(value), "<")
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(value))
	out := map[string]string{}
	for name, text := range map[string]string{
		"composed": norm.NFC.String(value), "decomposed": norm.NFD.String(value), "without accents": bare,
		"MRZ": mrz, "MRZ with spaces": strings.ReplaceAll(mrz, "<", " "),
	} {
		out[name], out[name+" upper"], out[name+" lower"] = text, strings.ToUpper(text), strings.ToLower(text)
	}
	return out
}

func charsets(text string) map[string][]byte {
	out := map[string][]byte{"UTF-8": []byte(text)}
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		little, big = endian.LittleEndian.AppendUint16(little, unit), endian.BigEndian.AppendUint16(big, unit)
	}
	out["UTF-16LE"], out["UTF-16BE"] = little, big
	var latin []byte
	for _, r := range text {
		if r > 0xff {
			return out
		}
		latin = append(latin, byte(r))
	}
	out["Latin-1"] = latin
	return out
}

// transports are armours of bytes. Base64 of a longer text that holds the
// bytes depends on where in it they begin; what depends on their neighbours is
// cut off.
func transports(b []byte) map[string][]byte {
	low := hex.EncodeToString(b)
	out := map[string][]byte{"hex": []byte(low), "HEX": []byte(strings.ToUpper(low))}
	for at := range 3 {
		whole := base64.StdEncoding.EncodeToString(append(make([]byte, at), b...))
		whole = strings.TrimRight(whole, "=")
		first := []int{0, 2, 3}[at]
		last := len(whole)
		if (at+len(b))%3 != 0 {
			last--
		}
		if last-first < leastForm {
			continue
		}
		cut := whole[first:last]
		out[fmt.Sprintf("base64 at %d", at)] = []byte(cut)
		out[fmt.Sprintf("base64url at %d", at)] = []byte(strings.NewReplacer("+", "-", "/", "_").Replace(cut))
	}
	return out
}

// escapes are the ways in which text formats write what is not ASCII.
func escapes(text string) map[string]string {
	var low, high, entities, numeric, quoted strings.Builder
	for _, r := range text {
		if r < 0x80 {
			for _, b := range []*strings.Builder{&low, &high, &entities, &numeric, &quoted} {
				b.WriteRune(r)
			}
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&low, `\u%04x`, unit)
			fmt.Fprintf(&high, `\u%04X`, unit)
		}
		fmt.Fprintf(&entities, "&#%d;", r)
		fmt.Fprintf(&numeric, "&#x%x;", r)
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&quoted, "=%02X", c)
		}
	}
	percent := url.QueryEscape(text)
	return map[string]string{
		"JSON": low.String(), "JSON in upper case": high.String(), "HTML decimal": entities.String(), "HTML hex": numeric.String(),
		"HTML": html.EscapeString(text), "quoted-printable": quoted.String(),
		"form": percent, "percent": url.PathEscape(text), "form in lower case": lowerEscapes(percent),
	}
}

// lowerEscapes writes %C3%A9 as %c3%a9.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

func distinct(in []form) []form {
	slices.SortStableFunc(in, func(a, b form) int { return bytes.Compare(a.bytes, b.bytes) })
	return slices.CompactFunc(in, func(a, b form) bool { return bytes.Equal(a.bytes, b.bytes) })
}
