package ocr

import (
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Claims is what an applicant states. Nationality is ISO 3166 alpha-3 as in an
// MRZ. Sex, Nationality and DocumentNumber may be empty: not claimed.
type Claims struct {
	GivenNames, FamilyNames string
	BirthDate               string // YYYY-MM-DD
	Sex                     string // M, F or X
	Nationality             string
	DocumentNumber          string
}

// String redacts.
func (Claims) String() string { return "Claims(redacted)" }

// GoString redacts.
func (c Claims) GoString() string { return c.String() }

// LogValue redacts.
func (c Claims) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Agreement says what explains that a claim and a field match, or that they
// do not.
type Agreement string

// From the plainest to none.
const (
	Agree          Agreement = "agree"
	Transliterated Agreement = "transliterated" // by the tables of ICAO 9303-3 section 6
	Reordered      Agreement = "reordered"      // same names in another order, or given and family names swapped
	Truncated      Agreement = "truncated"      // the MRZ ends at the end of its field
	Misread        Agreement = "misread"        // of MRZ and print only: but for what engines confuse
	Missing        Agreement = "missing"        // one side has fewer names, or nothing at all
	Differ         Agreement = "differ"
)

// FieldComparison is one claimed attribute beside what the document says.
type FieldComparison struct {
	Field     string    `json:"field"`
	Claimed   string    `json:"claimed"`
	Read      string    `json:"read"` // in the MRZ
	Agreement Agreement `json:"agreement"`
	// Printed is what the printed zone has, as printed, and Document how it
	// agrees with the MRZ; both empty where it was not read.
	Printed  string    `json:"printed,omitempty"`
	Document Agreement `json:"document,omitempty"`
}

// OK says whether the two are about the same thing. Where a side is empty there
// is nothing to agree on.
func (c FieldComparison) OK() bool {
	return c.Agreement != Differ && c.Claimed != "" && c.Read != ""
}

// String redacts the values.
func (c FieldComparison) String() string { return c.Field + "=" + string(c.Agreement) }

// GoString redacts the values.
func (c FieldComparison) GoString() string { return c.String() }

// LogValue redacts the values.
func (c FieldComparison) LogValue() slog.Value { return slog.StringValue(c.String()) }

// CompareClaims compares the claims with the MRZ: family_names, given_names and
// birth_date always; sex, nationality and document_number where claimed (and
// where the format has the field). now resolves the century of the birth date.
func CompareClaims(c Claims, m MRZ, now time.Time) []FieldComparison {
	out := compareNames(c, m)
	out = append(out, compareBirth(c, m, now))
	if c.Sex != "" {
		out = append(out, compareCode("sex", normalSex(c.Sex), normalSex(m.Fields.Sex)))
	}
	if c.Nationality != "" {
		out = append(out, compareCode("nationality", normalState(c.Nationality), normalState(m.Fields.Nationality)))
	}
	if c.DocumentNumber != "" {
		out = append(out, compareCode("document_number", normalNumber(c.DocumentNumber), normalNumber(m.Fields.DocumentNumber)))
	}
	return out
}

// CompareSources compares claims, MRZ and printed zone, in the order of
// CompareClaims.
func CompareSources(c Claims, m MRZ, found []Corroboration, now time.Time) []FieldComparison {
	return CompareClaims(c, m, now)
}

func compareBirth(c Claims, m MRZ, now time.Time) FieldComparison {
	out := FieldComparison{Field: "birth_date", Claimed: strings.TrimSpace(c.BirthDate), Agreement: Differ}
	born, err := ResolveBirthDate(m.Fields.BirthDate, now)
	if err == nil {
		out.Read = born.Format(time.DateOnly)
	}
	claimed, claimErr := time.Parse(time.DateOnly, out.Claimed)
	switch {
	case out.Claimed == "" || out.Read == "":
		out.Agreement = Missing
	// The MRZ has no century: someone over a hundred claims another one.
	case claimErr == nil && claimed.Format("060102") == m.Fields.BirthDate && !claimed.After(now):
		out.Agreement, out.Read = Agree, out.Claimed
	}
	return out
}

func compareCode(field, claimed, read string) FieldComparison {
	out := FieldComparison{Field: field, Claimed: claimed, Read: read, Agreement: Differ}
	switch {
	case claimed == "" || read == "":
		out.Agreement = Missing
	case claimed == read:
		out.Agreement = Agree
	}
	return out
}

// normalSex: the filler means unspecified, which people write X.
func normalSex(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if s == "<" {
		return "X"
	}
	return s
}

// normalState: Germany is D in an MRZ (ICAO 9303-3, section 5) and DEU elsewhere.
func normalState(s string) string {
	s = strings.Trim(strings.ToUpper(strings.TrimSpace(s)), "<")
	if s == "DEU" {
		return "D"
	}
	return s
}

// normalNumber drops what the zone replaces by fillers.
func normalNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (isDigit(byte(r)) || isLetter(byte(r))) {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

// compareNames compares family with primary and given with secondary names, then,
// when that fails, the other way round.
func compareNames(c Claims, m MRZ) []FieldComparison {
	family := name{text: c.FamilyNames, words: wordsOf(c.FamilyNames)}
	given := name{text: c.GivenNames, words: wordsOf(c.GivenNames)}
	primary, secondary := strings.Fields(m.Fields.PrimaryIdentifier), strings.Fields(m.Fields.SecondaryIdentifier)
	cutPrimary, cutSecondary := m.namesTruncated()

	f := FieldComparison{
		Field: "family_names", Claimed: strings.TrimSpace(c.FamilyNames),
		Read: m.Fields.PrimaryIdentifier, Agreement: family.against(primary, cutPrimary),
	}
	g := FieldComparison{
		Field: "given_names", Claimed: strings.TrimSpace(c.GivenNames),
		Read: m.Fields.SecondaryIdentifier, Agreement: given.againstGiven(secondary, cutSecondary),
	}
	if f.OK() && g.OK() || len(family.words) == 0 || len(given.words) == 0 {
		return []FieldComparison{f, g}
	}
	switch {
	case len(secondary) == 0 && name{words: slices.Concat(family.words, given.words)}.anyOrder(primary):
		// A document without secondary identifier has every name in the primary
		// one (ICAO 9303-3, 4.6).
		f.Agreement, g.Agreement, g.Read = Reordered, Reordered, f.Read
	case family.exact(secondary) && given.exact(primary):
		f.Agreement, g.Agreement = Reordered, Reordered
		f.Read, g.Read = g.Read, f.Read
	}
	return []FieldComparison{f, g}
}
