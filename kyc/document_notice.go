package kyc

import (
	"slices"

	"github.com/vouchline/vouchline/ocr"
)

// mendable are the faults of a document that its applicant can mend, in the
// order in which they are told. Photographed better, the same document may do;
// the others need another document or side. What is missing here is for a
// proofing agent: there is nothing that the applicant could do.
var mendable = []struct {
	why          Reason
	byPhotograph bool
}{
	{ReasonUnreadable, true},
	{ReasonCheckDigits, true},
	{ReasonUncertain, true},
	{ReasonTypeDiffers, false},
	{ReasonExpired, false},
	{ReasonSidesDiffer, false},
	{ReasonNoPortrait, true},
	{ReasonPortraitQuality, true},
}

// mend returns the one instruction by which the applicant may do better, or ""
// where nothing can be mended. One at a time: of two, people follow neither.
func mend(s sides, checks []Check) string {
	var reasons []Reason
	for _, c := range checks {
		reasons = append(reasons, c.Reasons...)
	}
	for _, m := range mendable {
		switch {
		case !slices.Contains(reasons, m.why):
		case m.byPhotograph:
			return s.instruction(m.why)
		default:
			return string(m.why)
		}
	}
	return ""
}

// instruction says how to photograph better: that there is no document or more
// than one, else what the quality of the photograph at fault calls for, else
// what the engine could not do, else the reason itself.
func (s sides) instruction(why Reason) string {
	suspects := s.suspects(why)
	for _, shot := range suspects {
		if shot.fault == ocr.CodeNoDocument || shot.fault == ocr.CodeSeveralDocuments {
			return shot.fault
		}
		if advice, ok := shot.Quality.Advice(); ok {
			return string(advice)
		}
	}
	if why != ReasonUnreadable {
		return string(why)
	}
	for _, shot := range suspects {
		if shot.fault != "" && shot.fault != ocr.CodeMRZNotFound {
			return shot.fault
		}
	}
	return ocr.CodeMRZNotFound // so says the front of every card, too
}

// suspects returns the photographs that may have caused a fault, the likeliest
// first. Where no zone was found it should have been on the last one: cards
// have it on their back.
func (s sides) suspects(why Reason) []shot {
	switch {
	case why == ReasonPortraitQuality:
		return s.shots[s.portrait : s.portrait+1]
	case why == ReasonNoPortrait && len(s.shots) > 1 && s.zone >= 0:
		return slices.Delete(slices.Clone(s.shots), s.zone, s.zone+1)
	case s.zone >= 0:
		return s.shots[s.zone : s.zone+1]
	default:
		last := slices.Clone(s.shots)
		slices.Reverse(last)
		return last
	}
}

// nothing reports that no photograph shows anything to decide on: each was
// seen to hold no document, or several.
func (s sides) nothing() bool {
	return s.zone < 0 && s.portrait < 0 && !slices.ContainsFunc(s.shots, func(s shot) bool {
		seen := s.Quality.Document
		return s.fault != ocr.CodeNoDocument && s.fault != ocr.CodeSeveralDocuments && seen != ocr.SightNone && seen != ocr.SightSeveral
	})
}

// Notices returns the reasons that an applicant may be told as what to do
// better about a document, for whoever puts them into words.
func Notices() []Reason {
	var out []Reason
	for _, m := range mendable {
		out = append(out, m.why)
	}
	return out
}
