package tesseract

import (
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"
)

var (
	passport = []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
	card     = []string{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}
)

// What Tesseract really did to such lines.
func TestInterpret(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		text []string
		want []string
	}{
		{"as printed", passport, passport},
		{"print above", append([]string{"BUNDESREPUBLIK", "UTOPIA ERIKSSON ANNA MARIA 12 AUG 1974"}, passport...), passport},
		{"empty lines between", []string{passport[0], "", passport[1], ""}, passport},
		{"the page's edge for a letter", []string{"S " + passport[0], passport[1]}, passport},
		{"and behind", []string{passport[0], passport[1] + "0"}, passport},
		{"a filler too many", []string{passport[0] + "<", passport[1]}, passport},
		{"a filler too few", []string{passport[0][:43], strings.Replace(passport[1], "<<<<<", "<<<<", 1)}, passport},
		{"letters for digits", []string{passport[0], strings.Replace(passport[1], "7408122", "74O8I22", 1)}, passport},
		{"card, edge before the first line", []string{"L" + card[0], card[1], card[2]}, card},
		{"card, a mark in the fillers", []string{card[0], card[1], "ERIKSSON<<ANNA<MARIA<<3<<<<<<<<"}, card},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := interpret(tc.text)
			if !ok || !got.mrz.Valid || !slices.Equal(got.mrz.Lines, tc.want) {
				t.Errorf("interpret(%q) = %q, %t, want %q", tc.text, got.mrz.Lines, ok, tc.want)
			}
		})
	}
}

func TestInterpretRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range [][]string{
		nil,
		{""},
		{passport[0]},
		{"REPUBLIC OF UTOPIA PASSPORT", "ERIKSSON ANNA MARIA"},
		{passport[0][:30], passport[1][:30]},
	} {
		if got, ok := interpret(text); ok && got.plausible() {
			t.Errorf("interpret(%q) = %q, want nothing plausible", text, got.mrz.Lines)
		}
	}
}

func FuzzInterpret(f *testing.F) {
	f.Add(strings.Join(passport, "\n"))
	f.Add(strings.Join(card, "\n"))
	f.Add("S " + passport[0] + "\n" + passport[1] + "0")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		got, ok := interpret(strings.Split(s, "\n"))
		if !ok {
			return
		}
		lines, columns := got.mrz.Format.Size()
		if len(got.mrz.Lines) != lines || len(got.raw) != lines || len(got.raw[0]) != columns {
			t.Errorf("interpret(%q) = %q, %q", s, got.mrz.Lines, got.raw)
		}
	})
}

// An empty or odd picture must never reach Tesseract: it would answer with the
// text of the picture before, which is another person's.
func TestBitmapRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		rows, cols int
		kind       gocv.MatType
	}{
		{"empty", 0, 0, gocv.MatTypeCV8U},
		{"one pixel", 1, 1, gocv.MatTypeCV8U},
		{"a line", 3, 900, gocv.MatTypeCV8U},
		{"colour", 40, 40, gocv.MatTypeCV8UC3},
		{"huge", 4000, 4000, gocv.MatTypeCV8U},
	} {
		m := gocv.NewMatWithSize(tc.rows, tc.cols, tc.kind)
		if _, err := bitmap(m); err == nil {
			t.Errorf("bitmap(%s) = nil error", tc.name)
		}
		m.Close()
	}
	m := gocv.NewMatWithSize(9, 10, gocv.MatTypeCV8U)
	defer m.Close()
	b, err := bitmap(m)
	if want := 14 + 40 + 1024 + 12*9; err != nil || len(b) != want || string(b[:2]) != "BM" {
		t.Errorf("bitmap(10x9) = %d bytes, %v, want %d", len(b), err, want)
	}
}
