package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/chromium"
	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/internal/specimen"
)

// The whole way, as a person at a desk goes it, and what each party can do
// with the result.
func TestFromProfileToLine(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("zoe"), desktop)
	w.until("activate")

	w.checkAccount()
	record := w.checkIdentity("embedded")
	w.checkShareLink(record.ID)
	w.checkAccounts(record.ID)
	w.checkPBXFolder()
	w.checkLedger(1)
	w.checkSignIn()
	w.checkLog()
	w.b.Close() // the page would ask on
	if code := s.stop(); code != 0 {
		t.Errorf("exit code after SIGTERM = %d, want 0", code)
	}
}

// The same in French on a phone, and minted on a real Fabric network: org2's
// peer then holds the record.
func TestOnAPhoneInFrenchOnFabric(t *testing.T) {
	t.Parallel()
	network := fabricnet.Shared(t)
	s := start(t, func(settings map[string]string) {
		settings["LEDGER"] = "fabric"
		settings["FABRIC_PROFILE"] = network.Profile("org1")
		settings["FABRIC_VERIFY_PROFILE"] = network.Profile("org2")
	})
	w := newWalk(t, s, newApplicant("zoe-fr"), mobile)
	w.until("activate")

	record := w.checkIdentity("fabric")
	w.checkOtherOrganisation(record, network.Profile("org2"))
	w.checkAccounts(record.ID)
}

// An identity card has its portrait on one side and its MRZ on the other; the
// other formats have one side.
func TestEveryFormat(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, format := range []specimen.Format{specimen.TD1, specimen.TD2, specimen.MRVA, specimen.MRVB} {
		t.Run(string(format), func(t *testing.T) {
			a := newApplicant("format-" + strings.ToLower(string(format)))
			a.format = format
			newWalk(t, s, a, mobile).until("confirmation")
		})
	}
}

// A card has its portrait on one side and its zone on the other. The print of
// the front binds the two, so that policy decides without a person.
func TestCardOfTwoSidesIsIssued(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := newApplicant("two-sides")
	a.format = specimen.TD1
	newWalk(t, s, a, mobile).until("issued")
}

// Someone else's photograph, and someone else before the camera, are never
// approved; the page does not say which score failed.
func TestAnotherPersonIsNotApproved(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	tests := []struct {
		name   string
		change func(*applicant)
	}{
		{"selfie-of-another", func(a *applicant) { a.selfie = otherPhoto }},
		{"camera-shows-another", func(a *applicant) { a.live = otherPhoto }},
		{"document-of-another", func(a *applicant) { a.portrait = otherPhoto }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newApplicant(tt.name)
			tt.change(&a)
			w := newWalk(t, s, a, desktop)
			w.until("questions")
			w.b.WaitAny(w.say("outcome.rejected_title"), w.say("outcome.in_review_title"))
			if url := w.b.URL(); strings.Contains(url, "activate") {
				t.Errorf("address = %s, want the outcome", url)
			}
			if n := len(s.accounts(t)); n != 0 {
				t.Errorf("%d SIP accounts, want none", n)
			}
		})
	}
}

// A document can stand for one identity only. The second enrollment is not
// approved by the machine, whoever brings it.
func TestSameDocumentTwiceIsReferred(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	first, second := newApplicant("first-time"), newApplicant("second-time")
	second.DocumentNumber = first.DocumentNumber
	newWalk(t, s, first, desktop).until("issued")
	w := newWalk(t, s, second, desktop)
	w.until("questions")
	w.b.WaitAny(w.say("outcome.in_review_title"), w.say("outcome.rejected_title"))
	if n := len(s.accounts(t)); n != 1 {
		t.Errorf("%d SIP accounts, want the first person's only", n)
	}
}

// Ten wrong codes end the code, and the right one with it; a new code works.
func TestWrongCodeTenTimes(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("ten-times"), desktop)
	w.b.Expect("status of 4") // refused forms
	w.until("profile")
	right := s.sms.code(t, w.a.phone, 1)
	wrong := "000000"
	if right == wrong {
		wrong = "000001"
	}
	for range 10 {
		w.b.Fill("code", wrong)
		w.b.Submit(w.say("contacts.confirm"))
		w.b.WaitTrue("document.querySelector('#code-error')", "the refusal")
	}
	w.b.Fill("code", right)
	w.b.Submit(w.say("contacts.confirm"))
	w.b.WaitText(w.say("error.code_spent"))

	w.b.Submit(w.say("contacts.resend_code"))
	w.b.WaitURL("/enroll/contacts")
	w.b.Fill("code", s.sms.code(t, w.a.phone, 2))
	w.b.Submit(w.say("contacts.confirm"))
	w.b.WaitText(strings.ReplaceAll(w.say("contacts.phone_done"), "{{.Phone}}", w.a.phone))
}

// The service dies by SIGKILL after every step and right after every button:
// the enrollment goes on and nothing is minted twice.
func TestKilledAfterEveryStep(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("killed"), desktop)
	w.b.Expect("net::ERR_") // the page asks on while nobody answers
	for _, step := range steps {
		w.do(step)
		s.killAndRestart()
	}
	record := w.checkIdentity("embedded")
	w.checkAccounts(record.ID)
	w.checkLedger(1)
}

// The service dies while it works, between the button and the answer, this
// time on PostgreSQL and Fabric: the identity whose minting was interrupted is
// the one that is issued, and both organisations hold it.
func TestKilledWhileItWorks(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Start(t)
	network := fabricnet.Shared(t)
	s := start(t, func(settings map[string]string) {
		settings["DATABASE"] = dsn
		settings["LEDGER"] = "fabric"
		settings["FABRIC_PROFILE"] = network.Profile("org1")
		settings["FABRIC_VERIFY_PROFILE"] = network.Profile("org2")
	})
	w := newWalk(t, s, newApplicant("interrupted"), desktop)
	w.b.Expect("net::ERR_")
	w.interrupt = s.killAndRestart
	w.until("activate")
	record := w.checkIdentity("fabric")
	w.checkOtherOrganisation(record, network.Profile("org2"))
	w.checkAccounts(record.ID)
}

// A closed browser resumes on another device by the e-mailed link, at the step
// where it was.
func TestResumeOnAnotherDevice(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("resumes"), desktop)
	w.until("confirmation")
	w.b.Close()

	w.b = chromium.New(t, chromium.Options{Film: w.film, Width: mobile.width, Height: mobile.height})
	w.b.Open(s.url + "/resume")
	w.b.Fill("email", w.a.email)
	w.b.Submit(w.say("resume.button"))
	w.b.WaitText(w.say("resume.sent_title"))
	wait(t, 60*time.Second, "the second link", func() bool { return len(s.mail.to(t, w.a.email)) == 2 })
	w.b.Open(s.mail.wait(t, w.a.email, w.say("mail.link.subject")).link(t, s.url))
	w.b.Submit(w.say("link.button"))
	w.b.WaitURL("/enroll/selfie")
	w.b.Expect("status of 4") // a link works once
	w.b.Open(w.startLink)
	if w.b.Has(w.say("link.button")) {
		w.b.Submit(w.say("link.button"))
	}
	w.b.WaitAny(w.say("resume.invalid_title"), w.say("problem_title.link_invalid"))
}
