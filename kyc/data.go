package kyc

import (
	"log/slog"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/otp"
)

// Data is everything an enrollment knows about its person. All of it is
// personal: stores seal it under the subject's key, and it never prints.
type Data struct {
	Locale      string    `json:"locale"`
	Profile     Profile   `json:"profile"`
	Consents    []Consent `json:"consents"`
	PhoneCode   Contact   `json:"phone_code"`
	EmailLink   Contact   `json:"email_link"`
	LinkHash    string    `json:"link_hash"`   // of the newest link's token
	LinkSerial  int       `json:"link_serial"` // counts the links sent
	LinkExpires time.Time `json:"link_expires"`
	// Epoch counts how often a mailed link was opened. The browser that opened
	// the newest is the only one in the enrollment: whoever began it with a
	// stranger's address must not look on once the stranger has taken over.
	Epoch int `json:"epoch,omitempty"`
	// HandOff lets a phone in beside the browser.
	HandOff HandOff `json:"hand_off,omitzero"`
	// Setup lets one phone take its settings.
	Setup SetupTicket `json:"setup,omitzero"`

	Document DocumentEvidence  `json:"document"`
	Selfie   SelfieEvidence    `json:"selfie"`
	Live     LiveSession       `json:"live"`
	Answers  map[string]string `json:"answers,omitempty"`
	Checks   []Check           `json:"checks,omitempty"`
	Decision *Decision         `json:"decision,omitempty"`

	Identity Identity `json:"identity"`
	Line     Line     `json:"line"`
	Account  Account  `json:"account"`
	// Standing is the newest change of the identity's status that was asked for.
	Standing StatusIntent `json:"standing,omitzero"`
	// Granting holds, by organisation, consents whose way to the ledger was begun
	// and not seen to end.
	Granting map[string]ledger.Consent `json:"granting,omitempty"`
	// Told is what the subscriber was told of their lines.
	Told Told `json:"told,omitzero"`

	// Notice tells the page why the last step has to be repeated; a stable
	// code that the page's catalogue turns into words.
	Notice string `json:"notice,omitempty"`
	// DelayedAt is since when ledger or PBX do not answer; they are tried on.
	DelayedAt time.Time `json:"delayed_at,omitzero"`
}

// LogValue keeps personal data out of the logs.
func (Data) LogValue() slog.Value { return slog.StringValue("[personal data]") }

// String keeps personal data out of formatted text.
func (Data) String() string { return "[personal data]" }

// GoString keeps personal data out of %#v.
func (Data) GoString() string { return "[personal data]" }

// A Profile is what the applicant claims about themselves (E1). Names are as
// typed, in any script; dates are YYYY-MM-DD; countries ISO 3166 alpha-3; the
// phone number E.164; the e-mail address in lower case.
type Profile struct {
	GivenNames  string `json:"given_names"`
	FamilyNames string `json:"family_names"`
	BirthDate   string `json:"birth_date"`
	BirthPlace  string `json:"birth_place"`
	Sex         string `json:"sex"` // F, M or X
	Nationality string `json:"nationality"`
	Phone       string `json:"phone"`
	Email       string `json:"email"`
	Username    string `json:"username"`
}

// LogValue keeps personal data out of the logs.
func (Profile) LogValue() slog.Value { return slog.StringValue("[profile]") }

// String keeps personal data out of formatted text.
func (Profile) String() string { return "[profile]" }

// GoString keeps personal data out of %#v.
func (Profile) GoString() string { return "[profile]" }

// A Consent records what the applicant agreed to, in which words and when.
type Consent struct {
	Purpose string    `json:"purpose"` // "identity_proofing", "biometrics"
	Version string    `json:"version"` // of the text that was shown
	At      time.Time `json:"at"`
}

// A Contact is an address on its way to being a validated address.
type Contact struct {
	Challenge   otp.Challenge `json:"challenge"`
	ValidatedAt time.Time     `json:"validated_at,omitzero"`
	SentAt      time.Time     `json:"sent_at,omitzero"`       // the provider took the present message
	SendDelayed bool          `json:"send_delayed,omitempty"` // the provider does not answer; it is tried again
	SendFailed  bool          `json:"send_failed,omitempty"`  // the provider refused, or was tried in vain
}

// Validated reports whether the code or link came back.
func (c Contact) Validated() bool { return !c.ValidatedAt.IsZero() }

// DocumentEvidence is the identity document as photographed and as read.
type DocumentEvidence struct {
	Type        string                `json:"type"`   // passport, identity_card, residence_permit, visa
	Photos      []string              `json:"photos"` // blob names; front first
	Portrait    string                `json:"portrait,omitempty"`
	Tries       []time.Time           `json:"tries,omitempty"`
	Seen        []string              `json:"seen,omitempty"` // digests of every upload
	Reading     *ocr.Reading          `json:"reading,omitempty"`
	Sides       []DocumentSide        `json:"sides,omitempty"` // as Photos
	Comparisons []ocr.FieldComparison `json:"comparisons,omitempty"`
	ConfirmedAt time.Time             `json:"confirmed_at,omitzero"`
}

// Status says how far the zone can be relied on, or is empty where none was
// read.
func (d DocumentEvidence) Status() ocr.Status {
	if d.Reading == nil {
		return ""
	}
	return standing(d.Reading.MRZ)
}

// LogValue keeps personal data out of the logs.
func (DocumentEvidence) LogValue() slog.Value { return slog.StringValue("[document]") }

// String keeps personal data out of formatted text.
func (DocumentEvidence) String() string { return "[document]" }

