package sms

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/linxGnu/gosmpp/data"
)

// Whatever the text, the parts fit and decode one by one into it.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "a", strings.Repeat("€", 300), strings.Repeat("🔑", 300), "a\u0301", strings.Repeat("x", 161) + "\x1b", "\ufffd", "@@@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 700 {
			return // not what a message can hold
		}
		parts, coding, err := split(text)
		if err != nil {
			t.Fatalf("split(%q) = %v", text, err)
		}
		var got strings.Builder
		for _, p := range parts {
			limit := 140
			switch gsm := coding == data.GSM7BIT; {
			case gsm && len(parts) > 1:
				limit = 153
			case gsm:
				limit = 160
			case len(parts) > 1:
				limit = 134
			}
			if len(p) > limit {
				t.Errorf("split(%q): part of %d octets, want at most %d", text, len(p), limit)
			}
			got.WriteString(decodePart(t, p, coding))
		}
		if got.String() != text {
			t.Errorf("split(%q) joins to %q", text, got.String())
		}
	})
}

func decodePart(t *testing.T, p []byte, coding data.Encoding) string {
	t.Helper()
	if coding == data.GSM7BIT {
		s, err := coding.Decode(p)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var units []uint16
	for i := 0; i < len(p); i += 2 {
		units = append(units, uint16(p[i])<<8|uint16(p[i+1]))
	}
	return string(utf16.Decode(units))
}
