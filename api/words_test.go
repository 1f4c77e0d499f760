package api

import (
	"os"
	"path/filepath"
	"regexp"
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
	"github.com/vouchline/vouchline/templates"
)

// codes are all stable codes that a page may have to put into words, by the
// family of the catalogue.
func codes(t *testing.T) map[string][]string {
	t.Helper()
	advice := []ocr.Advice{
		ocr.AdviceNoDocument, ocr.AdviceSeveralDocuments, ocr.AdviceWhole, ocr.AdviceCloser, ocr.AdviceStraighten, ocr.AdviceLessGlare,
		ocr.AdviceMoreLight, ocr.AdviceLessLight, ocr.AdviceSteady,
	}
	pictures := []string{photo.Empty, photo.TooLarge, photo.UnsupportedFormat, photo.Corrupt, photo.TooManyPixels, photo.TooSmall, photo.Truncated}
	notices := append([]string{
		ocr.CodeNoDocument, ocr.CodeSeveralDocuments, ocr.CodeMRZNotFound, ocr.CodeMRZUnreadable, ocr.CodeMRZWrongLength, ocr.CodeMRZWrongAlphabet, ocr.CodeDateUnknown, ocr.CodeDateInvalid,
		faces.NoFace, faces.SeveralFaces, faces.FaultTooSmall, faces.FaultBlurred, faces.FaultTooDark, faces.FaultTooBright, faces.FaultLowContrast,
		faces.FaultTilted, faces.FaultTurned,
	}, pictures...)
	m := map[string][]string{
		"notice": notices,
		"agreement": {
			string(ocr.Agree), string(ocr.Transliterated), string(ocr.Reordered), string(ocr.Truncated), string(ocr.Misread), string(ocr.Missing), string(ocr.Differ),
		},
		"status":       {string(ledger.StatusActive), string(ledger.StatusSuspended), string(ledger.StatusRevoked), string(ledger.StatusErased)},
		"proof.status": {string(ledger.StatusActive), string(ledger.StatusSuspended), string(ledger.StatusRevoked)},
		"assurance":    {kyc.AssurancePolicy, kyc.AssuranceAgent},
		"ledger_call": {
			ledger.FuncIssueIdentity, ledger.FuncIssueIdentities, ledger.FuncUpdateIdentity, ledger.FuncSetStatus, ledger.FuncEraseIdentity,
			ledger.FuncRegisterOrganisation, ledger.FuncSetOrganisationStatus, ledger.FuncSetOrganisationKey, ledger.FuncAddKey,
			ledger.FuncRevokeKey, ledger.FuncGrantConsent, ledger.FuncRevokeConsent, ledger.FuncIssueCredential, ledger.FuncSetCredentialStatus,
		},
		"event": {
			string(ledger.EventIssued), string(ledger.EventUpdated), string(ledger.EventSuspended), string(ledger.EventResumed),
			string(ledger.EventRevoked), string(ledger.EventErased), string(ledger.EventKeyAdded), string(ledger.EventKeyRevoked),
			string(ledger.EventConsentGranted), string(ledger.EventConsentRevoked), string(ledger.EventCredential),
		},
		"status_reason": {
			ledger.ReasonSubscriberRequest, ledger.ReasonErasure, ledger.ReasonKeyCompromise, ledger.ReasonFraud, ledger.ReasonSuperseded,
			ledger.ReasonExpired, ledger.ReasonUnderReview, ledger.ReasonReviewed, ledger.ReasonAdministrative,
		},
		"scope": keyScopes, "scope_text": keyScopes,
		"network":       {ledger.NetworkFabric, ledger.NetworkEmbedded},
		"document_type": kyc.DocumentTypes(), "document_side": kyc.DocumentTypes(),
		"country": withoutState,
		"field":   append(kyc.AttributeNames(), kyc.QuestionNames()...),
		"error":   append([]string{kyc.FieldRequired, kyc.FieldInvalid, kyc.FieldTooLong, kyc.FieldTooYoung, kyc.FieldFuture, "too_often"}, pictures...),
	}
	for _, days := range consentDays {
		m["days"] = append(m["days"], strconv.Itoa(days))
	}
	for _, move := range moveNames {
		for _, family := range []string{"move", "move_text", "move_button", "organisation_move", "issuer_move", "done"} {
			m[family] = append(m[family], move.name)
		}
		m["asked"] = append(m["asked"], string(move.to))
	}
	for _, move := range lineMoves {
		for _, family := range []string{"line_move", "line_move_text", "line_move_button", "line_done"} {
			m[family] = append(m[family], move.Name)
		}
	}
	m["line_done"] = append(m["line_done"], "drop", "add")
	for _, status := range lineStatuses {
		m["line_status"], m["line_status_text"] = append(m["line_status"], string(status)), append(m["line_status_text"], string(status))
	}
	m["line_status_text"] = append(m["line_status_text"], lineSilent)
	for _, name := range v1.ExportFormats() {
		m["export"], m["export_text"] = append(m["export"], name), append(m["export_text"], name)
	}
	m["line_did"] = lineDeeds(t)
	for _, role := range organisationRoles {
		m["role"], m["role_text"] = append(m["role"], string(role)), append(m["role_text"], string(role))
	}
	for _, fault := range nodeFaults {
		m["node_fault"] = append(m["node_fault"], fault.code)
	}
	for _, r := range kyc.Reasons() {
		m["reason"] = append(m["reason"], string(r))
		m["console_reason"] = append(m["console_reason"], string(r))
	}
	for _, a := range faces.Advices() {
		m["advice"] = append(m["advice"], string(a))
	}
	for _, end := range liveEnds() {
		m["notice"] = append(m["notice"], string(end))
	}
	for _, action := range liveness.Actions() {
		m["live_say"] = append(m["live_say"], string(action))
	}
	for _, s := range kyc.CameraStates() {
		m["phone"] = append(m["phone"], "now_"+string(s))
	}
	for _, a := range advice {
		m["notice"] = append(m["notice"], string(a))
	}
	m["notice"] = append(m["notice"], kyc.SelfieNotices()...)
	for _, r := range kyc.Notices() {
		m["notice"] = append(m["notice"], string(r))
	}
	for _, s := range []ocr.Status{ocr.StatusValid, ocr.StatusUncertain, ocr.StatusInvalid} {
		m["zone"] = append(m["zone"], string(s))
	}
	for _, x := range ocr.Explanations() {
		m["explanation"] = append(m["explanation"], string(x))
	}
	for _, h := range kyc.HintNames() {
		m["hint_name"] = append(m["hint_name"], string(h))
	}
	for _, c := range append(kyc.RequiredChecks(), kyc.CheckHints) {
		m["check"] = append(m["check"], string(c))
	}
	for _, err := range []error{otp.ErrWrong, otp.ErrExpired, otp.ErrUsed, otp.ErrSpent, otp.ErrDisabled, otp.ErrInvalid} {
		m["error"] = append(m["error"], kyc.Code(err))
	}
	problems := append([]string{"other"}, v1.Codes()...)
	for _, r := range refusals() {
		problems = append(problems, r.Code)
	}
	for _, code := range kyc.Codes() {
		if atField(code) {
			m["error"] = append(m["error"], code)
		}
		problems = append(problems, code)
	}
	m["problem"], m["problem_title"] = problems, problems
	for _, s := range kyc.States() {
		if s.Working() {
			m["working"] = append(m["working"], string(s))
		}
	}
	for _, s := range []kyc.State{kyc.InReview, kyc.Rejected, kyc.Expired, kyc.Withdrawn} {
		m["outcome"] = append(m["outcome"], string(s), string(s)+"_title", string(s)+"_next")
	}
	return m
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

// Every stable code has words of its own in every language: "Something went
// wrong" is for what nobody could foresee.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	for _, locale := range templates.Locales() {
		for family, list := range codes(t) {
			for _, code := range list {
				if !templates.HasWords(locale, family, code) {
					t.Errorf("%s: no words for %s.%s", locale, family, code)
				}
			}
		}
	}
}

func TestEveryFieldErrorHasWords(t *testing.T) {
	t.Parallel()
	for _, locale := range templates.Locales() {
		for _, field := range profileFields {
			if !templates.HasWords(locale, "error", field+"."+kyc.FieldRequired) {
				t.Errorf("%s: no words for a missing %s", locale, field)
			}
		}
	}
}

// Whoever makes a key is shown how to try it.
func TestEveryScopeHasAnExample(t *testing.T) {
	t.Parallel()
	for _, scope := range keyScopes {
		if keyExamples[scope] == "" {
			t.Errorf("no example for %s", scope)
		}
	}
}
