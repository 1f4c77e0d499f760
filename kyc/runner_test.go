package kyc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/pbx"
)

func TestEngineGivenUpGoesToAReviewer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Document)
	b.engines.readErr = errors.New("engine crashed")
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload("ada passport")}}))
	effect := b.queue[0]
	err := b.runner.Run(t.Context(), effect)
	if err == nil {
		t.Fatal("Run hid the engine's failure")
	}
	must(t, b.runner.Exhausted(t.Context(), effect, err))
	b.wantState(t, id, kyc.Confirmation)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if e.Data.Checks[1].Reasons[0] != kyc.ReasonEngineFailed {
		t.Errorf("checks = %+v, want %s", e.Data.Checks, kyc.ReasonEngineFailed)
	}
}

// TestUnknownCommitIsReadAgain: the ledger took the identity but its answer
// was lost. The job runs again and nothing is minted twice.
func TestUnknownCommitIsReadAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Questions)
	must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
	effect := b.queue[0]
	b.ledger.after = ledger.ErrUnknown
	if err := b.runner.Run(t.Context(), effect); !errors.Is(err, ledger.ErrUnknown) {
		t.Fatalf("Run = %v, want ErrUnknown so that the job is tried again", err)
	}
	b.wantState(t, id, kyc.Approved)
	b.ledger.after = nil
	b.work(t)
	b.wantState(t, id, kyc.Issued)
}

func TestPBXAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Questions)
	must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
	must(t, b.runner.Run(t.Context(), b.queue[0]))
	provisioner := b.runner.Provisioner
	b.runner.Provisioner = broken{}
	if err := b.runner.Run(t.Context(), b.queue[1]); err == nil {
		t.Fatal("Run hid the PBX's failure")
	}
	if _, told := b.mail.Last(notify.Kind(kyc.IssuedMessage)); told {
		t.Error("the subscriber was told before the PBX had the account")
	}
	b.runner.Provisioner = provisioner
	b.work(t)
	b.wantState(t, id, kyc.Issued)
}

type broken struct{}

func (broken) Provision(context.Context, pbx.Account) error { return errors.New("no route to host") }

// TestLateResultIsNotRecorded: an engine answers for a photograph that was
// replaced in the meantime.
func TestLateResultIsNotRecorded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Document)
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload("blur")}}))
	late := b.queue[0]
	b.work(t)
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload("ada passport")}}))
	must(t, b.runner.Run(t.Context(), late))
	must(t, b.runner.Exhausted(t.Context(), late, errors.New("late")))
	b.wantState(t, id, kyc.Reading)
	b.work(t)
	b.wantState(t, id, kyc.Confirmation)
}

func TestProviderRefusesForGood(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.mail.Fail = func(notify.Message) error { return notify.Permanent("refused", nil) }
	id := b.to(t, 1, kyc.Contacts)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	if !e.Data.PhoneCode.SendFailed || !e.Data.EmailLink.SendFailed {
		t.Error("the page would not say that the messages could not be sent")
	}
}

// TestMessagesAreNotClaimedToBeSent: while a provider is away the page says so.
func TestMessagesAreNotClaimedToBeSent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.mail.Fail = func(notify.Message) error { return notify.Temporary("away", nil) }
	e, err := b.flow.Begin(t.Context(), anna(1))
	must(t, err)
	effect := b.queue[0]
	if err := b.runner.Run(t.Context(), effect); !errors.Is(err, notify.ErrTemporary) {
		t.Fatalf("Run = %v, want the failure so that it is tried again", err)
	}
	e, err = b.flow.Enrollment(t.Context(), e.ID)
	must(t, err)
	if c := e.Data.PhoneCode; !c.SendDelayed || !c.SentAt.IsZero() {
		t.Errorf("contact = delayed %v, sent %v, want delayed and not sent", c.SendDelayed, c.SentAt)
	}
	b.mail.Fail = nil
	b.work(t)
	e, err = b.flow.Enrollment(t.Context(), e.ID)
	must(t, err)
	if c := e.Data.PhoneCode; c.SendDelayed || c.SentAt.IsZero() {
		t.Errorf("contact = delayed %v, sent %v, want sent", c.SendDelayed, c.SentAt)
	}
}
