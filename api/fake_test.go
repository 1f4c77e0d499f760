package api

import (
	"context"
	"strings"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/otp"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// fakeFlow answers with what a test put into it and notes what it was asked.
type fakeFlow struct {
	state   kyc.State
	data    kyc.Data
	err     error // of every method that changes something
	proof   kyc.Proof
	matches bool
	panics  bool
	refusal error // of what asks before it is sent, and of a consent

	application kyc.Application
	document    kyc.DocumentUpload
	batches     []kyc.LiveBatch
	view        kyc.LiveView
	advice      faces.Advice
	token       string // that HandedOff and TakeOver know
	consents    []ledger.Consent
	granted     []ledger.Consent
	keys        []ledger.SubscriberKey
	gone        bool // erased
	calls       []string
	fakePhones
}

func (f *fakeFlow) call(name string) error {
	f.calls = append(f.calls, name)
	return f.err
}

func (f *fakeFlow) enrollment() (*kyc.Enrollment, error) {
	return kyc.Restore(kyc.Snapshot{ID: "en1", State: f.state, Version: 3, UpdatedAt: noon, Data: f.data})
}

func (f *fakeFlow) Begin(_ context.Context, a kyc.Application) (*kyc.Enrollment, error) {
	f.application = a
	if err := f.call("Begin"); err != nil {
		return nil, err
	}
	f.state = kyc.Contacts
	return f.enrollment()
}

func (f *fakeFlow) Enrollment(context.Context, string) (*kyc.Enrollment, error) {
	if f.panics {
		panic("boom with a secret")
	}
	if f.gone {
		return nil, kyc.ErrNotFound
	}
	return f.enrollment()
}

func (f *fakeFlow) ChangeContacts(context.Context, string, string, string, string) error {
	return f.call("ChangeContacts")
}

func (f *fakeFlow) ResendCode(context.Context, string, string) error { return f.call("ResendCode") }

func (f *fakeFlow) ResendLink(context.Context, string, string) error { return f.call("ResendLink") }

func (f *fakeFlow) ConfirmCode(context.Context, string, string, string) error {
	return f.call("ConfirmCode")
}

func (f *fakeFlow) OpenLink(context.Context, string) (*kyc.Enrollment, error) {
	if err := f.call("OpenLink"); err != nil {
		return nil, err
	}
	f.data.Epoch++
	return f.enrollment()
}

func (f *fakeFlow) RequestLink(context.Context, string, string) error { return f.call("RequestLink") }

func (f *fakeFlow) Withdraw(context.Context, string) error { return f.call("Withdraw") }

func (f *fakeFlow) MayPhotograph(context.Context, string) error { return f.refusal }

func (f *fakeFlow) MayRecord(_ context.Context, _, nonce string) error {
	if nonce != f.data.Live.Nonce {
		return kyc.ErrLiveExpired
	}
	return f.refusal
}

func (f *fakeFlow) AskForPerson(context.Context, string) error { return f.call("AskForPerson") }

func (f *fakeFlow) SubmitDocument(_ context.Context, _ string, d kyc.DocumentUpload) error {
	f.document = d
	return f.call("SubmitDocument")
}

func (f *fakeFlow) ConfirmDocument(context.Context, string, kyc.Profile) error {
	return f.call("ConfirmDocument")
}

func (f *fakeFlow) RetakeDocument(context.Context, string) error { return f.call("RetakeDocument") }

func (f *fakeFlow) SubmitSelfie(context.Context, string, kyc.Upload) error {
	return f.call("SubmitSelfie")
}

func (f *fakeFlow) OpenLive(context.Context, string) (kyc.LiveSession, error) {
	return f.data.Live, f.call("OpenLive")
}

func (f *fakeFlow) WatchLive(_ context.Context, _ string, b kyc.LiveBatch) (kyc.LiveView, error) {
	f.batches = append(f.batches, b)
	return f.view, f.call("WatchLive")
}

func (f *fakeFlow) AdviseSelfie(context.Context, string, []byte) (faces.Advice, error) {
	return f.advice, f.call("AdviseSelfie")
}

func (f *fakeFlow) HandOff(context.Context, string) (string, time.Time, error) {
	f.token = "token-1"
	return f.token, noon.Add(10 * time.Minute), f.call("HandOff")
}

func (f *fakeFlow) HandedOff(_ context.Context, token string) (*kyc.Enrollment, error) {
	if token != f.token {
		return nil, kyc.ErrLinkInvalid
	}
	return f.enrollment()
}

func (f *fakeFlow) TakeOver(ctx context.Context, token string) (*kyc.Enrollment, error) {
	e, err := f.HandedOff(ctx, token)
	if err != nil {
		return nil, err
	}
	f.token = ""
	f.data.HandOff.TakenAt = noon
	return e, f.call("TakeOver")
}

func (f *fakeFlow) AnswerQuestions(context.Context, string, map[string]string) error {
	return f.call("AnswerQuestions")
}

func (f *fakeFlow) PrepareActivation(context.Context, string) (kyc.Activation, error) {
	return kyc.Activation{Secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", URI: "otpauth://totp/Vouchline:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Vouchline"}, nil
}

func (f *fakeFlow) Activate(context.Context, string, string, string) error {
	if err := f.call("Activate"); err != nil {
		return err
	}
	f.data.Account = kyc.Account{ActivatedAt: noon, PendingBackup: "0123456789ABCDEF"}
	f.data.Line = kyc.Line{Extension: "1001", Password: "line-secret"}
	return nil
}

func (f *fakeFlow) Secrets(context.Context, string) (kyc.Secrets, error) {
	if !unacknowledged(&kyc.Enrollment{Data: f.data}) {
		return kyc.Secrets{}, kyc.ErrAlreadyShown
	}
	return kyc.Secrets{Backup: otp.BackupCode(f.data.Account.PendingBackup), Line: f.data.Line}, nil
}

func (f *fakeFlow) Acknowledge(context.Context, string) error {
	if err := f.call("Acknowledge"); err != nil {
		return err
	}
	f.data.Account.PendingBackup, f.data.Line.Password = "", ""
	return nil
}

func (f *fakeFlow) SignIn(context.Context, kyc.Credentials) (*kyc.Enrollment, error) {
	if err := f.call("SignIn"); err != nil {
		return nil, err
	}
	return f.enrollment()
}

func (f *fakeFlow) ShareLink(_ context.Context, _ string, attributes []string) (string, error) {
	return "https://id.example.org/i/id1?" + strings.Join(attributes, "=s&") + "=s", f.call("ShareLink")
}

func (f *fakeFlow) Consents(context.Context, string) ([]ledger.Consent, error) {
	return f.consents, f.err
}

func (f *fakeFlow) GrantConsent(_ context.Context, _ string, c ledger.Consent) error {
	f.granted = append(f.granted, c)
	f.calls = append(f.calls, "GrantConsent")
	return f.refusal
}

func (f *fakeFlow) RevokeConsent(_ context.Context, _, organisation string) error {
	return f.call("RevokeConsent " + organisation)
}

func (f *fakeFlow) Keys(context.Context, string) ([]ledger.SubscriberKey, error) {
	return f.keys, f.err
}

func (f *fakeFlow) AddKey(_ context.Context, _ string, key ledger.PublicKey) (ledger.SubscriberKey, error) {
	return ledger.SubscriberKey{Thumbprint: "thumb", Identity: "idabc234", Key: key, AddedAt: noon}, f.call("AddKey")
}

func (f *fakeFlow) RevokeKey(_ context.Context, _, thumbprint string) (ledger.SubscriberKey, error) {
	return ledger.SubscriberKey{}, f.call("RevokeKey " + thumbprint)
}

func (f *fakeFlow) RequestErasure(context.Context, string) error {
	f.gone = true
	return f.call("RequestErasure")
}

func (f *fakeFlow) Proof(context.Context, string) (kyc.Proof, error) {
	return f.proof, f.err
}

func (f *fakeFlow) Match(context.Context, string, string, string, string) (bool, error) {
	return f.matches, f.err
}

// anna is a made-up applicant.
func anna() kyc.Data {
	return kyc.Data{
		Profile: kyc.Profile{
			GivenNames: "Anna Maria", FamilyNames: "Eriksson", BirthDate: "1974-08-12", BirthPlace: "Uppsala", Sex: "F",
			Nationality: "SWE", Phone: "+46701234567", Email: "anna@example.org", Username: "anna",
		},
		Live: kyc.LiveSession{Nonce: "nonce-1", Words: []string{"RIVER", "LEMON", "CASTLE"}, ExpiresAt: noon.Add(155 * time.Second)},
	}
}

func annasProof() kyc.Proof {
	return kyc.Proof{
		Identity: ledger.Identity{ID: "idabc234", Status: ledger.StatusActive, Assurance: kyc.AssurancePolicy, Issuer: "Org1MSP", IssuedAt: noon},
		Location: ledger.Location{TxID: "6f1e7cc2b8f3", Block: 42, Network: ledger.NetworkFabric, Channel: "identities"},
	}
}
