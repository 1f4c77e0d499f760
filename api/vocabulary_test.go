package api

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/otp"
)

// A vocabulary is every stable code that a page may have to put into words, by
// the family of the catalogue.
type vocabulary map[string][]string

func codes(t *testing.T) vocabulary {
	t.Helper()
	v := vocabulary{}
	v.ofEnrollment()
	v.ofNotices()
	v.ofDocuments()
	v.ofReview()
	v.ofLedger()
	v.ofLines(t)
	v.ofProblems()
	return v
}

// add takes codes up into each of the families.
func (v vocabulary) add(codes []string, families ...string) {
	for _, family := range families {
		v[family] = append(v[family], codes...)
	}
}

// texts are codes whatever their type.
func texts[C ~string](codes ...C) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = string(c)
	}
	return out
}

// pictures are what may be wrong with a file before anybody looks at it.
func pictures() []string {
	return []string{photo.Empty, photo.TooLarge, photo.UnsupportedFormat, photo.Corrupt, photo.TooManyPixels, photo.TooSmall, photo.Truncated}
}

// ofEnrollment is where an applicant is and what the camera page says.
func (v vocabulary) ofEnrollment() {
	for _, s := range kyc.States() {
		if s.Working() {
			v.add(texts(s), "working")
		}
	}
	for _, s := range texts(kyc.InReview, kyc.Rejected, kyc.Expired, kyc.Withdrawn) {
		v.add([]string{s, s + "_title", s + "_next"}, "outcome")
	}
	for _, s := range texts(kyc.CameraStates()...) {
		v.add([]string{"now_" + s}, "phone")
	}
	v.add(texts(faces.Advices()...), "advice")
	v.add(texts(liveness.Actions()...), "live_say")
	v.add(append(kyc.AttributeNames(), kyc.QuestionNames()...), "field")
	v.add(withoutState, "country")
}

// ofNotices is why a photograph or a session has to be made again.
func (v vocabulary) ofNotices() {
	v.add([]string{
		ocr.CodeNoDocument, ocr.CodeSeveralDocuments, ocr.CodeMRZNotFound, ocr.CodeMRZUnreadable, ocr.CodeMRZWrongLength,
		ocr.CodeMRZWrongAlphabet, ocr.CodeDateUnknown, ocr.CodeDateInvalid,
		faces.NoFace, faces.SeveralFaces, faces.FaultTooSmall, faces.FaultBlurred, faces.FaultTooDark, faces.FaultTooBright,
		faces.FaultLowContrast, faces.FaultTilted, faces.FaultTurned,
	}, "notice")
	v.add(texts(
		ocr.AdviceNoDocument, ocr.AdviceSeveralDocuments, ocr.AdviceWhole, ocr.AdviceCloser, ocr.AdviceStraighten, ocr.AdviceLessGlare,
		ocr.AdviceMoreLight, ocr.AdviceLessLight, ocr.AdviceSteady,
	), "notice")
	v.add(pictures(), "notice")
	v.add(texts(liveEnds()...), "notice")
	v.add(kyc.SelfieNotices(), "notice")
	v.add(texts(kyc.Notices()...), "notice")
}

// ofDocuments is what was read of a document beside what was claimed.
func (v vocabulary) ofDocuments() {
	v.add(kyc.DocumentTypes(), "document_type", "document_side")
	v.add(texts(ocr.Agree, ocr.Transliterated, ocr.Reordered, ocr.Truncated, ocr.Misread, ocr.Missing, ocr.Differ), "agreement")
	v.add(texts(ocr.Explanations()...), "explanation")
	v.add(texts(ocr.StatusValid, ocr.StatusUncertain, ocr.StatusInvalid), "zone")
}

// ofReview is what a proofing agent is told of a case.
func (v vocabulary) ofReview() {
	v.add(texts(kyc.Reasons()...), "reason", "console_reason")
	v.add(texts(append(kyc.RequiredChecks(), kyc.CheckHints)...), "check")
	v.add(texts(kyc.HintNames()...), "hint_name")
	v.add(keyScopes, "scope", "scope_text")
}

