package ocr

import (
	"fmt"
	"log/slog"
	"strings"
)

// MRZ is a parsed machine readable zone.
type MRZ struct {
	Format Format   `json:"format"`
	Lines  []string `json:"lines"`
	Valid  bool     `json:"valid"` // Status is StatusValid
	Status Status   `json:"status"`
	Fields Fields   `json:"fields"`
	Checks []Check  `json:"checks"`
	// Confidence of each field by its JSON name in Fields, 0 to 1: the part of
	// the readings that agree on its weakest character; 1 only where at least two
	// readings, all of them, do, and at most a half where one engine of two objects
	// to the zone and reads another. Empty where the lines were not read from a
	// picture.
	Confidence map[string]float64 `json:"confidence,omitempty"`
}

// Status says how far a zone can be relied on.
type Status string

// The states of a zone.
const (
	StatusValid     Status = "valid"     // every check holds and the readings agree
	StatusUncertain Status = "uncertain" // every check digit holds, and readings of the picture disagree
	StatusInvalid   Status = "invalid"   // a check digit is wrong or a field holds what it cannot
)

// Fields are the data elements. Fillers inside names are spaces, dates keep
// their two-digit year until someone resolves the century by its role.
type Fields struct {
	DocumentCode        string `json:"document_code"`
	IssuingState        string `json:"issuing_state"`
	DocumentNumber      string `json:"document_number"`
	PrimaryIdentifier   string `json:"primary_identifier"`
	SecondaryIdentifier string `json:"secondary_identifier"`
	Nationality         string `json:"nationality"`
	BirthDate           string `json:"birth_date"`  // YYMMDD
	Sex                 string `json:"sex"`         // M, F or <
	ExpiryDate          string `json:"expiry_date"` // YYMMDD
	OptionalData        string `json:"optional_data"`
	OptionalData2       string `json:"optional_data_2"`
}

// Check is the outcome of one check: a check digit by the name of its field,
// "composite", or "alphabet" (every field holds what the standard lets it hold,
// dates are possible).
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
}

// String tells format and validity only: the zone is personal data.
func (m MRZ) String() string { return fmt.Sprintf("MRZ(%s valid=%t)", m.Format, m.Valid) }

// GoString redacts %#v as String does %v.
func (m MRZ) GoString() string { return m.String() }

// LogValue redacts, see String. The names of failed checks are kept.
func (m MRZ) LogValue() slog.Value {
	var failed []string
	for _, c := range m.Checks {
		if !c.OK {
			failed = append(failed, c.Name)
		}
	}
	return slog.GroupValue(slog.String("format", string(m.Format)), slog.Bool("valid", m.Valid),
		slog.String("failed_checks", strings.Join(failed, ",")))
}

// String redacts.
func (Fields) String() string { return "Fields(redacted)" }

// GoString redacts.
func (f Fields) GoString() string { return f.String() }

// LogValue redacts.
func (f Fields) LogValue() slog.Value { return slog.StringValue(f.String()) }

// ParseMRZ parses the lines of a machine readable zone. Lines of a length that
// no format has, or with characters no MRZ has, are an *Error; wrong check
// digits are not: they make Valid false.
func ParseMRZ(lines []string) (MRZ, error) {
	f, err := detect(lines)
	if err != nil {
		return MRZ{}, err
	}
	for i, l := range lines {
		for j := range len(l) {
			if strings.IndexByte(alphabet, l[j]) < 0 {
				return MRZ{}, &Error{Code: CodeMRZWrongAlphabet, Detail: fmt.Sprintf("line %d, column %d", i+1, j+1)}
			}
		}
	}
	m := MRZ{Format: f, Lines: append([]string(nil), lines...), Valid: true, Status: StatusValid}
	m.parse()
	return m, nil
}

