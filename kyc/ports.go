package kyc

import (
	"context"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/otp"
)

// An EnrollmentStore keeps enrollments. It seals Data under the subject's key,
// keeps only keyed hashes of the lookup values, and enqueues the effects of a
// change in the transaction that saves it.
type EnrollmentStore interface {
	Create(ctx context.Context, e *Enrollment) error
	// Get returns ErrNotFound for an unknown id.
	Get(ctx context.Context, id string) (*Enrollment, error)
	// Update loads, changes and saves in one transaction. It may run change
	// again after a conflict, so change must have no side effects. An error
	// of change saves nothing.
	Update(ctx context.Context, id string, change func(*Enrollment) error) (*Enrollment, error)
	// Find returns the ids with that value, newest first.
	Find(ctx context.Context, by Lookup, value string) ([]string, error)
	// List returns the enrollments in a state, oldest first.
	List(ctx context.Context, s State, limit int) ([]*Enrollment, error)
}

// An EvidenceStore keeps photographs sealed under the subject's key.
type EvidenceStore interface {
	PutEvidence(ctx context.Context, enrollmentID, name string, b []byte) error
	Evidence(ctx context.Context, enrollmentID, name string) ([]byte, error)
	// DeleteEvidence removes photographs; those that are not there are no error.
	DeleteEvidence(ctx context.Context, enrollmentID string, names ...string) error
}

// A FaceGallery keeps one face an enrollment, sealed under the subject's key,
// for telling whether a person is enrolled already. A face goes with its
// enrollment.
type FaceGallery interface {
	// Remember replaces what the enrollment had. It returns ErrNotFound for one
	// that was erased.
	Remember(ctx context.Context, enrollmentID string, t faces.Template) error
	// Templates visits all faces that open, in no order, among them all that
	// were remembered before it was called. An error of visit ends it.
	Templates(ctx context.Context, visit func(enrollmentID string, t faces.Template) error) error
}

// A Throttle counts what a person may do only so often. The counters are in
// the database, so that they survive restarts and are shared by all servers.
type Throttle interface {
	// Take notes one use of key unless a window is full; then it returns how
	// long to wait and notes nothing.
	Take(ctx context.Context, key string, windows ...otp.Window) (retryAfter time.Duration, err error)
	// Fail adds one to the consecutive failures of an authenticator and
	// returns the new count; Succeed sets them to zero; Failures reads.
	Fail(ctx context.Context, authenticator string) (int, error)
	Succeed(ctx context.Context, authenticator string) error
	Failures(ctx context.Context, authenticator string) (int, error)
}

// An Auditor keeps who did what to whose data, for good.
type Auditor interface {
	Audit(ctx context.Context, entry AuditEntry) error
}

// An Eraser destroys everything that is known of a person: key, rows, blobs.
type Eraser interface {
	DestroySubject(ctx context.Context, enrollmentID string) error
}

// An AuditEntry is one line of the audit log. It names ids, never attributes.
type AuditEntry struct {
	At      time.Time
	Actor   string // "agent:…", "apikey:…", "subject"
	Action  string
	Subject string // enrollment or identity id
	Detail  string
}

// A DocumentReader reads one side of an identity document from a photograph. It
// returns *ocr.Error for what the applicant can mend, beside what it found all
// the same (a front has portrait and print and no zone), and
// *ocr.UnavailableError where it cannot work at all.
type DocumentReader interface {
	ReadDocument(ctx context.Context, photo []byte) (ocr.Reading, error)
}

// A FaceExaminer finds, describes and judges the face on a photograph. It
// returns *faces.Error or *faces.UnavailableError likewise.
type FaceExaminer interface {
	ExamineFace(ctx context.Context, photo []byte) (faces.Examination, error)
}

// A WordReader reads words held up in front of a camera.
type WordReader interface {
	ReadWords(ctx context.Context, photo []byte) ([]string, error)
}

// A Sender delivers messages.
type Sender interface {
	Send(ctx context.Context, m notify.Message) error
}

// A MessageKind names a message to a person.
type MessageKind string

// The messages of the flow.
const (
	CodeMessage     MessageKind = "code"     // SMS with the confirmation code
	LinkMessage     MessageKind = "link"     // e-mail that validates the address and resumes
	KnownMessage    MessageKind = "known"    // the same to an address that already has an identity
	ReferredMessage MessageKind = "referred" // a person will look
	RejectedMessage MessageKind = "rejected" // reasons, and what one may do
	IssuedMessage   MessageKind = "issued"   // identity, QR code, how to activate
)

// MessageData is what messages are made of.
type MessageData struct {
	Name     string // given names
	Code     string
	URL      string // where the button leads
	ProofURL string // the identity's public page
	QR       []byte // PNG of ProofURL
	Reasons  []Reason
	Service  string // the operator's name for the service
	// Number is that of the line, and Phone what its subscriber calls the phone
	// that the message is about, of PhoneKind.
	Number, Phone, PhoneKind string
	// At is when it happened, and Ends when a password ends, in the service's zone.
	At, Ends time.Time
}

// A Keyring derives keys for one purpose from the operator's key.
type Keyring interface {
	Derive(purpose string) []byte // 32 bytes
}
