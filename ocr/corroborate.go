package ocr

import (
	"log/slog"
	"slices"
	"time"
)

// Corroboration is one field of the MRZ beside the same in print.
type Corroboration struct {
	Field     string    `json:"field"`
	MRZ       string    `json:"mrz"`
	Printed   string    `json:"printed"`
	Agreement Agreement `json:"agreement"` // Missing where the print was not found
	// Labelled says that the print stands with the field's own label.
	Labelled bool `json:"labelled,omitempty"`
	// Confidence is the engine's in the weakest word of the print, 0 to 1.
	Confidence float64 `json:"confidence,omitempty"`
}

// found says whether the print has what the zone has.
func (c Corroboration) found() bool { return c.Agreement != Missing && c.Agreement != Differ }

// String redacts the values.
func (c Corroboration) String() string { return c.Field + "=" + string(c.Agreement) }

// GoString redacts the values.
func (c Corroboration) GoString() string { return c.String() }

// LogValue redacts the values.
func (c Corroboration) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Corroborate looks for every field of the zone in the print: beside its label
// first, else anywhere. Missing means little, since print is read right far less
// often than an MRZ. Differ is said only of a value that stands with its label,
// was read with confidence, is unlike the zone's and on a document whose other
// labels were understood: it refers people to a reviewer.
//
// After the fields of the zone come the names of birth and of marriage that only
// print has, as Missing, for they explain what an applicant calls themselves.
func Corroborate(m MRZ, p Printed, now time.Time) []Corroboration {
	c := corroborator{mrz: m, sheet: newSheet(withoutZone(p.Lines, m)), fields: p.Fields, now: now}
	if c.fields == nil {
		c.fields = ParsePrinted(p.Lines, now)
	}
	cutPrimary, cutSecondary := m.namesTruncated()
	f := m.Fields
	c.number(fieldNumber, fieldNumber, f.DocumentNumber)
	c.name(fieldPrimary, f.PrimaryIdentifier, cutPrimary)
	c.name(fieldSecondary, f.SecondaryIdentifier, cutSecondary)
	c.date(fieldBirth, f.BirthDate)
	c.date(fieldExpiry, f.ExpiryDate)
	c.sex(f.Sex)
	if m.Format.has(fieldNationality) {
		c.state(fieldNationality, f.Nationality)
	}
	c.state(fieldState, f.IssuingState)
	c.personal(fieldOptional, f.OptionalData)
	c.personal(fieldOptional2, f.OptionalData2)
	c.contradictions()
	c.otherNames()
	return c.out
}

type corroborator struct {
	mrz    MRZ
	sheet  *sheet
	fields []PrintedField
	now    time.Time
	out    []Corroboration
	// doubts are the fields whose labelled value contradicts, by their place in out.
	doubts map[int]PrintedField
}

func (c *corroborator) labelled(fields ...string) []PrintedField {
	var out []PrintedField
	for _, f := range c.fields {
		if slices.Contains(fields, f.Field) {
			out = append(out, f)
		}
	}
	return out
}

func (c *corroborator) add(field, mrz string) *Corroboration {
	c.out = append(c.out, Corroboration{Field: field, MRZ: mrz, Agreement: Missing})
	return &c.out[len(c.out)-1]
}

func (c *Corroboration) set(a Agreement, printed string, confidence float64, labelled bool) {
	c.Agreement, c.Printed, c.Confidence, c.Labelled = a, printed, confidence, labelled
}

// doubt notes the only labelled value of a field that was not found, if it was
// read well enough to contradict. Labels in two languages may both have it.
func (c *corroborator) doubt(values []PrintedField, unlike func(PrintedField) bool) {
	other := func(f PrintedField) bool { return f.Value != values[0].Value }
	if len(values) == 0 || slices.ContainsFunc(values, other) || values[0].Confidence < sure || !unlike(values[0]) {
		return
	}
	if c.doubts == nil {
		c.doubts = map[int]PrintedField{}
	}
	c.doubts[len(c.out)-1] = values[0]
}

const (
	sure = 0.85 // of a labelled value that may contradict
	// certain is for values that contradict by one character only, where an
	// error of the engine is as likely as another document.
	certain = 0.95
)

// contradictions makes doubts of the labelled values differences where the
// labels were understood: two fields at least agreed beside theirs, or three
// contradict. One value put beside the wrong label otherwise accuses people.
func (c *corroborator) contradictions() {
	understood := 0
	for _, r := range c.out {
		if r.Labelled && r.found() {
			understood++
		}
	}
	if understood < 2 && len(c.doubts) < 3 {
		return
	}
	for i, f := range c.doubts {
		c.out[i].set(Differ, f.Value, f.Confidence, true)
	}
}

func (c *corroborator) otherNames() {
	for _, f := range c.labelled(fieldBirthName, fieldUsage) {
		c.add(f.Field, "").set(Missing, f.Value, f.Confidence, true)
	}
}

// Binds says whether what the print of one side has of another side's zone
// suffices to take both for one document: its number and, with it, a name or the
// birth date; or where that side does not print the number, both names and the
// birth date. Whatever contradicts unbinds.
//
// It answers ADR 0010: the back of somebody's card and a front with one's own
// portrait. A front taken from another card does not have the zone's data, and
// one's own former card has another number. It does not stop whoever prints a
// front to go with the back; for that are the hints about the portrait, the
// print and the photograph. A single field binds nothing: names and birth dates
// are shared, and a number alone can be written on paper beside a face.
func Binds(found []Corroboration) bool {
	has := map[string]bool{}
	for _, c := range found {
		switch {
		case c.Agreement == Differ:
			return false
		case c.found():
			has[c.Field] = true
		}
	}
	if has[fieldNumber] {
		return has[fieldPrimary] || has[fieldSecondary] || has[fieldBirth]
	}
	return has[fieldPrimary] && has[fieldSecondary] && has[fieldBirth]
}