// GoString keeps personal data out of %#v.
func (DocumentEvidence) GoString() string { return "[document]" }

// A DocumentSide is one photograph of a document with what was found where on
// it, in its pixels, for a proofing agent to see.
type DocumentSide struct {
	Photo    string      `json:"photo"`
	Zone     bool        `json:"zone,omitempty"` // the machine readable zone was read from it
	Outline  []ocr.Point `json:"outline,omitempty"`
	Portrait *ocr.Rect   `json:"portrait,omitempty"`
	Ghosts   []ocr.Rect  `json:"ghosts,omitempty"`
	Quality  ocr.Quality `json:"quality"`
}

// SelfieEvidence is the recent photograph of the applicant.
type SelfieEvidence struct {
	Photo string   `json:"photo,omitempty"`
	Seen  []string `json:"seen,omitempty"`
	// Hints are estimates for a proofing agent; nil where they are switched
	// off. They are never a check.
	Hints *faces.Hints `json:"hints,omitempty"`
}

// An Outcome is what one check says.
type Outcome string

// The outcomes of a check. Referred means that a person has to look.
const (
	Passed   Outcome = "pass"
	Referred Outcome = "refer"
	Failed   Outcome = "fail"
)

// A Check is one finding about the applicant, with the reason codes that a
// reviewer and the applicant are told.
type Check struct {
	Name    CheckName         `json:"name"`
	Outcome Outcome           `json:"outcome"`
	Reasons []Reason          `json:"reasons,omitempty"`
	Face    *faces.Comparison `json:"face,omitempty"` // for comparisons of faces
	Score   float64           `json:"score,omitempty"`
	// Threshold is what Score is compared with, where it is compared at all.
	Threshold float64 `json:"threshold,omitempty"`
	// Presentation is what the camera sessions say, of CheckPresentation.
	Presentation *Presentation `json:"presentation,omitempty"`
	Matches      []Match       `json:"matches,omitempty"` // of CheckDuplicate
	At           time.Time     `json:"at"`
}

// A Presentation is what the camera sessions of an enrollment say of a
// presentation attack (ISO/IEC 30107-1), for a proofing agent to read beside
// the pictures. The actions and the track are in LiveSession.Track.
type Presentation struct {
	// Ends is how each session ended, the last one last.
	Ends []liveness.End `json:"ends,omitempty"`
	// Frames counts the frames of the last session that show one face.
	Frames int `json:"frames"`
	// BonaFide and Attack are means over those of them in which the face looks
	// ahead; -1 where nothing was computed.
	BonaFide float64           `json:"bona_fide"`
	Attack   faces.AttackSigns `json:"attack"`
}

// A Decision ends the proofing.
type Decision struct {
	Outcome Outcome   `json:"outcome"`
	Reasons []Reason  `json:"reasons,omitempty"`
	By      string    `json:"by"` // "policy" or the proofing agent
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at"`
}

// An Identity is the person's identity, before and after it is minted.
type Identity struct {
	ID         string            `json:"id,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"` // normalised values
	Salts      map[string][]byte `json:"salts,omitempty"`      // one of 128 bits an attribute
	Nullifier  string            `json:"nullifier,omitempty"`
	Assurance  string            `json:"assurance,omitempty"`
	// AttributeKey is what Sealed is encrypted under; destroying the subject's
	// key, which seals it here, makes every copy of Sealed unreadable.
	AttributeKey []byte `json:"attribute_key,omitempty"`
	// Sealed is kept as it was first made: encrypting again gives other bytes,
	// and a repeated mint must ask for the very same record.
	Sealed   []byte          `json:"sealed,omitempty"`
	MintedAt time.Time       `json:"minted_at,omitzero"`
	Location ledger.Location `json:"location,omitzero"`
}

// A Line is the subscriber's phone line. Password is kept, sealed, only until
// the subscriber has written it down.
type Line struct {
	Extension   string    `json:"extension,omitempty"`
	Device      string    `json:"device,omitempty"` // the first one, which the password is for
	Password    string    `json:"password,omitempty"`
	Provisioned time.Time `json:"provisioned,omitzero"`
}

// Username is the digest's for the line's first device. Lines of before devices
// had names have a fixed one.
func (l Line) Username() string {
	const letters = 6
	if len(l.Device) < letters {
		return l.Extension + "-first0"
	}
	return l.Extension + "-" + l.Device[:letters]
}

// An Account is how the subscriber signs in (A1): password, TOTP, backup code.
type Account struct {
	PasswordHash   string     `json:"password_hash,omitempty"` // argon2id
	TOTPSecret     otp.Secret `json:"totp_secret,omitempty"`
	TOTPStep       int64      `json:"totp_step,omitempty"` // last accepted step: a code is accepted once
	BackupHash     string     `json:"backup_hash,omitempty"`
	ActivatedAt    time.Time  `json:"activated_at,omitzero"`
	LastSignIn     time.Time  `json:"last_sign_in,omitzero"`
	BackupUsedAt   time.Time  `json:"backup_used_at,omitzero"`
	PendingSecret  otp.Secret `json:"pending_secret,omitempty"` // TOTP secret shown but not confirmed yet
	PendingBackup  string     `json:"pending_backup,omitempty"` // backup code that is not written down yet
	PendingStarted time.Time  `json:"pending_started,omitzero"`
}

// Active reports whether the subscriber has set a password and a second factor.
func (a Account) Active() bool { return !a.ActivatedAt.IsZero() }
