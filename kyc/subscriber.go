package kyc

import (
	"context"
	_ "embed"
	"errors"
	"maps"
	"slices"
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

// Activate sets the password and the second factor. The backup code that goes
// with them is among the [Flow.Secrets].
func (f *Flow) Activate(ctx context.Context, id, password, code string) error {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := checkPassword(password, e.Data.Profile, f.Settings.Service); err != nil {
		return err
	}
	// Hashing takes long on purpose, so it happens before the transaction.
	hash, err := argon2id.CreateHash(norm.NFC.String(password), passwordCost)
	if err != nil {
		return err
	}
	backup, err := otp.NewBackupCode(f.random())
	if err != nil {
		return err
	}
	backupHash, err := argon2id.CreateHash(backup.Reveal(), passwordCost)
	if err != nil {
		return err
	}
	if err := f.audit(ctx, "subject", "activate", id, ""); err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
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
		*account = Account{
			PasswordHash: hash, TOTPSecret: account.PendingSecret, TOTPStep: step, BackupHash: backupHash,
			PendingBackup: backup.Reveal(), ActivatedAt: now,
		}
		e.Data.LinkHash = "" // the mailed link has done its work
		return nil
	})
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

// SignIn checks password and second factor. Every refusal is the same and
// does the same work, so that a stranger learns neither whether an account
// exists nor what was wrong (OWASP ASVS 5, 6.3.8).
func (f *Flow) SignIn(ctx context.Context, c Credentials) (*Enrollment, error) {
	if err := f.take(ctx, "source:"+c.Source, otp.PerSource()...); err != nil {
		return nil, err
	}
	if len(c.Password) > 4*maxPassword {
		return nil, ErrSignInRefused
	}
	candidates, err := f.accounts(ctx, f.lookups(c.Login))
	if err != nil {
		return nil, err
	}
	e, err := f.matching(ctx, c.Password, candidates)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, f.wrongPassword(ctx, c.Login, candidates)
	}
	authenticator := secondFactorOf(e.ID)
	failures, err := f.Throttle.Failures(ctx, authenticator)
	if err != nil {
		return nil, err
	}
	if otp.Disabled(failures) {
		return nil, ErrSignInRefused
	}
	e, right, err := f.secondFactor(ctx, e.ID, c.Code)
	if err != nil {
		return nil, err
	}
	if !right {
		if _, err := f.Throttle.Fail(ctx, authenticator); err != nil {
			return nil, err
		}
		return nil, ErrSignInRefused
	}
	return e, errors.Join(f.Throttle.Succeed(ctx, authenticator), f.Throttle.Succeed(ctx, passwordOf(e.ID)))
}

// The authenticators of an account, whose failures are counted apart: wrong
// passwords by strangers must not use up the owner's tries at the second
// factor.
func passwordOf(id string) string     { return "password:" + id }
func secondFactorOf(id string) string { return "account:" + id }

// wrongPassword counts a failure (SP 800-63B-4 section 3.2.2: after 100 in a
// row an authenticator is disabled). For a login that nobody has it does the
// same work under the login's own name.
func (f *Flow) wrongPassword(ctx context.Context, login string, candidates []*Enrollment) error {
	authenticators := []string{"login:" + strings.ToLower(strings.TrimSpace(login))}
	if len(candidates) > 0 {
		authenticators = nil
	}
	for _, e := range candidates {
		authenticators = append(authenticators, passwordOf(e.ID))
	}
	for _, a := range authenticators {
		if _, err := f.Throttle.Fail(ctx, a); err != nil {
			return err
		}
	}
	return ErrSignInRefused
}

