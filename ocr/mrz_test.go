package ocr

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The specimens printed in ICAO Doc 9303 parts 4 to 7 (and appendices), which
// every implementation has to read.
var specimens = []struct {
	name   string
	lines  []string
	format Format
	fields Fields
}{
	{
		name:   "9303-4 TD3",
		lines:  []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"},
		format: TD3,
		fields: Fields{
			DocumentCode: "P", IssuingState: "UTO", DocumentNumber: "L898902C3", PrimaryIdentifier: "ERIKSSON",
			SecondaryIdentifier: "ANNA MARIA", Nationality: "UTO", BirthDate: "740812", Sex: "F", ExpiryDate: "120415",
			OptionalData: "ZE184226B",
		},
	},
	{
		name:   "9303-5 TD1",
		lines:  []string{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
		format: TD1,
		fields: Fields{
			DocumentCode: "I", IssuingState: "UTO", DocumentNumber: "D23145890", PrimaryIdentifier: "ERIKSSON",
			SecondaryIdentifier: "ANNA MARIA", Nationality: "UTO", BirthDate: "740812", Sex: "F", ExpiryDate: "120415",
		},
	},
	{
		name:   "9303-5 TD1 with a long document number",
		lines:  []string{"I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<"},
		format: TD1,
		fields: Fields{
			DocumentCode: "I", IssuingState: "UTO", DocumentNumber: "D23145890734", PrimaryIdentifier: "STEVENSON",
			SecondaryIdentifier: "PETER JOHN", Nationality: "UTO", BirthDate: "340712", Sex: "M", ExpiryDate: "950712",
		},
	},
	{
		name:   "9303-6 TD2",
		lines:  []string{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"},
		format: TD2,
		fields: Fields{
			DocumentCode: "I", IssuingState: "UTO", DocumentNumber: "D23145890", PrimaryIdentifier: "ERIKSSON",
			SecondaryIdentifier: "ANNA MARIA", Nationality: "UTO", BirthDate: "740812", Sex: "F", ExpiryDate: "120415",
		},
	},
	{
		name:   "9303-6 TD2 with a long document number",
		lines:  []string{"I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8"},
		format: TD2,
		fields: Fields{
			DocumentCode: "I", IssuingState: "UTO", DocumentNumber: "D23145890734", PrimaryIdentifier: "STEVENSON",
			SecondaryIdentifier: "PETER JOHN", Nationality: "UTO", BirthDate: "340712", Sex: "M", ExpiryDate: "950712",
		},
	},
	{
		name:   "9303-7 MRV-A",
		lines:  []string{"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"},
		format: MRVA,
		fields: Fields{
			DocumentCode: "V", IssuingState: "UTO", DocumentNumber: "L8988901C", PrimaryIdentifier: "ERIKSSON",
			SecondaryIdentifier: "ANNA MARIA", Nationality: "XXX", BirthDate: "400907", Sex: "F", ExpiryDate: "961210",
			OptionalData: "6ZE184226B",
		},
	},
	{
		name:   "9303-7 MRV-B",
		lines:  []string{"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"},
		format: MRVB,
		fields: Fields{
			DocumentCode: "V", IssuingState: "UTO", DocumentNumber: "L8988901C", PrimaryIdentifier: "ERIKSSON",
			SecondaryIdentifier: "ANNA MARIA", Nationality: "XXX", BirthDate: "400907", Sex: "F", ExpiryDate: "961210",
		},
	},
	{
		name:   "French card of 1988",
		lines:  []string{"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "9409923102854CORINNE<<<<<<<6512068F4"},
		format: FRID,
		fields: Fields{
			DocumentCode: "ID", IssuingState: "FRA", DocumentNumber: "940992310285", PrimaryIdentifier: "BERTHIER",
			SecondaryIdentifier: "CORINNE", Nationality: "FRA", BirthDate: "651206", Sex: "F",
		},
	},
}

func TestParseMRZSpecimens(t *testing.T) {
	t.Parallel()
	for _, tc := range specimens {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMRZ(tc.lines)
			if err != nil {
				t.Fatalf("ParseMRZ(%q) = %v", tc.lines, err)
			}
			if m.Format != tc.format || !m.Valid {
				t.Errorf("ParseMRZ(%q) = %s, valid %t, checks %v, want %s, valid", tc.lines, m.Format, m.Valid, m.Checks, tc.format)
			}
			if d := cmp.Diff(tc.fields, m.Fields); d != "" {
				t.Errorf("ParseMRZ(%q) fields (-want +got):\n%s", tc.lines, d)
			}
		})
	}
}

func TestParseMRZFindsEveryWrongDigit(t *testing.T) {
	t.Parallel()
	for _, tc := range specimens {
		for _, fd := range layouts[tc.format].fields {
			if !fd.checked() || onlyFillers(fd.at.of(tc.lines)) || fd.check.of(tc.lines) == "<" {
				continue
			}
			lines := append([]string(nil), tc.lines...)
			line := []byte(lines[fd.check.line])
			line[fd.check.from] = '0' + (line[fd.check.from]-'0'+1)%10
			lines[fd.check.line] = string(line)
			m, err := ParseMRZ(lines)
			if err != nil {
				t.Fatalf("%s: ParseMRZ(%q) = %v", tc.name, lines, err)
			}
			if m.Valid || checkOK(m, fd.name) {
				t.Errorf("%s: a wrong check digit of %s was accepted", tc.name, fd.name)
			}
		}
	}
}

func checkOK(m MRZ, name string) bool {
	for _, c := range m.Checks {
		if c.Name == name {
			return c.OK
		}
	}
	return false
}

func TestParseMRZRefuses(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("<", 44)
	for _, tc := range []struct {
		name  string
		lines []string
		code  string
	}{
		{"nothing", nil, CodeMRZWrongLength},
		{"one line", []string{line}, CodeMRZWrongLength},
		{"short lines", []string{"P<UTO", "L8989"}, CodeMRZWrongLength},
		{"empty lines", []string{"", ""}, CodeMRZWrongLength},
		{"different lengths", []string{line, line[1:]}, CodeMRZWrongLength},
		{"four lines", []string{line, line, line, line}, CodeMRZWrongLength},
		{"lower case", []string{line, strings.Repeat("a", 44)}, CodeMRZWrongAlphabet},
		{"not ASCII", []string{line, strings.Repeat("é", 22)}, CodeMRZWrongAlphabet},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseMRZ(tc.lines)
			if !errors.Is(err, &Error{Code: tc.code}) {
				t.Errorf("ParseMRZ(%q) = %v, want code %s", tc.lines, err, tc.code)
			}
		})
	}
}

