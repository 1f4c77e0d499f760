package kyc

import (
	"context"
	_ "embed"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/vouchline/vouchline/otp"
)

// Password rules (SP 800-63B-4 section 3.1.1.2): eight characters are enough
// beside a second factor, there are no composition rules, and passwords that
// everybody uses are refused. The upper bound only keeps hashing affordable.
const (
	minPassword = 8
	maxPassword = 256
)

// passwordCost is argon2id as OWASP's cheat sheet asks for at least: 19 MiB,
// two passes, one lane.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

//go:embed common_passwords.txt
var commonPasswords string

// An Activation is what a new subscriber's authenticator app is given.
type Activation struct {
	Secret string // base 32, to type
	URI    string // otpauth, to scan
}

// PrepareActivation returns the TOTP secret to enrol. It stays the same until
// it is confirmed, so that a reloaded page does not make a scanned code void.
func (f *Flow) PrepareActivation(ctx context.Context, id string) (Activation, error) {
	var a Activation
	err := f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := activatable(e); err != nil {
			return err
		}
		account := &e.Data.Account
		if len(account.PendingSecret) == 0 {
			secret, err := otp.NewSecret(f.random())
			if err != nil {
				return err
			}
			account.PendingSecret, account.PendingStarted = secret, now
		}
		uri, err := otp.KeyURI(f.Settings.Service, e.Data.Profile.Username, account.PendingSecret)
		a = Activation{Secret: account.PendingSecret.Base32(), URI: uri}
		return err
	})
	return a, err
}

func activatable(e *Enrollment) error {
	switch {
	case e.State() != Issued:
		return ErrNotSubscriber
	case e.Data.Account.Active():
		return ErrAlreadyActive
	default:
		return nil
	}
}

// Activate sets the password and the second factor, and returns the backup
// code, which is shown this once.
func (f *Flow) Activate(ctx context.Context, id, password, code string) (otp.BackupCode, error) {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return "", err
	}
	if err := checkPassword(password, e.Data.Profile, f.Settings.Service); err != nil {
		return "", err
	}
	// Hashing takes long on purpose, so it happens before the transaction.
	hash, err := argon2id.CreateHash(norm.NFC.String(password), passwordCost)
	if err != nil {
		return "", err
	}
	backup, err := otp.NewBackupCode(f.random())
	if err != nil {
		return "", err
	}
	backupHash, err := argon2id.CreateHash(backup.Reveal(), passwordCost)
	if err != nil {
		return "", err
	}
	err = f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := activatable(e); err != nil {
			return err
		}
		account := &e.Data.Account
		if len(account.PendingSecret) == 0 {
			return otp.ErrWrong
		}
		step, err := otp.VerifyTOTP(account.PendingSecret, code, now, 0)
		if err != nil {
			return err
		}
		*account = Account{PasswordHash: hash, TOTPSecret: account.PendingSecret, TOTPStep: step, BackupHash: backupHash, ActivatedAt: now}
		e.Data.LinkHash = "" // the mailed link has done its work
		return nil
	})
	if err != nil {
		return "", err
	}
	return backup, f.audit(ctx, "subject", "activate", id, "")
}

func checkPassword(password string, p Profile, service string) error {
	length := utf8.RuneCountInString(norm.NFC.String(password))
	switch {
	case length < minPassword:
		return ErrPasswordShort
	case length > maxPassword || !utf8.ValidString(password):
		return ErrPasswordLong
	}
	lower := strings.ToLower(password)
	for _, common := range strings.Fields(commonPasswords) {
		if lower == common {
			return ErrPasswordCommon
		}
	}
	mailbox, _, _ := strings.Cut(p.Email, "@")
	for _, own := range []string{p.Username, p.Email, mailbox, p.Phone, strings.ToLower(service)} {
		if own != "" && lower == own {
			return ErrPasswordCommon
		}
	}
	return nil
}

// Credentials are what a subscriber signs in with. Code is a TOTP code or the
// backup code.
type Credentials struct {
	Login    string // e-mail address, username or phone number
	Password string
	Code     string
	Source   string
}

