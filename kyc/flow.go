package kyc

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// Settings are the operator's choices that the flow needs.
type Settings struct {
	Service        string // the operator's name for the service
	BaseURL        string // without a slash at the end
	DefaultCountry string // ISO 3166 alpha-2, for phone numbers typed without a country code
	Numbering      pbx.Numbering
	Realm          string        // of the SIP accounts
	SIPDomain      string        // the host part of the addresses of record
	PBX            pbx.Service   // where phones find the PBX
	Rotate         time.Duration // after which a device should get a new password; zero is never
	Overlap        time.Duration // for which the password before goes on
	HangUp         bool          // whether a device that is signed out loses its calls too
	LiveWords      string        // "en" or "fr"; empty is the applicant's language
	WordsOnScreen  bool          // the live words may be shown on another screen
	FaceHints      bool          // keep estimates about the person for a reviewer
	Retention      time.Duration // of what does not become an identity; zero is 30 days
}

// Flow is what people's requests do to enrollments. All its methods may be
// called at the same time; every change is one transaction of the store.
type Flow struct {
	Enrollments EnrollmentStore
	Photos      EvidenceStore
	Throttle    Throttle
	Accounts    LineStore
	Opener      LineOpener
	Finder      LineFinder
	Pairings    PairingStore
	Past        AuditReader
	Ledger      Ledger
	Auditor     Auditor
	Eraser      Eraser
	Keyring     Keyring
	Passports   Passports // nil where calls are not signed
	// Faces and Words judge while the person waits; without them the live step
	// goes to a reviewer.
	Faces      FaceExaminer
	Words      WordReader
	Thresholds Thresholds
	Policy     Policy
	Settings   Settings
	Clock      func() time.Time
	Rand       io.Reader // nil is crypto/rand
	// PBX, where this process can tell it, is told while a person or a phone
	// waits; an effect tells it in any case.
	PBX Provisioner
	// Registrar is nil where the PBX does not say who is registered.
	Registrar Registrar

	turns     turns // of requests that need an engine
	everyones *Flow // see Within
}

// Thresholds are the decision points of the engines' models, as measured and
// kept in the models' manifest.
type Thresholds struct {
	Face     faces.Matcher
	BonaFide float64 // least score at which a presentation passes
	// Duplicate is the least score of the first model at which an enrolled face
	// is taken for the same person in a search among all (1:N).
	Duplicate float64
}

// Lifetimes of what waits for a person.
const (
	linkLifetime   = 24 * time.Hour     // SP 800-63A-4: a link by e-mail
	resumeLifetime = 7 * 24 * time.Hour // an unfinished enrollment can be resumed
)

// Purposes of derived keys and tokens. They are part of what is stored, so
// they never change.
const (
	purposeLink      = "enrollment link"
	purposeNullifier = "identity nullifier"
)

func (f *Flow) random() io.Reader {
	if f.Rand != nil {
		return f.Rand
	}
	return rand.Reader
}

// newID returns 130 random bits in lower-case base 32 behind a prefix that
// says what it names.
func (f *Flow) newID(prefix string) (string, error) {
	var b [17]byte
	if _, err := io.ReadFull(f.random(), b[:]); err != nil {
		return "", err
	}
	id := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
	return prefix + strings.ToLower(id[:26]), nil
}

// Enrollment returns an enrollment for its own person to look at. One that is
// being erased is not found: with it every session ends.
func (f *Flow) Enrollment(ctx context.Context, id string) (*Enrollment, error) {
	e, err := f.Enrollments.Get(ctx, id)
	if err == nil && e.State() == Erasing {
		return nil, ErrNotFound
	}
	return e, err
}

// An Application is what an applicant sends to begin.
type Application struct {
	Profile  Profile
	Locale   string
	Consents []string // purposes agreed to
	Source   string   // network address, for the limits
}

// ConsentVersion names the texts that templates/ shows; a changed text gets a
// new version, so that a record always says which words were agreed to.
const ConsentVersion = "2026-11-21"

// RequiredConsents are the purposes without which nothing begins. Biometric
// consent is explicit and apart (GDPR article 9).
func RequiredConsents() []string { return []string{"identity_proofing", "biometrics"} }

// Begin records profile and consent and sends code and link. Whether the
// address or number is known already is told by e-mail to its owner only:
// a stranger learns nothing from the page (OWASP ASVS 5, enumeration).
func (f *Flow) Begin(ctx context.Context, a Application) (*Enrollment, error) {
	now := f.Clock()
	profile, faults := normalizeProfile(a.Profile, f.Settings.DefaultCountry, now)
	for _, purpose := range RequiredConsents() {
		if !slices.Contains(a.Consents, purpose) {
			faults["consent_"+purpose] = "required"
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if err := f.take(ctx, "source:"+a.Source, otp.PerSource()...); err != nil {
		return nil, err
	}
	if err := f.take(ctx, "phone:"+profile.Phone, otp.PerPhone()...); err != nil {
		return nil, err
	}
	id, err := f.newID("en")
	if err != nil {
		return nil, err
	}
	data := Data{Locale: a.Locale, Profile: profile}
	for _, purpose := range a.Consents {
		data.Consents = append(data.Consents, Consent{Purpose: purpose, Version: ConsentVersion, At: now})
	}
	e := NewEnrollment(id, now, data)
	if err := f.newCode(e, now); err != nil {
		return nil, err
	}
	f.newLink(e, now)
	if err := f.Enrollments.Create(ctx, e); err != nil {
		return nil, err
	}
	return e, nil
}

// newCode makes a challenge for the phone and schedules its message.
func (f *Flow) newCode(e *Enrollment, now time.Time) error {
	challenge, err := otp.NewChallenge(f.random(), otp.SMS, now)
	if err != nil {
		return err
	}
	e.Data.PhoneCode = Contact{Challenge: challenge}
	e.Schedule(Effect{Kind: SendCode, EnrollmentID: e.ID, Ref: challenge.ID})
	return nil
}

// newLink makes a new link the only valid one and schedules its message. The
// token follows from the operator's key, so that the queue needs no secret and
// a repeated job sends the same link; only its hash is stored.
func (f *Flow) newLink(e *Enrollment, now time.Time) {
	e.Data.LinkSerial++
	e.Data.LinkHash = otp.TokenHash(linkToken(f.Keyring, e))
	e.Data.LinkExpires = now.Add(linkLifetime)
	e.Data.EmailLink.markUnsent()
	e.Schedule(Effect{Kind: SendLink, EnrollmentID: e.ID, Ref: strconv.Itoa(e.Data.LinkSerial)})
}

func linkToken(keys Keyring, e *Enrollment) string {
	return otp.Token(keys.Derive(purposeLink), "link", e.ID+"/"+strconv.Itoa(e.Data.LinkSerial))
}

// take notes one use of key and returns a RateError when a window is full.
func (f *Flow) take(ctx context.Context, key string, windows ...otp.Window) error {
	wait, err := f.Throttle.Take(ctx, key, windows...)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &RateError{RetryAfter: wait}
	}
	return nil
}

// update runs change on an enrollment. A change reports a refusal that must be
// saved all the same (a counted failure) through its own variable.
func (f *Flow) update(ctx context.Context, id string, change func(e *Enrollment, now time.Time) error) error {
	_, err := f.Enrollments.Update(ctx, id, func(e *Enrollment) error { return change(e, f.Clock()) })
	return err
}

// Withdraw ends an enrollment at the applicant's wish.
func (f *Flow) Withdraw(ctx context.Context, id string) error {
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error { return e.Apply(Withdraw, now) })
}
