package api

import (
	"fmt"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
)

// A pairRow is the comparison of two of the three faces by one model.
type pairRow struct {
	Check     kyc.CheckName // empty for the opinion of a further model
	Model     string
	Score     string
	Threshold string
	Decision  faces.Decision // empty where nothing was compared
	Reasons   []kyc.Reason
}

// pairChecks are the pairs in the order of the photographs above them.
var pairChecks = []kyc.CheckName{kyc.CheckDocumentSelf, kyc.CheckSelfieLive, kyc.CheckDocumentLive}

// pairRows lists the comparisons of document, photograph and live face, each
// with the opinions of further models below it.
func pairRows(checks []kyc.Check) []pairRow {
	var rows []pairRow
	for _, name := range pairChecks {
		for _, c := range checks {
			if c.Name != name {
				continue
			}
			if c.Face == nil {
				rows = append(rows, pairRow{Check: name, Score: none, Threshold: none, Reasons: c.Reasons})
				continue
			}
			row := pairOf(*c.Face)
			row.Check, row.Reasons = name, c.Reasons
			rows = append(rows, row)
			for _, other := range c.Face.Others {
				rows = append(rows, pairOf(other))
			}
		}
	}
	return rows
}

func pairOf(c faces.Comparison) pairRow {
	return pairRow{Model: c.Model, Score: fmt.Sprintf("%.3f", c.Score), Threshold: fmt.Sprintf("%.3f", c.Threshold), Decision: c.Decision}
}

// sameThreshold is the score from which the first model takes two faces for
// one person's, as the case was judged; 0 where it was not.
func sameThreshold(checks []kyc.Check) float64 {
	for _, c := range checks {
		if c.Name == kyc.CheckSelfieLive && c.Face != nil {
			return c.Face.Threshold
		}
	}
	return 0
}

// A faceHint is an estimate beside what the person and the document say, with
// how often such an estimate errs (requirements section 5: never a decision).
type faceHint struct {
	Name       faces.HintName
	Estimate   string
	Expected   string
	UsualError string
	Differs    bool
}

// faceHints is nil where the operator did not switch hints on.
func faceHints(e *kyc.Enrollment) []faceHint {
	if e.Data.Selfie.Hints == nil {
		return nil
	}
	p := e.Data.Profile
	var rows []faceHint
	for _, f := range faces.HintFindings(*e.Data.Selfie.Hints, ageAt(p.BirthDate, e.UpdatedAt), p.Sex) {
		row := faceHint{Name: f.Name, Differs: f.Differs}
		if f.Name == faces.HintAge {
			row.Estimate, row.Expected, row.UsualError = fmt.Sprintf("%.0f", f.Value), fmt.Sprintf("%.0f", f.Expected), fmt.Sprintf("± %.1f", f.UsualError)
		} else {
			row.Estimate, row.Expected, row.UsualError = percent(f.Value), none, percent(f.UsualError)
			if f.Name == faces.HintSex {
				row.Expected = p.Sex
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

// ageAt is the age in whole years, or -1 for a date that is none.
func ageAt(birth string, at time.Time) float64 {
	b, err := time.Parse(time.DateOnly, birth)
	if err != nil || at.Before(b) {
		return -1
	}
	years := at.Year() - b.Year()
	if at.Before(b.AddDate(years, 0, 0)) {
		years--
	}
	return float64(years)
}
