package kyc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// password is what the subscribers of these tests choose.
const password = "kofi danse le mardi"

// activateAndSignIn takes an applicant who was issued a line through all that a
// new subscriber does, and through what must be refused on the way.
func (b *bench) activateAndSignIn(t *testing.T, id string) {
	t.Helper()
	b.enrolAuthenticator(t, id)
	code := func() string { return b.totp(t, id) }
	b.activateAfterRefusals(t, id, code)
	backup := b.writeDownSecrets(t, id)
	b.signInWithEachFactor(t, code, backup)
	if _, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org")); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("the mailed link opens an activated account: %v", err)
	}
}

// enrolAuthenticator asks for the secret that an authenticator app scans.
func (b *bench) enrolAuthenticator(t *testing.T, id string) {
	t.Helper()
	a, err := b.flow.PrepareActivation(t.Context(), id)
	must(t, err)
	again, err := b.flow.PrepareActivation(t.Context(), id)
	must(t, err)
	if a != again {
		t.Error("a reloaded page made the scanned secret void")
	}
}

// totp is what the subscriber's authenticator shows now, before activation and
// after it.
func (b *bench) totp(t *testing.T, id string) string {
	t.Helper()
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	secret := e.Data.Account.TOTPSecret
	if !e.Data.Account.Active() {
		secret = e.Data.Account.PendingSecret
	}
	code, err := otp.TOTPCode(secret, b.now)
	must(t, err)
	return code
}

// activateAfterRefusals chooses a password, after attempts that must be refused.
func (b *bench) activateAfterRefusals(t *testing.T, id string, code func() string) {
	t.Helper()
	ctx := t.Context()
	if err := b.flow.Activate(ctx, id, "password1", code()); !errors.Is(err, kyc.ErrPasswordCommon) {
		t.Errorf("Activate with a common password = %v", err)
	}
	if err := b.flow.Activate(ctx, id, password, "000000"); err == nil {
		t.Error("Activate accepted a wrong code")
	}
	if _, err := b.flow.Secrets(ctx, id); !errors.Is(err, kyc.ErrNotSubscriber) {
		t.Errorf("Secrets before activation = %v", err)
	}
	must(t, b.flow.Activate(ctx, id, password, code()))
}

// writeDownSecrets reads what is shown until its holder says that it is written
// down, and returns the backup code.
func (b *bench) writeDownSecrets(t *testing.T, id string) otp.BackupCode {
	t.Helper()
	ctx := t.Context()
	secrets, err := b.flow.Secrets(ctx, id)
	must(t, err)
	account := b.pbx.Accounts()[0]
	if c := account.Devices[0].Credentials[0]; c.Username != secrets.Line.Username() ||
		c.HA1SHA256 != pbx.HA1(pbx.SHA256, c.Username, account.Realm, pbx.Password(secrets.Line.Password)) {
		t.Error("the password shown to the subscriber is not the one on the PBX")
	}
	if again, err := b.flow.Secrets(ctx, id); err != nil || again != secrets {
		t.Errorf("a page that never arrived cost the subscriber their secrets: %v", err)
	}
	must(t, b.flow.Acknowledge(ctx, id))
	if _, err := b.flow.Secrets(ctx, id); !errors.Is(err, kyc.ErrAlreadyShown) {
		t.Errorf("Secrets after they were written down = %v", err)
	}
	return secrets.Backup
}

// signInWithEachFactor signs in by each name and second factor, and with those
// that are used up.
func (b *bench) signInWithEachFactor(t *testing.T, code func() string, backup otp.BackupCode) {
	t.Helper()
	// next signs in at the next step of the authenticator's clock; a code that
	// was computed for the call is of the step before.
	next := func(login, password, code string) error {
		b.advance(31 * time.Second)
		return b.signIn(t, login, password, code)
	}
	if err := next("anna1", password, code()); err == nil {
		t.Error("SignIn accepted the code of an earlier step")
	}
	fresh := code()
	if err := b.signIn(t, "ANNA1@example.org", password, fresh); err != nil {
		t.Errorf("SignIn = %v", err)
	}
	if err := b.signIn(t, "anna1", password, fresh); !errors.Is(err, kyc.ErrSignInRefused) {
		t.Errorf("SignIn with a used code = %v", err)
	}
	if err := next("+33 6 12 34 56 01", password, backup.Reveal()); err != nil {
		t.Errorf("SignIn with the backup code = %v", err)
	}
	for name, err := range map[string]error{
		"used backup code": next("anna1", password, backup.Reveal()),
		"wrong password":   next("anna1", "kofi danse le lundi", code()),
		"unknown login":    next("nobody", password, code()),
	} {
		if !errors.Is(err, kyc.ErrSignInRefused) {
			t.Errorf("SignIn with %s = %v, want the same refusal as ever", name, err)
		}
	}
}

func (b *bench) signIn(t *testing.T, login, password, code string) error {
	t.Helper()
	_, err := b.flow.SignIn(t.Context(), kyc.Credentials{Login: login, Password: password, Code: code, Source: "192.0.2.9"})
	return err
}

// TestHundredWrongPasswordsAndUnlock: SP 800-63B-4 disables the authenticator,
// and the operator has a way back.
func TestHundredWrongPasswordsAndUnlock(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Issued)
	b.activateAndSignIn(t, id)
	for range 100 {
		_, err := b.flow.Throttle.Fail(t.Context(), "password:"+id)
		must(t, err)
	}
	signIn := func() error {
		b.advance(31 * time.Second)
		return b.signIn(t, "anna1", password, b.totp(t, id))
	}
	if err := signIn(); !errors.Is(err, kyc.ErrSignInRefused) {
		t.Errorf("SignIn after 100 wrong passwords = %v, want it refused", err)
	}
	must(t, b.flow.Unlock(t.Context(), "operator", "anna1"))
	if err := signIn(); err != nil {
		t.Errorf("SignIn after Unlock = %v", err)
	}
}
