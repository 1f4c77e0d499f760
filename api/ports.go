package api

import (
	"context"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

// Flow is what the pages need of [kyc.Flow], which implements it. It is split
// by who asks, so that a test fakes only its part.
type Flow interface {
	Enroller
	Evidence
	HandOff
	Subscribers
	Holdings
	Phones
	SetupLinks
	Pairings
	Proofs
}

// Enroller begins, resumes and ends enrollments.
type Enroller interface {
	Begin(ctx context.Context, a kyc.Application) (*kyc.Enrollment, error)
	Enrollment(ctx context.Context, id string) (*kyc.Enrollment, error)
	ChangeContacts(ctx context.Context, id, phone, email, source string) error
	ResendCode(ctx context.Context, id, source string) error
	ResendLink(ctx context.Context, id, source string) error
	ConfirmCode(ctx context.Context, id, code, source string) error
	OpenLink(ctx context.Context, token string) (*kyc.Enrollment, error)
	RequestLink(ctx context.Context, email, source string) error
	Withdraw(ctx context.Context, id string) error
}

// Evidence takes what an applicant shows.
type Evidence interface {
	// MayPhotograph and MayRecord say whether what is about to be sent would be
	// taken, before it is read and decoded.
	MayPhotograph(ctx context.Context, id string) error
	MayRecord(ctx context.Context, id, nonce string) error
	AskForPerson(ctx context.Context, id string) error
	SubmitDocument(ctx context.Context, id string, d kyc.DocumentUpload) error
	ConfirmDocument(ctx context.Context, id string, corrected kyc.Profile) error
	RetakeDocument(ctx context.Context, id string) error
	SubmitSelfie(ctx context.Context, id string, photo kyc.Upload) error
	AdviseSelfie(ctx context.Context, id string, photo []byte) (faces.Advice, error)
	OpenLive(ctx context.Context, id string) (kyc.LiveSession, error)
	WatchLive(ctx context.Context, id string, b kyc.LiveBatch) (kyc.LiveView, error)
	AnswerQuestions(ctx context.Context, id string, answers map[string]string) error
}

// HandOff lets a phone go on with an enrollment.
type HandOff interface {
	HandOff(ctx context.Context, id string) (token string, expires time.Time, err error)
	// HandedOff is what the token is for; it uses up nothing.
	HandedOff(ctx context.Context, token string) (*kyc.Enrollment, error)
	TakeOver(ctx context.Context, token string) (*kyc.Enrollment, error)
}

// Subscribers sets accounts up and signs their holders in.
type Subscribers interface {
	PrepareActivation(ctx context.Context, id string) (kyc.Activation, error)
	Activate(ctx context.Context, id, password, code string) error
	Secrets(ctx context.Context, id string) (kyc.Secrets, error)
	Acknowledge(ctx context.Context, id string) error
	SignIn(ctx context.Context, c kyc.Credentials) (*kyc.Enrollment, error)
	ShareLink(ctx context.Context, id string, attributes []string) (string, error)
}

// Holdings is what a subscriber has on the ledger: consents and public keys,
// and the right to be forgotten. Its seven methods are three pages'.
type Holdings interface {
	Consents(ctx context.Context, enrollmentID string) ([]ledger.Consent, error)
	GrantConsent(ctx context.Context, enrollmentID string, c ledger.Consent) error
	RevokeConsent(ctx context.Context, enrollmentID, organisation string) error
	Keys(ctx context.Context, identityID string) ([]ledger.SubscriberKey, error)
	AddKey(ctx context.Context, enrollmentID string, key ledger.PublicKey) (ledger.SubscriberKey, error)
	RevokeKey(ctx context.Context, enrollmentID, thumbprint string) (ledger.SubscriberKey, error)
	RequestErasure(ctx context.Context, enrollmentID string) error
}

// Phones keeps the devices on a subscriber's lines.
type Phones interface {
	Lines(ctx context.Context, enrollmentID string) ([]kyc.LineView, error)
	AddDevice(ctx context.Context, enrollmentID string, d kyc.NewDevice) (pbx.Setup, error)
	RotateDevice(ctx context.Context, enrollmentID, extension, deviceID string) (pbx.Setup, error)
	RenameDevice(ctx context.Context, enrollmentID, extension, deviceID, name string) error
	RemoveDevice(ctx context.Context, enrollmentID, extension, deviceID string) error
}

// SetupLinks lets a phone take its settings by itself, once.
type SetupLinks interface {
	OfferSetup(ctx context.Context, enrollmentID string, d kyc.NewDevice) (kyc.SetupOffer, error)
	// SetupOffered is what the link is for; it uses up nothing.
	SetupOffered(ctx context.Context, token, source string) (kyc.SetupOffer, error)
	TakeSetup(ctx context.Context, token, source string) (pbx.Setup, error)
}

// Pairings lets a subscriber decide about a phone that shows a code.
type Pairings interface {
	PairingOf(ctx context.Context, enrollmentID, userCode string) (kyc.PairingRequest, error)
	DecidePairing(ctx context.Context, enrollmentID, userCode string, d kyc.NewDevice, allow bool) error
}

// Proofs answers anyone who wants to check an identity.
type Proofs interface {
	Proof(ctx context.Context, identityID string) (kyc.Proof, error)
	Match(ctx context.Context, identityID, attribute, value, salt string) (bool, error)
}

var _ Flow = (*kyc.Flow)(nil)