// Check digits cannot see these: K has the value of the filler and of 0, modulo 10.
func TestParseMRZChecksAlphabets(t *testing.T) {
	t.Parallel()
	good := specimens[0].lines
	for _, tc := range []struct{ name, line string }{
		{"letter in a date", good[1][:13] + "74K812" + good[1][19:]},
		{"digit in the nationality", good[1][:10] + "UT0" + good[1][13:]},
		{"sex of another kind", good[1][:20] + "K" + good[1][21:]},
		{"month 13", good[1][:13] + "741312" + string(CheckDigit("741312")) + good[1][20:]},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMRZ([]string{good[0], tc.line})
			if err != nil {
				t.Fatal(err)
			}
			if m.Valid || checkOK(m, checkAlphabet) {
				t.Errorf("ParseMRZ(%q) is valid, want it refused by the alphabet", tc.line)
			}
		})
	}
}

func TestCoerce(t *testing.T) {
	t.Parallel()
	good := specimens[0].lines
	bad := []string{
		"P<UT0ER1K55ON<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<",
		"L898902C36UT07AO8I22F12O4I59ZE184226B<<<<<IO",
	}
	if d := cmp.Diff(good, Coerce(TD3, bad)); d != "" {
		t.Errorf("Coerce (-want +got):\n%s", d)
	}
	if d := cmp.Diff(good, Coerce(TD3, good)); d != "" {
		t.Errorf("Coerce changed a right zone (-want +got):\n%s", d)
	}
}

