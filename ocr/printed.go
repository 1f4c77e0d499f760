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
	Field      string  `json:"field"` // JSON name in Fields
	Label      string  `json:"label"` // as the dictionary has it
	Value      string  `json:"value"` // as printed; dates YYYY-MM-DD
	Confidence float64 `json:"confidence"`
}

// String redacts.
func (Printed) String() string { return "Printed(redacted)" }

// GoString redacts.
func (p Printed) GoString() string { return p.String() }

// LogValue redacts.
func (p Printed) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Corroboration is one field of the MRZ beside the same in print.
type Corroboration struct {
	Field     string    `json:"field"`
	MRZ       string    `json:"mrz"`
	Printed   string    `json:"printed"`
	Agreement Agreement `json:"agreement"` // Missing where the print was not found
}

// String redacts the values.
func (c Corroboration) String() string { return c.Field + "=" + string(c.Agreement) }

// GoString redacts the values.
func (c Corroboration) GoString() string { return c.String() }

// LogValue redacts the values.
func (c Corroboration) LogValue() slog.Value { return slog.StringValue(c.String()) }

// ParsePrinted finds labelled values in lines of print.
func ParsePrinted(lines []PrintedLine, now time.Time) []PrintedField { return nil }

// Corroborate looks for every field of the zone in the print.
func Corroborate(m MRZ, p Printed, now time.Time) []Corroboration { return nil }

// Binds says whether what the print has of a zone suffices to take both for
// sides of one document.
func Binds(found []Corroboration) bool { return false }
