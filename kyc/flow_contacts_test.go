package kyc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/otp"
)

func TestWrongCodeTenTimes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	right := b.code(t, "+33612345601")
	wrong := "000000"
	if right == wrong {
		wrong = "000001"
	}
	var err error
	for range 10 {
		err = b.flow.ConfirmCode(t.Context(), id, wrong, "192.0.2.1")
	}
	if !errors.Is(err, otp.ErrSpent) {
		t.Errorf("the tenth wrong code = %v, want ErrSpent", err)
	}
	if err := b.flow.ConfirmCode(t.Context(), id, right, "192.0.2.1"); !errors.Is(err, otp.ErrSpent) {
		t.Errorf("the right code after ten wrong ones = %v, want ErrSpent", err)
	}
	must(t, b.flow.ResendCode(t.Context(), id, "192.0.2.1"))
	b.work(t)
	must(t, b.flow.ConfirmCode(t.Context(), id, b.code(t, "+33612345601"), "192.0.2.1"))
}

// TestCountersOutliveNewCodes: neither a new code nor a new enrollment buys
// new guesses at one phone.
func TestCountersOutliveNewCodes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var err error
	for i := 0; i < 100 && !errors.Is(err, otp.ErrDisabled); i += 10 {
		b.advance(25 * time.Hour)
		a := anna(1)
		e, beginErr := b.flow.Begin(t.Context(), a)
		must(t, beginErr)
		b.work(t)
		for range 10 {
			if err = b.flow.ConfirmCode(t.Context(), e.ID, wrongOf(b.code(t, "+33612345601")), "192.0.2.1"); err == nil {
				t.Fatal("a wrong code was accepted")
			}
		}
	}
	e, err := b.flow.Begin(t.Context(), anna(1))
	must(t, err)
	b.work(t)
	if err := b.flow.ConfirmCode(t.Context(), e.ID, b.code(t, "+33612345601"), "192.0.2.1"); !errors.Is(err, otp.ErrDisabled) {
		t.Errorf("the right code after 100 wrong ones = %v, want ErrDisabled", err)
	}
}

func wrongOf(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestSendingIsLimited(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	must(t, b.flow.ResendCode(t.Context(), id, "192.0.2.1"))
	var rate *kyc.RateError
	if err := b.flow.ResendCode(t.Context(), id, "192.0.2.1"); !errors.As(err, &rate) || rate.RetryAfter <= 0 {
		t.Errorf("the third code in ten seconds = %v, want a RateError", err)
	}
}

// TestKnownAddressIsToldByMailOnly: the page of a second application with an
// enrolled address looks the same; only the mailbox's owner learns of it.
func TestKnownAddressIsToldByMailOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Issued)
	b.activateAndSignIn(t, id)
	b.advance(time.Minute)
	second := anna(1)
	second.Profile.Username = "someone-else"
	e, err := b.flow.Begin(t.Context(), second)
	must(t, err)
	b.work(t)
	if e.State() != kyc.Contacts {
		t.Errorf("state = %s, want the same as for anyone", e.State())
	}
	last, _ := b.mail.Last(notify.Kind(kyc.KnownMessage))
	if last.To.Value != "anna1@example.org" {
		t.Errorf("the owner was not told: %v", last)
	}
	if strings.Contains(last.Text, "/enroll/link/") || !strings.Contains(last.Text, "/signin") {
		t.Errorf("the mail leads into the stranger's enrollment: %s", last.Text)
	}
}

func TestRequestLinkTellsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.to(t, 1, kyc.Document)
	before := len(b.mail.Messages())
	must(t, b.flow.RequestLink(t.Context(), "nobody@example.org", "192.0.2.2"))
	b.work(t)
	if len(b.mail.Messages()) != before {
		t.Error("a mail went to an unknown address")
	}
	must(t, b.flow.RequestLink(t.Context(), "anna1@example.org", "192.0.2.2"))
	b.work(t)
	e, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	if err != nil || e.State() != kyc.Document {
		t.Errorf("OpenLink = %v, %v, want the enrollment at its document", e, err)
	}
}

// TestLinkTakesOver: the epoch tells the browser that opened the newest link
// from the one in which somebody else began.
func TestLinkTakesOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	e, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	must(t, err)
	if e.ID != id || e.Data.Epoch != 1 {
		t.Errorf("OpenLink = %s with epoch %d, want %s with 1", e.ID, e.Data.Epoch, id)
	}
	again, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	if err != nil || again.Data.Epoch != 2 {
		t.Errorf("OpenLink again = epoch %d, %v, want 2", again.Data.Epoch, err)
	}
}

// TestResumeGoesToTheOwnersEnrollment: a newer enrollment that a stranger
// began with the same address does not hide the owner's.
func TestResumeGoesToTheOwnersEnrollment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mine := b.to(t, 1, kyc.Document)
	b.advance(time.Minute)
	_, err := b.flow.Begin(t.Context(), anna(1))
	must(t, err)
	b.work(t)
	b.advance(time.Minute)
	must(t, b.flow.RequestLink(t.Context(), "anna1@example.org", "192.0.2.2"))
	b.work(t)
	e, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
	if err != nil || e.ID != mine {
		t.Errorf("OpenLink leads to %v, %v, want %s", e, err, mine)
	}
}

// TestNotAGuessIsNotCounted: what was not compared must not disable a number.
func TestNotAGuessIsNotCounted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Contacts)
	for i := range 20 {
		if err := b.flow.ConfirmCode(t.Context(), id, "not six digits", fmt.Sprintf("192.0.2.%d", i)); !errors.Is(err, otp.ErrWrong) {
			t.Fatalf("ConfirmCode = %v, want ErrWrong", err)
		}
	}
	failures, err := b.flow.Throttle.Failures(t.Context(), "phone:+33612345601")
	if err != nil || failures != 0 {
		t.Errorf("failures = %d, %v, want none", failures, err)
	}
}