// ofLedger is what an identity, an organisation and the network may be or do.
func (v vocabulary) ofLedger() {
	v.add(texts(ledger.StatusActive, ledger.StatusSuspended, ledger.StatusRevoked), "status", "proof.status")
	v.add(texts(ledger.StatusErased), "status")
	v.add([]string{kyc.AssurancePolicy, kyc.AssuranceAgent}, "assurance")
	v.add([]string{ledger.NetworkFabric, ledger.NetworkEmbedded}, "network")
	v.add([]string{
		ledger.FuncIssueIdentity, ledger.FuncIssueIdentities, ledger.FuncUpdateIdentity, ledger.FuncSetStatus, ledger.FuncEraseIdentity,
		ledger.FuncRegisterOrganisation, ledger.FuncSetOrganisationStatus, ledger.FuncSetOrganisationKey, ledger.FuncAddKey,
		ledger.FuncRevokeKey, ledger.FuncGrantConsent, ledger.FuncRevokeConsent, ledger.FuncIssueCredential, ledger.FuncSetCredentialStatus,
	}, "ledger_call")
	v.add(texts(
		ledger.EventIssued, ledger.EventUpdated, ledger.EventSuspended, ledger.EventResumed, ledger.EventRevoked, ledger.EventErased,
		ledger.EventKeyAdded, ledger.EventKeyRevoked, ledger.EventConsentGranted, ledger.EventConsentRevoked, ledger.EventCredential,
	), "event")
	v.add([]string{
		ledger.ReasonSubscriberRequest, ledger.ReasonErasure, ledger.ReasonKeyCompromise, ledger.ReasonFraud, ledger.ReasonSuperseded,
		ledger.ReasonExpired, ledger.ReasonUnderReview, ledger.ReasonReviewed, ledger.ReasonAdministrative,
	}, "status_reason")
	for _, move := range moveNames {
		v.add([]string{move.name}, "move", "move_text", "move_button", "organisation_move", "issuer_move", "done")
		v.add(texts(move.to), "asked")
	}
	for _, days := range consentDays {
		v.add([]string{strconv.Itoa(days)}, "days")
	}
	v.add(texts(organisationRoles...), "role", "role_text")
	for _, fault := range nodeFaults {
		v.add([]string{fault.code}, "node_fault")
	}
}

// ofLines is what a line may be, what may be done with it, and its history.
func (v vocabulary) ofLines(t *testing.T) {
	t.Helper()
	for _, move := range lineMoves {
		v.add([]string{move.Name}, "line_move", "line_move_text", "line_move_button", "line_done")
	}
	v.add([]string{"drop", "add"}, "line_done")
	v.add(texts(lineStatuses...), "line_status", "line_status_text")
	v.add([]string{lineSilent}, "line_status_text")
	v.add(v1.ExportFormats(), "export", "export_text")
	v.add(lineDeeds(t), "line_did")
}

// ofProblems is what may be wrong with a request: at a field, or as a whole.
func (v vocabulary) ofProblems() {
	v.add([]string{kyc.FieldRequired, kyc.FieldInvalid, kyc.FieldTooLong, kyc.FieldTooYoung, kyc.FieldFuture, "too_often"}, "error")
	v.add(pictures(), "error")
	for _, err := range []error{otp.ErrWrong, otp.ErrExpired, otp.ErrUsed, otp.ErrSpent, otp.ErrDisabled, otp.ErrInvalid} {
		v.add([]string{kyc.Code(err)}, "error")
	}
	v.add(slices.DeleteFunc(kyc.Codes(), func(code string) bool { return !atField(code) }), "error")
	problem := []string{"problem", "problem_title"}
	v.add([]string{"other"}, problem...)
	v.add(v1.Codes(), problem...)
	v.add(kyc.Codes(), problem...)
	for _, r := range refusals() {
		v.add([]string{r.Code}, problem...)
	}
}

// auditedLine finds what the flow records of a line.
var auditedLine = regexp.MustCompile(`(?:audit\(ctx, [^,]+(?:, [^,]+)?|staffChange\(ctx, \w+, actor), "(\w+)", (?:LineSubject|extension)`)

// lineDeeds are what the history of a line may hold, read from the flow's
// source so that a new one cannot be forgotten.
func lineDeeds(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../kyc/flow_*.go")
	if err != nil {
		t.Fatal(err)
	}
	var deeds []string
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range auditedLine.FindAllStringSubmatch(string(b), -1) {
			if m[1] != "view_line" { // is told apart
				deeds = append(deeds, m[1])
			}
		}
	}
	if len(deeds) < 10 {
		t.Fatalf("found only %q in the flow: the test looks at nothing", deeds)
	}
	return deeds
}
