package ocr

import (
	"log/slog"
	"time"
)

// Printed is what was read of a document's visual inspection zone (VIZ,
// ICAO 9303-3, 3): everything printed that is not the MRZ.
type Printed struct {
	Lines  []PrintedLine  `json:"lines,omitempty"`
	Fields []PrintedField `json:"fields,omitempty"` // see ParsePrinted
}

// PrintedLine is one line of print, its words from left to right.
type PrintedLine struct {
	Words []PrintedWord `json:"words"`
}

// PrintedWord is one word as the engine read it.
type PrintedWord struct {
	Text       string  `json:"text"`
	Confidence float64 `json:"confidence"` // the engine's own, 0 to 1
	Box        Rect    `json:"box"`        // in the pixels of the upright document
}

// PrintedField is a value found beside or below its label.
type PrintedField struct {
	Field string `json:"field"` // JSON name in Fields, or one that only print has
	Label string `json:"label"` // as the dictionary has it
	Value string `json:"value"` // as printed; dates YYYY-MM-DD
	// Alternatives are other readings of the same print: a date whose day and
	// month may change places, an M that may be a woman's (mujer).
	Alternatives []string `json:"alternatives,omitempty"`
	// Confidence is the engine's in the value's weakest word, less what differs
	// in the label and what else could be the value. 0 to 1.
	Confidence float64 `json:"confidence"`
}

// String redacts the value.
func (f PrintedField) String() string { return f.Field + "=redacted" }

// GoString redacts the value.
func (f PrintedField) GoString() string { return f.String() }

// LogValue redacts the value.
func (f PrintedField) LogValue() slog.Value { return slog.StringValue(f.String()) }

// String redacts.
func (Printed) String() string { return "Printed(redacted)" }

// GoString redacts.
func (p Printed) GoString() string { return p.String() }

// LogValue redacts.
func (p Printed) LogValue() slog.Value { return slog.StringValue(p.String()) }

// ParsePrinted finds labelled values in lines of print, by the names documents
// give their fields in English, French, Spanish, Portuguese and German. A value
// stands beside its label, after a colon or in the next column, or below it;
// words without boxes are taken to stand line below line. Where more than one
// text may be the value, each is returned, with less confidence. The MRZ itself
// is not print and is passed over.
//
// now resolves years of two digits.
func ParsePrinted(lines []PrintedLine, now time.Time) []PrintedField {
	s := newSheet(lines)
	var out []PrintedField
	for _, h := range s.headings() {
		if h.field == fieldOther {
			continue
		}
		out = append(out, s.values(h, now)...)
	}
	return out
}
