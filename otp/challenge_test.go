package otp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/otp"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func random(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func newChallenge(t *testing.T, ch otp.Channel) (otp.Challenge, string) {
	t.Helper()
	c, err := otp.NewChallenge(random(1), ch, start)
	if err != nil {
		t.Fatal(err)
	}
	code, err := c.Code()
	if err != nil {
		t.Fatal(err)
	}
	return c, code
}

// wrongCode returns a code that differs from code in its last digit.
func wrongCode(code string) string {
	return code[:5] + string('0'+(code[5]-'0'+1)%10)
}

func TestChallengeVerify(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		channel otp.Channel
		after   time.Duration
		attempt func(code string) string
		want    error
	}{
		{"right", otp.SMS, time.Minute, func(c string) string { return c }, nil},
		{"last moment by SMS", otp.SMS, 10*time.Minute - 1, func(c string) string { return c }, nil},
		{"ten minutes by SMS", otp.SMS, 10 * time.Minute, func(c string) string { return c }, otp.ErrExpired},
		{"last moment by e-mail", otp.Email, 24*time.Hour - 1, func(c string) string { return c }, nil},
		{"a day by e-mail", otp.Email, 24 * time.Hour, func(c string) string { return c }, otp.ErrExpired},
		{"wrong", otp.SMS, 0, wrongCode, otp.ErrWrong},
		{"empty", otp.SMS, 0, func(string) string { return "" }, otp.ErrWrong},
		{"five digits", otp.SMS, 0, func(c string) string { return c[:5] }, otp.ErrWrong},
		{"seven digits", otp.SMS, 0, func(c string) string { return c + "0" }, otp.ErrWrong},
		{"letters", otp.SMS, 0, func(string) string { return "abcdef" }, otp.ErrWrong},
		{"spaced and hyphened", otp.SMS, 0, func(c string) string { return " " + c[:3] + "\u00a0-" + c[3:] + "\r\n" }, nil},
		{"zero-width marks", otp.SMS, 0, func(c string) string { return "\u200e" + c[:3] + "\u200b" + c[3:] + "\ufeff" }, nil},
		{"full-width digits", otp.SMS, 0, func(c string) string { return shift(c, '０') }, nil},
		{"Arabic-Indic digits", otp.SMS, 0, func(c string) string { return shift(c, '٠') }, nil},
		{"Devanagari digits", otp.SMS, 0, func(c string) string { return shift(c, '०') }, nil},
		{"mathematical bold digits", otp.SMS, 0, func(c string) string { return shift(c, '𝟎') }, nil},
		{"much too long", otp.SMS, 0, func(c string) string { return strings.Repeat(" ", 1<<20) + c }, otp.ErrWrong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, code := newChallenge(t, tc.channel)
			attempt := tc.attempt(code)
			if err := c.Verify(start.Add(tc.after), attempt); !errors.Is(err, tc.want) {
				t.Errorf("Verify(%.20q) = %v, want %v", attempt, err, tc.want)
			}
		})
	}
}

func shift(code string, zero rune) string {
	return strings.Map(func(r rune) rune { return r - '0' + zero }, code)
}

func TestChallengeIsUsedOnce(t *testing.T) {
	t.Parallel()
	c, code := newChallenge(t, otp.SMS)
	if err := c.Verify(start, code); err != nil {
		t.Fatalf("Verify(right) = %v, want nil", err)
	}
	if !c.UsedAt.Equal(start) {
		t.Errorf("UsedAt = %v, want %v", c.UsedAt, start)
	}
	if err := c.Verify(start, code); !errors.Is(err, otp.ErrUsed) {
		t.Errorf("Verify(right, again) = %v, want %v", err, otp.ErrUsed)
	}
}

func TestTenWrongTriesEndTheCode(t *testing.T) {
	t.Parallel()
	c, code := newChallenge(t, otp.SMS)
	for try := range otp.MaxFailures {
		want := otp.ErrWrong
		if try == otp.MaxFailures-1 {
			want = otp.ErrSpent
		}
		if err := c.Verify(start, wrongCode(code)); !errors.Is(err, want) {
			t.Errorf("Verify(wrong), try %d = %v, want %v", try+1, err, want)
		}
	}
	if err := c.Verify(start, code); !errors.Is(err, otp.ErrSpent) {
		t.Errorf("Verify(right) after ten wrong = %v, want %v", err, otp.ErrSpent)
	}
}

func TestMalformedIsNotCounted(t *testing.T) {
	t.Parallel()
	c, _ := newChallenge(t, otp.SMS)
	_ = c.Verify(start, "12345")
	if c.Failures != 0 {
		t.Errorf("Failures = %d after five digits, want 0", c.Failures)
	}
}

