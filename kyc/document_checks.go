package kyc

import (
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// minPortraitScore is the least quality of a portrait that faces are compared
// with by machine: below it even the same print is hardly like itself.
const minPortraitScore = 0.3

// documentChecks judges the document by itself: first whether it was read and
// whether its sides belong together, then, if it was, whether it is in force.
func documentChecks(kind string, s sides, now time.Time) []Check {
	document := Check{Name: CheckDocument, Outcome: Passed, At: now}
	expiry := Check{Name: CheckExpiry, Outcome: Passed, At: now}
	document.refer(zoneFault(kind, s.MRZ))
	if s.MRZ == nil {
		expiry.refer(ReasonUnreadable)
	} else {
		s.find(&document, &expiry, now)
	}
	document.refer(bondFault(s))
	document.refer(portraitFault(s))
	return []Check{document, expiry}
}

// refer adds a reason for a person to look; "" is none.
func (c *Check) refer(why Reason) {
	if why == "" || slices.Contains(c.Reasons, why) {
		return
	}
	c.Reasons = append(c.Reasons, why)
	if c.Outcome != Failed {
		c.Outcome = Referred
	}
}

// findingReasons are the reasons for what is odd about a document. What is not
// here, because a later reader finds it, counts as a date that cannot be.
var findingReasons = map[ocr.FindingCode]Reason{
	ocr.FindingExpired:            ReasonExpired,
	ocr.FindingImpossibleDate:     ReasonBadDates,
	ocr.FindingUnknownDate:        ReasonBadDates,
	ocr.FindingTooOld:             ReasonBadDates,
	ocr.FindingIssuedAfterExpiry:  ReasonBadDates,
	ocr.FindingIssuedBeforeBirth:  ReasonBadDates,
	ocr.FindingBirthAfterExpiry:   ReasonBadDates,
	ocr.FindingValidTooLong:       ReasonFuture,
	ocr.FindingFutureIssue:        ReasonFuture,
	ocr.FindingBirthInFuture:      ReasonFuture,
	ocr.FindingUnknownState:       ReasonStateUnknown,
	ocr.FindingUnknownNationality: ReasonStateUnknown,
	ocr.FindingOtherNationality:   ReasonNationality,
	ocr.FindingSpecimen:           ReasonSpecimen,
}

// find adds what is odd about dates and states. Only a document that was read
// beyond doubt and has expired fails: any other oddity may be a misreading, or
// a rule of the state that issued it.
func (s sides) find(document, expiry *Check, now time.Time) {
	for _, f := range ocr.Findings(*s.MRZ, s.printedFields(), now) {
		why, known := findingReasons[f.Code]
		switch {
		case !known:
			expiry.refer(ReasonBadDates)
		case why == ReasonExpired && s.MRZ.Valid:
			expiry.Outcome, expiry.Reasons = Failed, append(expiry.Reasons, why)
		case why == ReasonStateUnknown || why == ReasonNationality || why == ReasonSpecimen:
			document.refer(why)
		default:
			expiry.refer(why)
		}
	}
	if strings.Trim(s.MRZ.Fields.ExpiryDate, string(ocr.Filler)) == "" {
		expiry.refer(ReasonBadDates) // the zone of a French card before 2021 has no such date
	}
}

// zoneFault says what keeps the zone from being relied on.
func zoneFault(kind string, m *ocr.MRZ) Reason {
	switch status := standing(m); {
	case status == "":
		return ReasonUnreadable
	case status == ocr.StatusUncertain:
		return ReasonUncertain
	case status != ocr.StatusValid:
		return ReasonCheckDigits
	case !isKind(kind, *m):
		return ReasonTypeDiffers
	default:
		return ""
	}
}

// bondFault refers a card whose sides nothing ties together: a stranger's back
// with one's own photograph as front would match one's own face (ADR 0010).
func bondFault(s sides) Reason {
	switch {
	case s.bond == contradicted:
		return ReasonSidesDiffer
	case s.portrait >= 0 && s.bond != bound:
		return ReasonPortraitUnbound
	default:
		return ""
	}
}

// portraitFault: without a good portrait the faces cannot be compared with the
// document.
func portraitFault(s sides) Reason {
	switch {
	case s.portrait < 0:
		return ReasonNoPortrait
	case s.PortraitQuality != nil && s.PortraitQuality.Score < minPortraitScore:
		return ReasonPortraitQuality
	default:
		return ""
	}
}

// isKind reports whether the zone belongs to the kind of document that was
// chosen (ICAO 9303-4 to -7: P passports, V visas; cards have A, C or I).
func isKind(kind string, mrz ocr.MRZ) bool {
	code := mrz.Fields.DocumentCode
	if code == "" {
		return false
	}
	switch kind {
	case "passport":
		return code[0] == 'P'
	case "visa":
		return code[0] == 'V'
	case "identity_card", "residence_permit":
		return code[0] == 'A' || code[0] == 'C' || code[0] == 'I' || code[0] == 'R' || code[0] == 'T'
	default:
		return false
	}
}

// profileCheck judges what the applicant claims beside the document.
func profileCheck(comparisons []ocr.FieldComparison, now time.Time) Check {
	for _, c := range comparisons {
		if !Supported(c) {
			return Check{Name: CheckProfile, Outcome: Referred, Reasons: []Reason{ReasonProfileDiffers}, At: now}
		}
	}
	return Check{Name: CheckProfile, Outcome: Passed, At: now}
}

// Supported reports whether the document has what the person claims. Given names
// may be left out, but not added: the ledger would carry one that nobody proofed.
func Supported(c ocr.FieldComparison) bool {
	return c.OK() && c.Explanation != ocr.ExplainFewerNames
}
