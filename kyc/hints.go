package kyc

import (
	"slices"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// HintNames returns every hint that an engine may give about a document.
func HintNames() []ocr.HintName {
	return []ocr.HintName{
		ocr.HintScreenReplay, ocr.HintMonochromeCopy, ocr.HintPrintDiffers, ocr.HintMRZFont,
	}
}

// HintReason is the reason code of a hint.
func HintReason(h ocr.HintName) Reason { return Reason("hint_" + string(h)) }

// DefaultLoneHints are the hints that refer by themselves where the operator
// chose none: a document whose zone and print contradict each other. The
// others rest on how the photograph looks (ADR 0011).
func DefaultLoneHints() []ocr.HintName { return []ocr.HintName{ocr.HintPrintDiffers} }

// hintsCheck weighs the hints about a document. A hint proves nothing, so the
// check never fails; raised ones are named even where they do not suffice, for
// the case may be looked at for another reason.
func (p Policy) hintsCheck(hints []ocr.Hint, now time.Time) Check {
	lone := p.LoneHints
	if lone == nil {
		lone = DefaultLoneHints()
	}
	check := Check{Name: CheckHints, Outcome: Passed, At: now}
	for _, h := range hints {
		if !h.Raised {
			continue
		}
		check.Reasons = append(check.Reasons, HintReason(h.Name))
		if slices.Contains(lone, h.Name) {
			check.Outcome = Referred
		}
	}
	if len(check.Reasons) > 1 {
		check.Outcome = Referred
	}
	return check
}
