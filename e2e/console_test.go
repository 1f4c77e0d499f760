package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/models"
)

const administrator = "agent:administrator"

// Without model files nothing is judged by a machine and nobody is stopped: a
// person looks at the evidence and decides, and the audit log says who looked.
// The administrator then gives a PBX its key and takes it away.
func TestPeopleDecideWhereModelsAreMissing(t *testing.T) {
	t.Parallel()
	s := start(t, func(settings map[string]string) {
		settings["MODELS"] = t.TempDir()
		settings["OUTBOX"] = "auto" // both providers are there, so none
	})
	for _, want := range []string{"NOT COMPLETE", models.YuNet, models.MobileFaceNet, models.MRZ, "vouchline models fetch --from"} {
		s.waitLog(want)
	}
	if got := s.call(t, http.MethodGet, "/outbox", "", nil, nil); got != http.StatusNotFound {
		t.Errorf("GET /outbox with providers = %d, want 404", got)
	}

	approved, refused := newApplicant("approved"), newApplicant("refused")
	refused.FamilyNames = "Ødegård"
	w := newWalk(t, s, approved, desktop)
	w.untilReview()
	desk := newDesk(t, s, desktop)
	desk.b.Expect("status of 4") // refused forms, and the link's second use
	link := s.consoleLink()
	desk.enterConsole(link)
	desk.openCase(approved)
	desk.approve(approved)
	w.issued() // the applicant's page moved on by itself
	if list := s.accounts(t); len(list) != 1 || !list[0].Enabled {
		t.Errorf("accounts = %+v, want one that is enabled", list)
	}

	other := newWalk(t, s, refused, mobile)
	other.untilReview()
	desk.openCase(refused)
	desk.refuse()
	other.b.WaitText(other.say("outcome.rejected_title"))
	other.b.WaitText(other.say("reason.face_different"))
	mail := s.mail.wait(t, refused.email, other.say("mail.rejected.subject"))
	if want := other.say("reason.face_different"); !strings.Contains(mail.Text, want) {
		t.Errorf("the e-mail lacks %q:\n%s", want, mail.Text)
	}
	if strings.Contains(mail.Text, refusalNote) || other.b.Has(refusalNote) {
		t.Error("the applicant is shown the agent's note, want it kept with the case")
	}

	desk.checkKeys()
	desk.b.Submit(desk.say("console.leave"))
	desk.b.Open(link)
	desk.b.Submit(desk.say("console.enter_button"))
	desk.b.WaitText(desk.say("problem_title.link_invalid"))
	desk.b.Open(s.url + "/console")
	desk.b.WaitText(desk.say("problem_title.no_staff"))

	log := s.audit()
	for action, least := range map[string]int{
		"console_sign_in": 1, "review": 2, "view_photograph": 6, "rule_pass": 1, "rule_fail": 1, "create_api_key": 1, "revoke_api_key": 1,
	} {
		if n := audited(log, administrator, action); n < least {
			t.Errorf("the audit log has %d %s of %s, want %d or more: %+v", n, action, administrator, least, log)
		}
	}
}

// untilReview walks the whole way without anything being read or compared.
func (w *walk) untilReview() {
	w.t.Helper()
	w.until("document")
	w.b.WaitText(w.say("confirmation.unread"))
	w.b.Submit(w.say("confirmation.button"))
	w.b.WaitURL("/enroll/selfie")
	w.selfie()
	w.liveUntil(kyc.Unjudged)
	w.questions()
	w.b.WaitText(w.say("outcome.in_review_title"))
	w.s.mail.wait(w.t, w.a.email, w.say("mail.referred.subject"))
}

// approve is refused until note and document number are there.
func (w *walk) approve(a applicant) {
	w.t.Helper()
	w.b.WaitText(w.say("console_reason.models_missing"))
	w.b.Submit(w.say("console.approve"))
	w.b.WaitText(w.say("error.note_missing"))
	w.b.Fill("note", "Photographs and document show one person; number read by eye.")
	w.b.Submit(w.say("console.approve"))
	w.b.WaitText(w.say("error.document_number.required"))
	w.b.Fill("document_number", strings.ToLower(a.DocumentNumber[:4])+" "+a.DocumentNumber[4:])
	w.b.Fill("issuing_state", "fra")
	w.b.Submit(w.say("console.approve"))
	w.b.WaitText(w.say("console_done.pass"))
	if w.b.Has(a.FamilyNames) {
		w.t.Errorf("the decided case is still in the queue:\n%s", w.b.Text())
	}
}

const refusalNote = "The portrait shows someone with another chin."

