package ocr

import (
	"slices"
	"strings"
	"testing"
)

func TestConsensus(t *testing.T) {
	t.Parallel()
	good := specimens[0].lines
	change := func(line int, old, replacement string) []string {
		out := slices.Clone(good)
		out[line] = strings.Replace(out[line], old, replacement, 1)
		return out
	}
	for _, tc := range []struct {
		name     string
		readings [][]string
		valid    bool
		exact    bool
	}{
		{"one reading", [][]string{good}, true, true},
		{"all agree", [][]string{good, good}, true, true},
		{"one name misread", [][]string{good, change(0, "ANNA", "AMMA"), good}, true, true},
		{"a name in dispute", [][]string{good, change(0, "ANNA", "AMMA")}, false, false},
		{"the name coerced twice", [][]string{change(0, "ANNA", "4NN4"), change(0, "ANNA", "4NN4")}, false, true},
		{"a number misread, its digit decides", [][]string{good, change(1, "L8989", "L8999")}, true, true},
		{"each reading wrong in another field", [][]string{change(1, "L8989", "L8999"), change(1, "7408", "7488")}, true, true},
		{"all wrong in one field", [][]string{change(1, "L8989", "L8999"), change(1, "L8989", "L8999")}, false, false},
		{"readings of another shape are left out", [][]string{good, specimens[1].lines, nil}, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m, err := Consensus(tc.readings, 0.5)
			if err != nil {
				t.Fatal(err)
			}
			if m.Valid != tc.valid {
				t.Errorf("Consensus valid = %t, want %t: %q %v", m.Valid, tc.valid, m.Lines, m.Checks)
			}
			if tc.exact != slices.Equal(m.Lines, good) {
				t.Errorf("Consensus = %q, exact wanted: %t", m.Lines, tc.exact)
			}
		})
	}
	// A visa once taken for a passport keeps the letters of its optional data.
	visa := []string{"VIUSATRAVELER<<HAPPYPERSON<<<<<<<<<<<<<<<<<<", "555123ABC6GBR6502056F0412236IFLND00AMS803OBS"}
	if m, err := Consensus([][]string{{"Y" + visa[0][1:], visa[1]}, visa, visa, visa}, 0.7); err != nil || !m.Valid || !slices.Equal(m.Lines, visa) {
		t.Errorf("Consensus of a visa = %q, %v, want %q", m.Lines, err, visa)
	}
	if _, err := Consensus(nil, 0.5); err == nil {
		t.Error("Consensus(nil) = nil error")
	}
}

func FuzzConsensus(f *testing.F) {
	for _, tc := range specimens {
		f.Add(strings.Join(tc.lines, "\n"), strings.Join(specimens[0].lines, "\n"))
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		ra, rb := strings.Split(a, "\n"), strings.Split(b, "\n")
		m, err := Consensus([][]string{ra, rb, ra}, 0.5)
		if err != nil || !m.Valid {
			return
		}
		if _, err := ParseMRZ(m.Lines); err != nil {
			t.Errorf("Consensus(%q, %q) = %q: %v", ra, rb, m.Lines, err)
		}
	})
}
