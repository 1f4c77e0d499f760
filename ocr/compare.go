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
	// Explanation says why, for words to the applicant, and Spellings which
	// letters the MRZ writes otherwise.
	Explanation Explanation `json:"explanation,omitempty"`
	Spellings   []Spelling  `json:"spellings,omitempty"`
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

// CompareSources compares claims, MRZ and what Corroborate found of the MRZ in
// print, nil where none was read: family_names, given_names and birth_date always;
// sex, nationality and document_number where claimed (and where the format has
// the field). now resolves the century of the birth date. The print explains what the MRZ alone
// cannot: a name typed without the marks it is printed with agrees, whatever
// letters the MRZ has for them, and so does one the print has whole where the
// MRZ has no room. It never makes a claim agree that the MRZ contradicts: where
// the two contradict each other, the claim differs, and is explained by that.
func CompareSources(c Claims, m MRZ, found []Corroboration, now time.Time) []FieldComparison {
	p := printOf(found)
	out := compareNames(c, m, p)
	out = append(out, compareBirth(c, m, now))
	if c.Sex != "" {
		out = append(out, compareSex(c, m))
	}
	if c.Nationality != "" {
		out = append(out, compareNationality(c, m))
	}
	if c.DocumentNumber != "" {
		out = append(out, compareNumber(c, m))
	}
	for i := range out {
		p.beside(&out[i])
	}
	return out
}

// printed is the corroborations by field.
type printed map[string]Corroboration

func printOf(found []Corroboration) printed {
	p := printed{}
	for _, c := range found {
		if _, ok := p[c.Field]; !ok {
			p[c.Field] = c
		}
	}
	return p
}

// zoneFields are the fields of the MRZ that claims are compared with.
var zoneFields = map[string]string{
	"family_names": fieldPrimary, "given_names": fieldSecondary, "birth_date": fieldBirth, "sex": fieldSex,
	"nationality": fieldNationality, "document_number": fieldNumber,
}

// beside puts the print beside a comparison and says so where the claim agrees
// with the print alone.
func (p printed) beside(c *FieldComparison) {
	field := zoneFields[c.Field]
	if c.Explanation == ExplainSwapped {
		field = map[string]string{fieldPrimary: fieldSecondary, fieldSecondary: fieldPrimary}[field]
	}
	r, ok := p[field]
	if !ok || r.Printed == "" {
		return
	}
	c.Printed, c.Document = r.Printed, r.Agreement
	if c.Agreement == Differ && r.Agreement == Differ && sameClaim(c.Field, c.Claimed, r.Printed) {
		c.Explanation = ExplainPrintDiffers
	}
}

// sameClaim says whether a claim and the print have the same value.
func sameClaim(field, claimed, printed string) bool {
	switch field {
	case "family_names", "given_names":
		return foldName(claimed) != "" && foldName(claimed) == foldName(printed)
	case "nationality":
		return slices.Contains(statesNamed(printed), normalState(claimed))
	case "document_number":
		return normalNumber(claimed) == normalNumber(printed)
	}
	return claimed == printed
}

// foldName is a name without marks, spaces and case.
func foldName(s string) string { return keepAlnum(foldText(s)) }

func compareBirth(c Claims, m MRZ, now time.Time) FieldComparison {
	out := FieldComparison{Field: "birth_date", Claimed: strings.TrimSpace(c.BirthDate), Agreement: Differ, Explanation: ExplainOther}
	born, err := ResolveBirthDate(m.Fields.BirthDate, now)
	if err == nil {
		out.Read = born.Format(time.DateOnly)
	}
	claimed, claimErr := time.Parse(time.DateOnly, out.Claimed)
	switch {
	case out.Claimed == "":
		out.Agreement, out.Explanation = Missing, ExplainNotGiven
	case out.Read == "" && strings.Contains(m.Fields.BirthDate, string(Filler)):
		out.Agreement, out.Explanation = Missing, ExplainPartUnknown
	case out.Read == "":
		out.Agreement, out.Explanation = Missing, ExplainNotInDocument
	// The MRZ has no century: someone over a hundred claims another one.
	case claimErr == nil && claimed.Format(mrzDate) == m.Fields.BirthDate && !claimed.After(now):
		out.Agreement, out.Read, out.Explanation = Agree, out.Claimed, ExplainSame
	case claimErr == nil:
		out.Explanation = explainDate(claimed, born)
	}
	return out
}

func compareSex(c Claims, m MRZ) FieldComparison {
	out := compareCode("sex", normalSex(c.Sex), normalSex(m.Fields.Sex))
	if out.Agreement == Differ && out.Read == "X" {
		out.Explanation = ExplainUnspecified
	}
	return out
}

// britishCodes are those of ICAO 9303-3, section 5 for British nationals who are
// not citizens. All of them, asked for their nationality, are British.
var britishCodes = []string{"GBD", "GBN", "GBO", "GBP", "GBS"}

func compareNationality(c Claims, m MRZ) FieldComparison {
	out := compareCode("nationality", normalState(c.Nationality), normalState(m.Fields.Nationality))
	switch {
	case out.Agreement != Differ:
	case out.Claimed == "GBR" && slices.Contains(britishCodes, out.Read):
		out.Agreement, out.Explanation = Agree, ExplainOtherCode
	case out.Claimed == normalState(m.Fields.IssuingState):
		out.Explanation = ExplainIssuer
	}
	return out
}

func compareNumber(c Claims, m MRZ) FieldComparison {
	out := compareCode("document_number", normalNumber(c.DocumentNumber), normalNumber(m.Fields.DocumentNumber))
	if out.Agreement == Differ {
		out.Explanation = explainNumber(out.Claimed, out.Read)
	}
	return out
}

func compareCode(field, claimed, read string) FieldComparison {
	out := FieldComparison{Field: field, Claimed: claimed, Read: read, Agreement: Differ, Explanation: ExplainOther}
	switch {
	case claimed == "":
		out.Agreement, out.Explanation = Missing, ExplainNotGiven
	case read == "":
		out.Agreement, out.Explanation = Missing, ExplainNotInDocument
	case claimed == read:
		out.Agreement, out.Explanation = Agree, ExplainSame
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