func TestRenewKeepsTheConsecutiveFailures(t *testing.T) {
	t.Parallel()
	c, _ := newChallenge(t, otp.SMS)
	now := start
	for n := 0; n < otp.MaxConsecutiveFailures; n++ {
		if c.Failures == otp.MaxFailures {
			now = now.Add(time.Minute)
			if err := c.Renew(now); err != nil {
				t.Fatalf("Renew() after %d failures = %v, want nil", n, err)
			}
		}
		code, err := c.Code()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Verify(now, wrongCode(code)); err == nil {
			t.Fatal("Verify(wrong) = nil")
		}
	}
	code, err := c.Code()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Verify(now, code); !errors.Is(err, otp.ErrDisabled) {
		t.Errorf("Verify(right) after 100 failures = %v, want %v", err, otp.ErrDisabled)
	}
	if err := c.Renew(now); !errors.Is(err, otp.ErrDisabled) {
		t.Errorf("Renew() after 100 failures = %v, want %v", err, otp.ErrDisabled)
	}
}

func TestRenewEndsTheOldCode(t *testing.T) {
	t.Parallel()
	c, old := newChallenge(t, otp.SMS)
	later := start.Add(5 * time.Minute)
	if err := c.Renew(later); err != nil {
		t.Fatal(err)
	}
	code, err := c.Code()
	if err != nil {
		t.Fatal(err)
	}
	if code == old {
		t.Fatalf("Code() = %s both before and after Renew", code)
	}
	if err := c.Verify(later, old); !errors.Is(err, otp.ErrWrong) {
		t.Errorf("Verify(old code) = %v, want %v", err, otp.ErrWrong)
	}
	if err := c.Verify(later.Add(9*time.Minute), code); err != nil {
		t.Errorf("Verify(new code) = %v, want nil", err)
	}
}

// A code is sent by a job that may run again after a crash, from what the
// store kept: it must be the same code.
func TestCodeSurvivesTheStore(t *testing.T) {
	t.Parallel()
	c, code := newChallenge(t, otp.Email)
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back otp.Challenge
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, back, cmp.Comparer(func(a, b otp.Secret) bool { return bytes.Equal(a, b) })); diff != "" {
		t.Errorf("challenge after JSON (-want +got):\n%s", diff)
	}
	if got, err := back.Code(); err != nil || got != code {
		t.Errorf("Code() = %v, %v, want %v", got, err, code)
	}
}

// The vectors of RFC 4226 appendix D.
func TestCodeIsHOTP(t *testing.T) {
	t.Parallel()
	for counter, want := range []string{
		"755224", "287082", "359152", "969429", "338314",
		"254676", "287922", "162583", "399871", "520489",
	} {
		c := otp.Challenge{Secret: otp.Secret("12345678901234567890"), Counter: uint64(counter)}
		if got, err := c.Code(); err != nil || got != want {
			t.Errorf("Code() at counter %d = %v, %v, want %v", counter, got, err, want)
		}
	}
}

func TestNewChallengeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := otp.NewChallenge(random(1), "pigeon", start); !errors.Is(err, otp.ErrInvalid) {
		t.Errorf("NewChallenge(pigeon) = %v, want %v", err, otp.ErrInvalid)
	}
	if _, err := otp.NewChallenge(bytes.NewReader(make([]byte, 8)), otp.SMS, start); err == nil {
		t.Error("NewChallenge(short randomness) = nil, want an error")
	}
	var stored otp.Challenge
	if _, err := stored.Code(); !errors.Is(err, otp.ErrInvalid) {
		t.Errorf("zero Challenge's Code() = %v, want %v", err, otp.ErrInvalid)
	}
}

func FuzzVerify(f *testing.F) {
	for _, s := range []string{"", "123456", "１２３ ４５６", "\xff\xfe", "000000", "-12345", "٠١٢٣٤٥"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, attempt string) {
		c, err := otp.NewChallenge(random(1), otp.SMS, start)
		if err != nil {
			t.Fatal(err)
		}
		err = c.Verify(start, attempt)
		if err == nil && c.UsedAt.IsZero() || err != nil && !errors.Is(err, otp.ErrWrong) {
			t.Errorf("Verify(%q) = %v with UsedAt %v", attempt, err, c.UsedAt)
		}
	})
}

func ExampleChallenge() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c, _ := otp.NewChallenge(random(7), otp.SMS, now) // crypto/rand.Reader in earnest
	code, _ := c.Code()                               // goes out by SMS
	fmt.Println(c.Verify(now.Add(time.Minute), code))
	fmt.Println(c.Verify(now.Add(time.Minute), code))
	// Output:
	// <nil>
	// otp: code was used before
}