// nobody stands in for the password hash of an account that does not exist, so
// that an unknown login takes as long as a known one.
var nobody = sync.OnceValues(func() (string, error) { return argon2id.CreateHash("nobody", passwordCost) })

// SignIn checks password and second factor. Every refusal is the same, so that
// a stranger learns neither whether an account exists nor what was wrong
// (OWASP ASVS 5, 6.3.8).
func (f *Flow) SignIn(ctx context.Context, c Credentials) (*Enrollment, error) {
	if err := f.take(ctx, "source:"+c.Source, otp.PerSource()...); err != nil {
		return nil, err
	}
	e, err := f.subscriber(ctx, c.Login)
	if err != nil {
		return nil, err
	}
	hash, err := nobody()
	if err != nil {
		return nil, err
	}
	if e != nil {
		hash = e.Data.Account.PasswordHash
	}
	if len(c.Password) > 4*maxPassword {
		return nil, ErrSignInRefused
	}
	right, err := argon2id.ComparePasswordAndHash(norm.NFC.String(c.Password), hash)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, ErrSignInRefused
	}
	authenticator := "account:" + e.ID
	failures, err := f.Throttle.Failures(ctx, authenticator)
	if err != nil {
		return nil, err
	}
	if otp.Disabled(failures) {
		return nil, ErrSignInRefused
	}
	if right {
		e, right, err = f.secondFactor(ctx, e.ID, c.Code)
		if err != nil {
			return nil, err
		}
	}
	if !right {
		if _, err := f.Throttle.Fail(ctx, authenticator); err != nil {
			return nil, err
		}
		return nil, ErrSignInRefused
	}
	return e, f.Throttle.Succeed(ctx, authenticator)
}

// subscriber finds the activated account of a login, or nil.
func (f *Flow) subscriber(ctx context.Context, login string) (*Enrollment, error) {
	login = strings.TrimSpace(login)
	lookups := map[Lookup]string{ByEmail: strings.ToLower(login), ByUsername: strings.ToLower(login)}
	if phone := normalizePhone(login, f.Settings.DefaultCountry, FieldErrors{}); strings.HasPrefix(phone, "+") {
		lookups[ByPhone] = phone
	}
	for by, value := range lookups {
		ids, err := f.Enrollments.Find(ctx, by, value)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			e, err := f.Enrollments.Get(ctx, id)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if e.State() == Issued && e.Data.Account.Active() {
				return e, nil
			}
		}
	}
	return nil, nil
}

// secondFactor accepts a TOTP code or the backup code, each once: the step or
// the used code is saved in the transaction that accepts it, so that of two
// requests with the same code one is refused.
func (f *Flow) secondFactor(ctx context.Context, id, code string) (*Enrollment, bool, error) {
	accepted := false
	e, err := f.Enrollments.Update(ctx, id, func(e *Enrollment) error {
		accepted = false
		now := f.Clock()
		account := &e.Data.Account
		if step, err := otp.VerifyTOTP(account.TOTPSecret, code, now, account.TOTPStep); err == nil {
			account.TOTPStep, account.LastSignIn, accepted = step, now, true
			return nil
		}
		backup, err := otp.NormalizeBackupCode(code)
		if err != nil || account.BackupHash == "" {
			return nil
		}
		right, err := argon2id.ComparePasswordAndHash(backup.Reveal(), account.BackupHash)
		if err != nil {
			return err
		}
		if right {
			account.BackupHash, account.BackupUsedAt, account.LastSignIn, accepted = "", now, now, true
		}
		return nil
	})
	return e, accepted, err
}

// RevealLine returns the line with its SIP password, once. What is kept after
// that are the HA1 digests, from which nobody can sign in elsewhere.
func (f *Flow) RevealLine(ctx context.Context, id string) (Line, error) {
	var shown Line
	err := f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if e.State() != Issued || !e.Data.Account.Active() {
			return ErrNotSubscriber
		}
		line := &e.Data.Line
		if line.Password == "" {
			return ErrAlreadyShown
		}
		shown = *line
		line.Password, line.ShownAt = "", now
		return nil
	})
	if err != nil {
		return Line{}, err
	}
	return shown, f.audit(ctx, "subject", "reveal_line", id, "")
}
