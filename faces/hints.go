package faces

import "log/slog"

// Hints are estimates about the person on a photograph. They are off by
// default, for a reviewer only and never part of a decision (requirements
// section 5; EU AI Act, Annex III); the manifest has their error rates.
type Hints struct {
	Age float64 `json:"age"` // years
	// Female is the probability of the sex, 0 to 1.
	Female float64 `json:"female"`
	// Expressions are probabilities by name: neutral, happy, sad, angry,
	// fearful, disgusted, surprised.
	Expressions map[string]float64 `json:"expressions"`
}

// LogValue keeps personal data out of the logs.
func (Hints) LogValue() slog.Value { return slog.StringValue("[hints]") }

// String keeps personal data out of formatted text.
func (Hints) String() string { return "[hints]" }

// GoString keeps personal data out of %#v.
func (Hints) GoString() string { return "[hints]" }
