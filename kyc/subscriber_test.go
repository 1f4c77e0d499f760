package kyc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

func (b *bench) activateAndSignIn(t *testing.T, id string) {
	t.Helper()
	ctx := t.Context()
	a, err := b.flow.PrepareActivation(ctx, id)
	must(t, err)
	again, err := b.flow.PrepareActivation(ctx, id)
	must(t, err)
	if a != again {
		t.Error("a reloaded page made the scanned secret void")
	}
	e, err := b.flow.Enrollment(ctx, id)
	must(t, err)
	secret := e.Data.Account.PendingSecret
	code := func() string {
		c, err := otp.TOTPCode(secret, b.now)
		must(t, err)
		return c
	}
	if err := b.flow.Activate(ctx, id, "password1", code()); !errors.Is(err, kyc.ErrPasswordCommon) {
		t.Errorf("Activate with a common password = %v", err)
	}
	if err := b.flow.Activate(ctx, id, "kofi danse le mardi", "000000"); err == nil {
		t.Error("Activate accepted a wrong code")
	}
	if _, err := b.flow.Secrets(ctx, id); !errors.Is(err, kyc.ErrNotSubscriber) {
		t.Errorf("Secrets before activation = %v", err)
	}
	must(t, b.flow.Activate(ctx, id, "kofi danse le mardi", code()))
	secrets, err := b.flow.Secrets(ctx, id)
	must(t, err)
	backup := secrets.Backup
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
	signIn := func(login, password, code string) error {
		b.advance(31 * time.Second)
		_, err := b.flow.SignIn(ctx, kyc.Credentials{Login: login, Password: password, Code: code, Source: "192.0.2.9"})
		return err
	}
	if err := signIn("anna1", "kofi danse le mardi", code()); err == nil {
		t.Error("SignIn accepted the code of an earlier step")
	}
	fresh := code()
	if _, err := b.flow.SignIn(ctx, kyc.Credentials{Login: "ANNA1@example.org", Password: "kofi danse le mardi", Code: fresh, Source: "192.0.2.9"}); err != nil {
		t.Errorf("SignIn = %v", err)
	}
	if _, err := b.flow.SignIn(ctx, kyc.Credentials{Login: "anna1", Password: "kofi danse le mardi", Code: fresh, Source: "192.0.2.9"}); !errors.Is(err, kyc.ErrSignInRefused) {
		t.Errorf("SignIn with a used code = %v", err)
	}
	if err := signIn("+33 6 12 34 56 01", "kofi danse le mardi", backup.Reveal()); err != nil {
		t.Errorf("SignIn with the backup code = %v", err)
	}
	for name, err := range map[string]error{
		"used backup code": signIn("anna1", "kofi danse le mardi", backup.Reveal()),
		"wrong password":   signIn("anna1", "kofi danse le lundi", code()),
		"unknown login":    signIn("nobody", "kofi danse le mardi", code()),
	} {
		if !errors.Is(err, kyc.ErrSignInRefused) {
			t.Errorf("SignIn with %s = %v, want the same refusal as ever", name, err)
		}
	}
	if _, err := b.flow.OpenLink(ctx, b.token(t, "anna1@example.org")); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("the mailed link opens an activated account: %v", err)
	}
}

// TestHundredWrongPasswordsAndUnlock: SP 800-63B-4 disables the authenticator,
// and the operator has a way back.
func TestHundredWrongPasswordsAndUnlock(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Issued)
	b.activateAndSignIn(t, id)
	for range 100 {
		if _, err := b.flow.Throttle.Fail(t.Context(), "password:"+id); err != nil {
			t.Fatal(err)
		}
	}
	signIn := func() error {
		b.advance(31 * time.Second)
		e, err := b.flow.Enrollment(t.Context(), id)
		must(t, err)
		code, err := otp.TOTPCode(e.Data.Account.TOTPSecret, b.now)
		must(t, err)
		_, err = b.flow.SignIn(t.Context(), kyc.Credentials{Login: "anna1", Password: "kofi danse le mardi", Code: code, Source: "192.0.2.77"})
		return err
	}
	if err := signIn(); !errors.Is(err, kyc.ErrSignInRefused) {
		t.Errorf("SignIn after 100 wrong passwords = %v, want it refused", err)
	}
	must(t, b.flow.Unlock(t.Context(), "operator", "anna1"))
	if err := signIn(); err != nil {
		t.Errorf("SignIn after Unlock = %v", err)
	}
}