func TestRepair(t *testing.T) {
	t.Parallel()
	good := specimens[0].lines
	other := func(line string) [][]string { return [][]string{{good[0], line}} }
	for _, tc := range []struct {
		name    string
		line    string
		others  [][]string
		changed int
	}{
		{"nothing to do", good[1], other(good[1]), 0},
		{"S for 8 in the number", strings.Replace(good[1], "L898", "LB98", 1), other(good[1]), 1},
		{"two fields", strings.NewReplacer("L898", "LB98", "ZE184", "2E184").Replace(good[1]), other(good[1]), 2},
		{"nobody else saw it", strings.Replace(good[1], "L898", "LB98", 1), other(strings.Replace(good[1], "L898", "LB98", 1)), 0},
		{"no other reading", strings.Replace(good[1], "L898", "LB98", 1), nil, 0},
		{"not alike", strings.Replace(good[1], "L898", "LT98", 1), other(good[1]), 0},
		{"two wrong characters in a field", strings.Replace(good[1], "L8989", "LB9B9", 1), other(good[1]), 0},
		{"shorter other reading", strings.Replace(good[1], "L898", "LB98", 1), [][]string{{good[0]}, {"", ""}, nil}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMRZ([]string{good[0], tc.line})
			if err != nil {
				t.Fatal(err)
			}
			got, changed := Repair(m, tc.others)
			if changed != tc.changed {
				t.Fatalf("Repair(%q) changed %d, want %d (%q)", tc.line, changed, tc.changed, got.Lines)
			}
			if changed > 0 && (!got.Valid || got.Lines[1] != good[1]) {
				t.Errorf("Repair(%q) = %q, want %q", tc.line, got.Lines[1], good[1])
			}
			if changed == 0 && got.Valid != m.Valid {
				t.Errorf("Repair(%q) made it valid without a change", tc.line)
			}
		})
	}
}

// Repair must not become a machine that validates anything: with every single
// wrong character and a second reading that is wrong elsewhere, it never makes
// a wrong zone valid.
func TestRepairDoesNotInvent(t *testing.T) {
	t.Parallel()
	for _, tc := range specimens {
		for i := range tc.lines {
			for j := range tc.lines[i] {
				for _, c := range []byte(alphabet) {
					lines := append([]string(nil), tc.lines...)
					lines[i] = lines[i][:j] + string(c) + lines[i][j+1:]
					m, err := ParseMRZ(lines)
					if err != nil || m.Valid {
						continue
					}
					if r, n := Repair(m, [][]string{tc.lines, lines}); n > 0 && !cmp.Equal(r.Lines, tc.lines) {
						t.Errorf("Repair(%q) = %q, want %q or nothing", lines, r.Lines, tc.lines)
					}
				}
			}
		}
	}
}

func TestPersonalDataIsRedacted(t *testing.T) {
	t.Parallel()
	m, err := ParseMRZ(specimens[0].lines)
	if err != nil {
		t.Fatal(err)
	}
	claims := Claims{GivenNames: "Anna", FamilyNames: "ERIKSSON", BirthDate: "1974-08-12", DocumentNumber: "L898902C3"}
	for _, v := range []any{
		m,
		&m,
		m.Fields,
		Reading{MRZ: &m},
		claims,
		FieldComparison{Field: "x", Claimed: "ERIKSSON", Read: "ERIKSSON"},
	} {
		var b strings.Builder
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		fmt.Fprintf(&b, "%v %+v %#v %s", v, v, v, v)
		for _, secret := range []string{"ERIKSSON", "Anna", "L898902C3", "740812"} {
			if strings.Contains(b.String(), secret) {
				t.Errorf("%T shows %s: %s", v, secret, b.String())
			}
		}
	}
}

func FuzzParseMRZ(f *testing.F) {
	for _, tc := range specimens {
		f.Add(strings.Join(tc.lines, "\n"))
	}
	f.Fuzz(func(t *testing.T, s string) {
		lines := strings.Split(s, "\n")
		m, err := ParseMRZ(lines)
		if err != nil {
			return
		}
		if !cmp.Equal(m.Lines, lines) {
			t.Errorf("ParseMRZ(%q) kept %q", lines, m.Lines)
		}
		coerced := Coerce(m.Format, lines)
		if m.Valid && !cmp.Equal(coerced, lines) {
			t.Errorf("Coerce changed the valid %q to %q", lines, coerced)
		}
		if again := Coerce(m.Format, coerced); !cmp.Equal(again, coerced) {
			t.Errorf("Coerce is not idempotent: %q then %q", coerced, again)
		}
		r, n := Repair(m, [][]string{coerced})
		if n > maxRepairs || n > 0 && !r.Valid || n == 0 && r.Valid != m.Valid {
			t.Errorf("Repair(%q) = %q, %d", lines, r.Lines, n)
		}
	})
}
