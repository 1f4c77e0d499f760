package kyc

import (
	"slices"

	"github.com/vouchline/vouchline/ocr"
)

// A CheckName names one check. Policy knows which must be there.
type CheckName string

// The checks, in the order in which a reviewer reads them.
const (
	CheckContacts     CheckName = "contacts"
	CheckDocument     CheckName = "document"       // read without a doubt, portrait and zone of one document
	CheckExpiry       CheckName = "expiry"         // not expired, not from the future
	CheckHints        CheckName = "document_hints" // signs of a copy or a forgery; can only refer
	CheckProfile      CheckName = "profile_match"  // profile and MRZ agree
	CheckSelfiePhoto  CheckName = "selfie"
	CheckDocumentLive CheckName = "face_document_live"
	CheckDocumentSelf CheckName = "face_document_selfie"
	CheckSelfieLive   CheckName = "face_selfie_live"
	CheckPresentation CheckName = "presentation" // ISO/IEC 30107 PAD
	CheckWords        CheckName = "words"
	CheckDuplicate    CheckName = "duplicate" // nobody enrolled has this face; can only refer
)

// RequiredChecks are the checks without which nobody is approved by policy.
func RequiredChecks() []CheckName {
	return []CheckName{
		CheckContacts, CheckDocument, CheckExpiry, CheckProfile, CheckSelfiePhoto,
		CheckDocumentLive, CheckDocumentSelf, CheckSelfieLive, CheckPresentation, CheckWords, CheckDuplicate,
	}
}

// A Reason is a stable code for why a check or a decision is what it is.
type Reason string

// The reason codes.
const (
	ReasonUnreadable      Reason = "document_unreadable"
	ReasonCheckDigits     Reason = "document_check_digits"
	ReasonUncertain       Reason = "document_uncertain" // check digits right, but the readings disagree
	ReasonExpired         Reason = "document_expired"
	ReasonBadDates        Reason = "document_dates"         // unknown or impossible
	ReasonFuture          Reason = "document_future"        // issued or born in the future, or in force for too long
	ReasonStateUnknown    Reason = "document_state_unknown" // a code that no state has
	ReasonNationality     Reason = "document_nationality"   // a passport of another state than the holder's
	ReasonSpecimen        Reason = "document_specimen"      // of ICAO's Utopia
	ReasonTypeDiffers     Reason = "document_type_differs"
	ReasonProfileDiffers  Reason = "profile_differs"
	ReasonNoPortrait      Reason = "portrait_missing"
	ReasonPortraitUnbound Reason = "portrait_unbound" // nothing ties it to the zone of another side
	ReasonPortraitQuality Reason = "portrait_quality"
	ReasonSidesDiffer     Reason = "sides_differ" // front and back contradict each other
	ReasonFaceUncertain   Reason = "face_uncertain"
	ReasonFaceDifferent   Reason = "face_different"
	ReasonNoFace          Reason = "face_missing"
	ReasonSeveralFaces    Reason = "face_several"
	ReasonPresentation    Reason = "presentation_suspect"
	ReasonLiveReplayed    Reason = "live_replayed"     // frames that came before
	ReasonLiveStill       Reason = "live_still"        // a picture instead of a camera
	ReasonLiveChanged     Reason = "live_face_changed" // another face on the same track
	ReasonLiveClock       Reason = "live_clock"        // times that contradict the server's
	ReasonLiveNotDone     Reason = "live_not_done"     // not all that was asked for was shown
	ReasonPersonAsked     Reason = "person_asked"      // the live step was not possible for the applicant
	ReasonWords           Reason = "words_differ"
	ReasonModelsMissing   Reason = "models_missing"
	ReasonEngineFailed    Reason = "engine_failed"
	ReasonCheckMissing    Reason = "check_missing"
	ReasonAccountExists   Reason = "account_exists"
	ReasonDuplicate       Reason = "duplicate_person"
	ReasonAgent           Reason = "agent_decision"
	ReasonLedgerRefused   Reason = "ledger_refused"
	ReasonSelfieQuality   Reason = "selfie_quality"
)

// Reasons returns every reason code, for whoever puts them into words.
func Reasons() []Reason {
	reasons := []Reason{
		ReasonUnreadable, ReasonCheckDigits, ReasonUncertain, ReasonExpired, ReasonBadDates, ReasonFuture, ReasonStateUnknown,
		ReasonNationality, ReasonSpecimen,
		ReasonTypeDiffers, ReasonProfileDiffers, ReasonNoPortrait, ReasonPortraitUnbound, ReasonPortraitQuality, ReasonSidesDiffer,
		ReasonFaceUncertain, ReasonFaceDifferent, ReasonNoFace, ReasonSeveralFaces, ReasonPresentation,
		ReasonLiveReplayed, ReasonLiveStill, ReasonLiveChanged, ReasonLiveClock, ReasonLiveNotDone, ReasonPersonAsked, ReasonWords,
		ReasonModelsMissing, ReasonEngineFailed, ReasonCheckMissing, ReasonAccountExists, ReasonDuplicate, ReasonAgent,
		ReasonLedgerRefused, ReasonSelfieQuality,
	}
	for _, h := range HintNames() {
		reasons = append(reasons, HintReason(h))
	}
	return reasons
}

// Policy adds checks up to a decision. Its zero value is the policy described
// in requirements E5: a certain contradiction rejects, a doubt refers to a
// proofing agent, and only a full set of passed checks approves.
type Policy struct {
	// LoneHints are the hints of which one alone refers; nil stands for
	// DefaultLoneHints. Two together always do.
	LoneHints []ocr.HintName
}

// Decide returns the outcome with the reasons of the checks that caused it. A
// missing required check is a doubt: approval by omission must be impossible.
func (Policy) Decide(checks []Check) (Outcome, []Reason) {
	var failed, referred []Reason
	var fail, refer bool // apart from the reasons: a check may give none
	latest := map[CheckName]Check{}
	for _, c := range checks {
		latest[c.Name] = c
	}
	for _, name := range RequiredChecks() {
		c, ok := latest[name]
		switch {
		case !ok:
			refer, referred = true, append(referred, ReasonCheckMissing)
		case c.Outcome == Failed:
			fail, failed = true, append(failed, c.Reasons...)
		case c.Outcome == Passed:
		default: // Referred, or an outcome nobody knows
			refer, referred = true, append(referred, c.Reasons...)
		}
		delete(latest, name)
	}
	for _, c := range latest { // checks that are not required can only hold up
		if c.Outcome != Passed {
			refer, referred = true, append(referred, c.Reasons...)
		}
	}
	switch {
	case fail:
		return Failed, distinct(failed)
	case refer:
		return Referred, distinct(referred)
	default:
		return Passed, nil
	}
}

func distinct(reasons []Reason) []Reason {
	slices.Sort(reasons)
	return slices.Compact(reasons)
}

// setCheck replaces the check of that name or adds it.
func setCheck(checks []Check, c Check) []Check {
	for i := range checks {
		if checks[i].Name == c.Name {
			checks[i] = c
			return checks
		}
	}
	return append(checks, c)
}