func (m *MRZ) parse() {
	l := layouts[m.Format]
	m.Checks = append(m.Checks, Check{checkAlphabet, m.inAlphabet()})
	overflow := 0 // characters of the optional data that belong to a long number
	for _, fd := range l.fields {
		value := fd.at.of(m.Lines)
		if fd.name == fieldOptional {
			value = value[overflow:]
		}
		if fd.checked() {
			var ok bool
			if number, used, long := m.longNumber(fd); long {
				value, overflow, ok = number, used, used > 0
			} else {
				ok = checkHolds(fd, value, fd.check.of(m.Lines)[0])
			}
			m.Checks = append(m.Checks, Check{fd.name, ok})
		}
		m.Fields.set(fd.name, value)
	}
	if m.Format == FRID {
		m.Fields.Nationality = "FRA" // the card has no such field and is given to citizens only
	}
	if l.compositeDigit.to > 0 {
		ok := CheckDigit(m.composite()) == l.compositeDigit.of(m.Lines)[0]
		m.Checks = append(m.Checks, Check{checkComposite, ok})
	}
	for _, c := range m.Checks {
		if !c.OK {
			m.Valid, m.Status = false, StatusInvalid
		}
	}
}

// checkHolds compares a field with its check digit. Empty optional data may
// have the filler for a check digit (ICAO 9303-4, 4.2.2.2).
func checkHolds(fd field, value string, digit byte) bool {
	if fd.name == fieldOptional && digit == Filler {
		return onlyFillers(value)
	}
	return CheckDigit(value) == digit
}

// longNumber joins a document number of more than nine characters: a filler
// stands for its check digit, and the rest, then the check digit, then a filler
// begin the optional data (ICAO 9303-5, 4.2.2.2 note j; 9303-6). used is how many
// characters of the optional data it took, 0 where its check digit is wrong.
func (m *MRZ) longNumber(fd field) (number string, used int, long bool) {
	if fd.name != fieldNumber || (m.Format != TD1 && m.Format != TD2) || fd.check.of(m.Lines)[0] != Filler {
		return "", 0, false
	}
	head := fd.at.of(m.Lines)
	var tail string
	for _, o := range layouts[m.Format].fields {
		if o.name == fieldOptional {
			tail, _, _ = strings.Cut(o.at.of(m.Lines), "<")
		}
	}
	n := len(tail)
	if n < 2 || CheckDigit(head+tail[:n-1]) != tail[n-1] {
		return head, 0, true
	}
	return head + tail[:n-1], n, true
}

func (m *MRZ) composite() string {
	var b strings.Builder
	for _, s := range layouts[m.Format].composite {
		b.WriteString(s.of(m.Lines))
	}
	return b.String()
}

func (f *Fields) set(name, value string) {
	trimmed := strings.Trim(value, "<")
	switch name {
	case fieldCode:
		f.DocumentCode = trimmed
	case fieldState:
		f.IssuingState = trimmed
	case fieldNumber:
		f.DocumentNumber = trimmed
	case fieldNames:
		primary, secondary, _ := strings.Cut(trimmed, "<<")
		f.PrimaryIdentifier, f.SecondaryIdentifier = spaced(primary), spaced(secondary)
	case fieldPrimary:
		f.PrimaryIdentifier = spaced(trimmed)
	case fieldSecondary:
		f.SecondaryIdentifier = spaced(trimmed)
	case fieldNationality:
		f.Nationality = trimmed
	case fieldBirth:
		f.BirthDate = value
	case fieldSex:
		f.Sex = value
	case fieldExpiry:
		f.ExpiryDate = value
	case fieldOptional:
		f.OptionalData = trimmed
	case fieldOptional2:
		f.OptionalData2 = trimmed
	}
}

// spaced makes a name readable: fillers between components become one space.
func spaced(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == Filler }), " ")
}

// namesTruncated says whether the names run to the end of their field, which
// is how ICAO 9303-3, 4.6 shows that they may have been cut.
func (m MRZ) namesTruncated() (primary, secondary bool) {
	for _, fd := range layouts[m.Format].fields {
		// A stored zone may hold anything.
		full := len(m.Lines) > fd.at.line && len(m.Lines[fd.at.line]) >= fd.at.to && m.Lines[fd.at.line][fd.at.to-1] != Filler
		switch fd.name {
		case fieldNames:
			return full, full
		case fieldPrimary:
			primary = full
		case fieldSecondary:
			secondary = full
		}
	}
	return primary, secondary
}