// Unlock sets the counters of a login or phone number to zero, on the word of
// an operator who knows why: 100 failures in a row disable an authenticator
// until then.
func (f *Flow) Unlock(ctx context.Context, actor, login string) error {
	lookups := f.lookups(login)
	accounts, err := f.accounts(ctx, lookups)
	if err != nil {
		return err
	}
	var authenticators []string
	if phone, ok := lookups[ByPhone]; ok {
		authenticators = append(authenticators, "phone:"+phone)
	}
	for _, e := range accounts {
		authenticators = append(authenticators, passwordOf(e.ID), secondFactorOf(e.ID))
	}
	if len(authenticators) == 0 {
		return ErrNotFound
	}
	for _, a := range authenticators {
		if err := f.Throttle.Succeed(ctx, a); err != nil {
			return err
		}
	}
	for _, e := range accounts {
		if err := f.audit(ctx, actor, "unlock", e.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

// matching returns the account whose password it is. It compares at least
// once, so that an unknown login takes as long as a known one.
func (f *Flow) matching(ctx context.Context, password string, accounts []*Enrollment) (*Enrollment, error) {
	password = norm.NFC.String(password)
	for _, e := range accounts {
		right, err := argon2id.ComparePasswordAndHash(password, e.Data.Account.PasswordHash)
		if err != nil {
			return nil, err
		}
		failures, err := f.Throttle.Failures(ctx, passwordOf(e.ID))
		if err != nil {
			return nil, err
		}
		if right && !otp.Disabled(failures) {
			return e, nil
		}
	}
	if len(accounts) == 0 {
		hash, err := nobody()
		if err != nil {
			return nil, err
		}
		_, err = argon2id.ComparePasswordAndHash(password, hash)
		return nil, err
	}
	return nil, nil
}

// lookups are the ways in which a login may name its account.
func (f *Flow) lookups(login string) map[Lookup]string {
	login = strings.TrimSpace(login)
	lookups := map[Lookup]string{ByEmail: strings.ToLower(login), ByUsername: strings.ToLower(login)}
	if phone := normalizePhone(login, f.Settings.DefaultCountry, FieldErrors{}); strings.HasPrefix(phone, "+") {
		lookups[ByPhone] = phone
	}
	return lookups
}

// accounts returns the activated accounts that one of the lookups finds.
func (f *Flow) accounts(ctx context.Context, lookups map[Lookup]string) ([]*Enrollment, error) {
	var found []*Enrollment
	seen := map[string]bool{}
	for _, by := range slices.Sorted(maps.Keys(lookups)) {
		ids, err := f.Enrollments.Find(ctx, by, lookups[by])
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			e, err := f.Enrollments.Get(ctx, id)
			if errors.Is(err, ErrNotFound) {
				continue // erased in between
			}
			if err != nil {
				return nil, err
			}
			if e.State() == Issued && e.Data.Account.Active() {
				found = append(found, e)
			}
		}
	}
	return found, nil
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
			return nil //nolint:nilerr // not even a backup code: not accepted, which is all there is to tell
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

// Secrets are what a new subscriber writes down. They are kept, sealed, until
// then: a page that never arrived must not cost a phone line.
type Secrets struct {
	Backup otp.BackupCode
	Line   Line
}

// Secrets returns what has not been written down yet.
func (f *Flow) Secrets(ctx context.Context, id string) (Secrets, error) {
	e, err := f.Enrollments.Get(ctx, id)
	switch {
	case err != nil:
		return Secrets{}, err
	case e.State() != Issued || !e.Data.Account.Active():
		return Secrets{}, ErrNotSubscriber
	case e.Data.Line.Password == "" && e.Data.Account.PendingBackup == "":
		return Secrets{}, ErrAlreadyShown
	}
	if err := f.audit(ctx, "subject", "show_secrets", id, ""); err != nil {
		return Secrets{}, err
	}
	return Secrets{Backup: otp.BackupCode(e.Data.Account.PendingBackup), Line: e.Data.Line}, nil
}

// Acknowledge destroys the secrets that were written down. What is kept are a
// hash and the HA1 digests, from which nobody can sign in elsewhere.
func (f *Flow) Acknowledge(ctx context.Context, id string) error {
	if err := f.audit(ctx, "subject", "acknowledge_secrets", id, ""); err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, _ time.Time) error {
		if e.State() != Issued || !e.Data.Account.Active() {
			return ErrNotSubscriber
		}
		e.Data.Line.Password, e.Data.Account.PendingBackup = "", ""
		return nil
	})
}
