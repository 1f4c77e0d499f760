package otp_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	pquerna "github.com/pquerna/otp"

	"github.com/vouchline/vouchline/otp"
)

var rfcSecret = otp.Secret("12345678901234567890")

// The vectors of RFC 6238 appendix B for SHA-1, whose last six digits are the
// six-digit codes.
func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		unix int64
		want string
	}{
		{59, "287082"},
		{1111111109, "081804"},
		{1111111111, "050471"},
		{1234567890, "005924"},
		{2000000000, "279037"},
		{20000000000, "353130"},
	} {
		now := time.Unix(tc.unix, 0)
		if got, err := otp.TOTPCode(rfcSecret, now); err != nil || got != tc.want {
			t.Errorf("TOTPCode(%d) = %v, %v, want %v", tc.unix, got, err, tc.want)
		}
		if step, err := otp.VerifyTOTP(rfcSecret, tc.want, now, 0); err != nil || step != tc.unix/30 {
			t.Errorf("VerifyTOTP(%s at %d) = %d, %v, want %d", tc.want, tc.unix, step, err, tc.unix/30)
		}
	}
}

func TestVerifyTOTP(t *testing.T) {
	t.Parallel()
	now := start
	step := otp.TOTPStep(now)
	at := func(d time.Duration) string {
		code, err := otp.TOTPCode(rfcSecret, now.Add(d))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	for _, tc := range []struct {
		name string
		code string
		last int64
		want int64
		err  error
	}{
		{"present step", at(0), 0, step, nil},
		{"one step late", at(-30 * time.Second), 0, step - 1, nil},
		{"one step early", at(30 * time.Second), 0, step + 1, nil},
		{"two steps late", at(-60 * time.Second), 0, 0, otp.ErrWrong},
		{"two steps early", at(60 * time.Second), 0, 0, otp.ErrWrong},
		{"same step again", at(0), step, step, otp.ErrUsed},
		{"step before the last", at(-30 * time.Second), step, step, otp.ErrUsed},
		{"next step after the last", at(30 * time.Second), step, step + 1, nil},
		{"grouped", at(0)[:3] + " " + at(0)[3:], 0, step, nil},
		{"five digits", at(0)[:5], 7, 7, otp.ErrWrong},
		{"empty", "", 7, 7, otp.ErrWrong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := otp.VerifyTOTP(rfcSecret, tc.code, now, tc.last)
			if got != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("VerifyTOTP(%q, last %d) = %d, %v, want %d, %v", tc.code, tc.last, got, err, tc.want, tc.err)
			}
		})
	}
}

func TestVerifyTOTPRefusesAShortSecret(t *testing.T) {
	t.Parallel()
	if _, err := otp.VerifyTOTP(otp.Secret("short"), "123456", start, 0); !errors.Is(err, otp.ErrInvalid) {
		t.Errorf("VerifyTOTP(short secret) = %v, want %v", err, otp.ErrInvalid)
	}
}

func TestKeyURI(t *testing.T) {
	t.Parallel()
	got, err := otp.KeyURI("Vouch & Line", "ada@example.org", rfcSecret)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Vouch & Line:ada@example.org" {
		t.Errorf("KeyURI = %s, want otpauth://totp/Vouch & Line:ada@example.org", got)
	}
	for k, want := range map[string]string{
		"secret": rfcSecret.Base32(), "issuer": "Vouch & Line", "period": "30", "digits": "6", "algorithm": "SHA1",
	} {
		if v := u.Query().Get(k); v != want {
			t.Errorf("KeyURI's %s = %q, want %q", k, v, want)
		}
	}
	if key, err := pquerna.NewKeyFromURL(got); err != nil || key.Secret() != rfcSecret.Base32() || key.Issuer() != "Vouch & Line" || key.Period() != 30 {
		t.Errorf("NewKeyFromURL(%s) = %v, %v, want our own key", got, key, err)
	}
	for _, bad := range [][2]string{{"", "a"}, {"a", ""}, {"a:b", "c"}, {"a", "b:c"}, {"a\n", "b"}} {
		if _, err := otp.KeyURI(bad[0], bad[1], rfcSecret); !errors.Is(err, otp.ErrInvalid) {
			t.Errorf("KeyURI(%q, %q) = %v, want %v", bad[0], bad[1], err, otp.ErrInvalid)
		}
	}
}
