package faces

import (
	"log/slog"
	"math"
)

// Names of the expressions in Hints.
const (
	Neutral   = "neutral"
	Happy     = "happy"
	Sad       = "sad"
	Angry     = "angry"
	Fearful   = "fearful"
	Disgusted = "disgusted"
	Surprised = "surprised"
)

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

// HintName names a HintFinding.
type HintName string

// The findings.
const (
	HintAge    HintName = "age"
	HintSex    HintName = "sex"
	HintDuress HintName = "duress"
)

// A HintFinding sets an estimate beside what is known of the person. It is
// for a reviewer's eyes: no policy reads it.
type HintFinding struct {
	Name HintName `json:"name"`
	// Value is the estimate: years, the probability of the known sex, or that
	// of a fearful expression.
	Value float64 `json:"value"`
	// Expected is what the document says: the age in years; for the sex 1; for
	// duress 0.
	Expected float64 `json:"expected"`
	// Differs says that the two are farther apart than UsualError explains.
	Differs bool `json:"differs"`
	// UsualError is the model's mean error in years, or how often it is wrong,
	// 0 to 1, in the measurement of its manifest.
	UsualError float64 `json:"usual_error"`
}

// What the models are known to get wrong. On the data they were trained with
// age is off by 5.2 years in the mean, and the sex is wrong in 5.3 of a hundred
// (UTKFace, n=1185: too good for other faces); of posed and candid expressions
// half are read wrong (FER2013).
const (
	usualAgeError        = 5.2
	usualSexError        = 0.053
	usualExpressionError = 0.49
	// ageErrors is how many mean errors a difference may have and mean nothing:
	// absolute errors that are normal exceed 2.4 times their mean in one of
	// twenty faces.
	ageErrors = 2.4
	// surely is the probability from which an estimate is one.
	surely = 0.9
	// afraid is the probability of fear from which a reviewer looks.
	afraid = 0.5
)

// HintFindings compares the hints with the age in years and the sex, M or F,
// that the document gives; an age below zero or another sex is not known, and
// then nothing is found about it.
func HintFindings(h Hints, age float64, sex string) []HintFinding {
	var found []HintFinding
	if age >= 0 {
		found = append(found, HintFinding{
			Name: HintAge, Value: h.Age, Expected: age, UsualError: usualAgeError,
			Differs: math.Abs(h.Age-age) > ageErrors*usualAgeError,
		})
	}
	if sex == "F" || sex == "M" {
		likely := h.Female
		if sex == "M" {
			likely = 1 - h.Female
		}
		found = append(found, HintFinding{
			Name: HintSex, Value: likely, Expected: 1, UsualError: usualSexError,
			Differs: likely < 1-surely,
		})
	}
	fear := h.Expressions[Fearful]
	return append(found, HintFinding{
		Name: HintDuress, Value: fear, UsualError: usualExpressionError,
		Differs: fear >= afraid,
	})
}
