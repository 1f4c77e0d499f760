package kyc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

func TestWholeWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Issued)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if b.ledger.issued != 1 {
		t.Errorf("the ledger was asked %d times, want once", b.ledger.issued)
	}
	if len(b.pbx.Accounts()) != 1 {
		t.Errorf("the PBX has %d accounts, want 1", len(b.pbx.Accounts()))
	}
	proof, err := b.flow.Proof(t.Context(), e.Data.Identity.ID)
	must(t, err)
	if proof.Identity.Status != "active" || proof.Identity.Assurance != kyc.AssurancePolicy {
		t.Errorf("record = %+v, want active with %s", proof.Identity, kyc.AssurancePolicy)
	}
	link, err := b.flow.ShareLink(t.Context(), id, []string{kyc.AttrFamilyNames})
	must(t, err)
	_, salt, _ := strings.Cut(link, "family_names=")
	for typed, want := range map[string]bool{"eriksson": true, "Ériksson": true, "Eriksen": false} {
		got, err := b.flow.Match(t.Context(), e.Data.Identity.ID, kyc.AttrFamilyNames, typed, salt)
		if err != nil || got != want {
			t.Errorf("Match(%q) = %v, %v, want %v", typed, got, err, want)
		}
	}
	b.activateAndSignIn(t, id)
}

func TestAnotherPersonIsNotApproved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Selfie)
	must(t, b.flow.SubmitSelfie(t.Context(), id, upload("eve selfie")))
	b.work(t)
	b.film(t, id, "ada").run(t)
	b.work(t)
	must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
	b.work(t)
	b.wantState(t, id, kyc.Rejected)
	if b.ledger.issued != 0 {
		t.Error("something was minted")
	}
}

func TestModelsMissingGoesToAReviewer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.engines.readErr = &ocr.UnavailableError{Files: []string{"mrz.traineddata"}}
	b.engines.faceErr = &faces.UnavailableError{Files: []string{"yunet"}}
	id := b.to(t, 1, kyc.InReview)
	err := b.flow.Rule(t.Context(), id, kyc.Ruling{Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "seen"})
	var fields kyc.FieldErrors
	if !errors.As(err, &fields) {
		t.Fatalf("a ruling without a document number = %v, want FieldErrors", err)
	}
	must(t, b.flow.Rule(t.Context(), id, kyc.Ruling{Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "seen", DocumentNumber: "L898902C3", IssuingState: "SWE"}))
	b.work(t)
	b.wantState(t, id, kyc.Issued)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if e.Data.Identity.Assurance != kyc.AssuranceAgent {
		t.Errorf("assurance = %s, want %s", e.Data.Identity.Assurance, kyc.AssuranceAgent)
	}
}

func TestSameDocumentTwiceIsReferred(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.to(t, 1, kyc.Issued)
	second := b.to(t, 2, kyc.InReview)
	must(t, b.flow.Rule(t.Context(), second, kyc.Ruling{Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "a twin?"}))
	b.work(t)
	b.wantState(t, second, kyc.InReview) // the ledger refuses what even an agent approves
	if len(b.pbx.Accounts()) != 1 {
		t.Errorf("the PBX has %d accounts, want 1", len(b.pbx.Accounts()))
	}
}

// TestSecondAccountIsReferred: an account with a username that another has
// would shadow it.
func TestSecondAccountIsReferred(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.to(t, 1, kyc.Issued)
	b.activateAndSignIn(t, first)
	b.advance(time.Hour)
	b.engines.reading["ada passport"] = reading(t, "ANOTHER12")
	second := b.to(t, 2, kyc.Questions)
	_, err := b.flow.Enrollments.Update(t.Context(), second, func(e *kyc.Enrollment) error {
		e.Data.Profile.Username = "anna1"
		return nil
	})
	must(t, err)
	must(t, b.flow.AnswerQuestions(t.Context(), second, answers()))
	b.wantState(t, second, kyc.InReview)
}
