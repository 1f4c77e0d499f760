package ocr

import (
	"log/slog"
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

// String redacts the values.
func (c Corroboration) String() string { return c.Field + "=" + string(c.Agreement) }

// GoString redacts the values.
func (c Corroboration) GoString() string { return c.String() }

// LogValue redacts the values.
func (c Corroboration) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Corroborate looks for every field of the zone in the print.
func Corroborate(m MRZ, p Printed, now time.Time) []Corroboration { return nil }

// Binds says whether what the print has of a zone suffices to take both for
// sides of one document.
func Binds(found []Corroboration) bool { return false }