func (w *walk) refuse() {
	w.t.Helper()
	w.b.Click(w.say("console_reason.face_different"))
	w.b.Submit(w.say("console.reject"))
	w.b.WaitText(w.say("error.note_missing"))
	w.b.Fill("note", refusalNote)
	w.b.Submit(w.say("console.reject")) // the reason is still ticked
	w.b.WaitText(w.say("console_done.fail"))
}

// checkKeys: a key of the console fetches the accounts until it is revoked.
func (w *walk) checkKeys() {
	w.t.Helper()
	w.b.Open(w.s.url + "/console/keys")
	w.b.Fill("key_name", "Asterisk <b>one</b>")
	w.b.Submit(w.say("console.key_button"))
	w.b.WaitText("Asterisk <b>one</b>")
	key := w.b.String(`document.querySelector("code.secret").textContent`)
	var list struct {
		Accounts []account `json:"accounts"`
	}
	if got := w.s.call(w.t, http.MethodGet, "/v1/pbx/accounts", key, nil, &list); got != http.StatusOK || len(list.Accounts) != 1 {
		w.t.Errorf("GET /v1/pbx/accounts = %d with %d accounts, want 200 with 1", got, len(list.Accounts))
	}
	w.b.Open(w.s.url + "/console/keys")
	if w.b.Has(key) {
		w.t.Error("the key is shown a second time")
	}
	w.b.WaitTrue(`[...document.querySelectorAll("tr")].some((r) => {
		const ours = r.innerText.includes("<b>one</b>");
		if (!ours) r.querySelectorAll("button").forEach((b) => { b.disabled = true; }); // the other test's keys
		return ours;
	})`, "the key")
	w.b.Submit(w.say("console.revoke"))
	w.b.WaitText(w.say("console.revoked"))
	if got := w.s.call(w.t, http.MethodGet, "/v1/pbx/accounts", key, nil, nil); got != http.StatusUnauthorized {
		w.t.Errorf("GET /v1/pbx/accounts with the revoked key = %d, want 401", got)
	}
}

// withoutProviders is the first start on somebody's own machine.
func withoutProviders(settings map[string]string) {
	settings["OUTBOX"] = "auto"
	for name := range settings {
		if strings.HasPrefix(name, "SMTP_") || strings.HasPrefix(name, "SMS_") || strings.HasPrefix(name, "SMPP_") {
			delete(settings, name)
		}
	}
}

// Without providers the messages are on a page of this machine only, and the
// way goes on from there.
func TestOutboxInsteadOfProviders(t *testing.T) {
	t.Parallel()
	s := start(t, withoutProviders)
	s.waitLog(s.url + "/outbox")
	w := newWalk(t, s, newApplicant("outbox"), desktop)
	w.profile()
	wait(t, 30*time.Second, "both messages", func() bool {
		w.b.Open(s.url + "/outbox")
		return w.b.Has(w.a.phone) && w.b.Has(w.a.email)
	})
	code := sixFigures.FindString(w.b.String(`[...document.querySelectorAll("article")].find((a) => a.innerText.includes("SMS")).innerText`))
	w.b.Open(s.url + "/enroll")
	w.b.Fill("code", code)
	w.b.Submit(w.say("contacts.confirm"))
	w.b.WaitText(strings.ReplaceAll(w.say("contacts.phone_done"), "{{.Phone}}", w.a.phone))
	w.b.Open(s.url + "/outbox")
	w.b.Submit(s.url + "/enroll/link/")
	w.b.Submit(w.say("link.button"))
	w.b.WaitURL("/enroll/document")

	for _, tt := range []struct {
		header, value string
		want          int
	}{
		{"Accept", "text/html", http.StatusOK},
		{"X-Forwarded-For", "203.0.113.7", http.StatusNotFound},
		{"X-Forwarded-For", "127.0.0.1", http.StatusNotFound},
		{"Forwarded", "for=203.0.113.7", http.StatusNotFound},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/outbox", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(tt.header, tt.value)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("GET /outbox with %s: %s = %d, want %d", tt.header, tt.value, resp.StatusCode, tt.want)
		}
	}
}

// The embedded ledger has one writer: a worker beside the service is told what
// it needs instead.
func TestWorkerNeedsFabric(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Start(t)
	s := start(t, func(settings map[string]string) { settings["DATABASE"] = dsn })
	_, complaint, code := s.vouchlineWith(s.environment(), "work", "--base-url", s.url)
	if code == 0 || code == -1 || !strings.Contains(complaint, "--ledger fabric") {
		t.Errorf("vouchline work = exit code %d, %q; want a complaint that names --ledger fabric", code, complaint)
	}
	if !s.ready() {
		t.Error("the service is gone, want it undisturbed")
	}
}
