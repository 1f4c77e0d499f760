package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"path"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger/disclosure"
)

// A life is an issued identity in the hands of its subscriber, in English at a
// desk, and of staff, in French on a phone.
type life struct {
	*walk // the subscriber's

	desk    *walk
	id      string
	private *ecdsa.PrivateKey // the organisation's
	key     string            // and its API key
	pbx     string            // a PBX's
}

// An endedIdentity is the record with the end of its validity.
type endedIdentity struct {
	identity

	EndedAt time.Time `json:"ended_at"`
}

// What may happen to an identity after it is issued: an organisation is let in
// and out again, staff suspend, resume, revoke and erase it, and the ledger's
// pages tell of all of it.
func TestLifeOfAnIdentity(t *testing.T) {
	t.Parallel()
	s := start(t, withoutModels)
	l := newLife(t, s, newApplicant("life"), desktop, mobile)
	l.connectOrganisation("clinique", "Clinique de Nantes")
	l.firstKey()
	l.consent("Clinique de Nantes")
	l.standing()
	l.ledgerPages()
	l.forget()

	log := s.audit()
	for _, want := range []string{"register_organisation", "set_organisation_key", "create_api_key", "view_identity", "suspended", "active", "revoked", "ask_erasure"} {
		if audited(log, administrator, want) == 0 {
			t.Errorf("the audit log has no %s of %s", want, administrator)
		}
	}
	reader := map[string]int{}
	for _, e := range log {
		if e.Subject == l.id {
			reader[e.Action]++
		}
	}
	if reader["read_attributes"] != 1 || reader["read_attributes_refused"] != 1 {
		t.Errorf("audited reads of the identity = %v, want one that was let in and one that was refused", reader)
	}
}

// withoutModels has a person judge what a machine would: the way to an issued
// identity is then short.
func withoutModels(settings map[string]string) { settings["MODELS"] = settings["DATA_DIR"] }

// newLife issues an identity: the applicant asks for a person instead of the
// camera, and one approves.
func newLife(t *testing.T, s *service, a applicant, subscriber, staff look) *life {
	t.Helper()
	w := newDesk(t, s, subscriber)
	w.a = a
	w.until("document")
	w.b.WaitText(w.say("confirmation.unread"))
	w.b.Submit(w.say("confirmation.button"))
	w.b.WaitURL("/enroll/selfie")
	w.selfie()
	w.b.Click(w.say("live.person"))
	w.b.Submit(w.say("live.person_button"))
	w.b.WaitURL("/enroll/questions")
	w.questions()
	w.b.WaitText(w.say("outcome.in_review_title"))
	l := &life{walk: w, desk: newDesk(t, s, staff), pbx: s.pbxKey(t)}
	l.desk.b.Expect("status of 4") // forms that are refused
	l.desk.enterConsole(s.consoleLink())
	l.desk.b.Submit(a.GivenNames + " " + a.FamilyNames)
	l.desk.approve(a)
	w.issued()
	w.activate()
	l.id = path.Base(w.proofURL)
	return l
}

// lineEnabled reports what a PBX is told of the identity's line.
func (l *life) lineEnabled() bool {
	l.t.Helper()
	for _, a := range l.s.accountsFor(l.t, l.pbx) {
		if a.IdentityID == l.id {
			return a.Enabled
		}
	}
	return false
}

// connectOrganisation registers an organisation, gives it a public key, and
// makes the API key by which it reads.
func (l *life) connectOrganisation(id, name string) {
	l.t.Helper()
	var err error
	if l.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		l.t.Fatal(err)
	}
	public, err := disclosure.PublicKey(l.private)
	if err != nil {
		l.t.Fatal(err)
	}
	jwk, err := json.Marshal(public)
	if err != nil {
		l.t.Fatal(err)
	}
	d := l.desk
	d.b.Open(l.s.url + "/console/organisations")
	d.b.Fill("organisation_name", name)
	d.b.Fill("organisation_id", id+" !")
	d.b.Click(d.say("role.relying_party"))
	d.b.Fill("organisation_msp", "CliniqueMSP")
	d.b.Submit(d.say("organisations.register_button"))
	d.b.WaitText(d.say("error.organisation_id.invalid"))
	d.show("organisations")
	d.b.Fill("organisation_id", id)
	d.b.Submit(d.say("organisations.register_button"))
	d.b.WaitText(d.say("organisation_done.registered"))
	d.b.Fill("public_key", string(jwk))
	d.b.Submit(d.say("organisations.key_button"))
	d.b.WaitText(d.say("organisation_done.key"))
	d.show("organisation")
	d.b.Open(l.s.url + "/console/keys")
	d.b.Fill("key_name", name)
	d.b.Click(d.say("scope.attributes:read"))
	d.b.Fill("key_organisation", id)
	d.b.Submit(d.say("console.key_button"))
	d.b.WaitText(d.say("console.key_once"))
	l.key = d.b.String(`document.querySelector("code.secret").textContent`)
}

// firstKey: the first visit of the account makes a key pair in the browser,
// whose private half no script can read, and puts the public half on the
// ledger.
func (l *life) firstKey() {
	l.t.Helper()
	l.b.Submit(l.say("once.button"))
	l.b.WaitURL("/account")
	l.b.WaitText(l.say("account.key_made"))
	l.show("account")
	var list struct {
		Keys []struct {
			Thumbprint string `json:"thumbprint"`
			Key        struct {
				Type string `json:"kty"`
			} `json:"key"`
		} `json:"keys"`
	}
	if got := l.s.call(l.t, http.MethodGet, "/v1/identities/"+l.id+"/keys", "", nil, &list); got != http.StatusOK || len(list.Keys) != 1 || list.Keys[0].Key.Type != "RSA" {
		l.t.Fatalf("GET keys = %d %+v, want one of RSA", got, list)
	}
	kept := l.b.String(`new Promise((yes) => {
		const open = indexedDB.open("vouchline", 1);
		open.onsuccess = () => {
			const get = open.result.transaction("keys").objectStore("keys").get("` + l.id + `");
			get.onsuccess = () => crypto.subtle.exportKey("jwk", get.result.privateKey).then(() => yes("readable"), () => yes(get.result.thumbprint));
		};
	})`)
	if kept != list.Keys[0].Thumbprint {
		l.t.Errorf("the browser keeps %q, want the pair of %s with a private half that is not readable", kept, list.Keys[0].Thumbprint)
	}
	l.b.Open(l.s.url + "/account/keys")
	l.b.WaitText(l.say("account_keys.here"))
	l.show("account-keys")
}

// consent lets the organisation read, which then reads, and takes it back.
func (l *life) consent(name string) {
	l.t.Helper()
	address := "/v1/identities/" + l.id + "/attributes"
	if got := l.s.call(l.t, http.MethodGet, address, "", nil, nil); got != http.StatusUnauthorized {
		l.t.Errorf("GET attributes without a key = %d, want 401", got)
	}
	l.b.Expect("status of 4") // the form that is refused
	l.b.Open(l.s.url + "/account/consents")
	l.b.WaitText(l.say("consents.none"))
	l.b.Click(name)
	l.b.Submit(l.say("consents.button"))
	l.b.WaitText(l.say("error.attributes.consent"))
	l.show("consents-again")
	l.b.Click(l.say("field.phone"))
	l.b.Submit(l.say("consents.button"))
	l.b.WaitText(l.say("consent_done.granted"))
	l.show("consents")
	var parcel disclosure.Parcel
	if got := l.s.call(l.t, http.MethodGet, address, l.key, nil, &parcel); got != http.StatusOK {
		l.t.Fatalf("GET attributes = %d, want 200", got)
	}
	read, err := disclosure.Open(parcel, l.private)
	if err != nil || len(read) != 1 || read["phone"].Value != l.a.phone {
		l.t.Errorf("opened %d attributes (%v), want the phone number alone", len(read), err)
	}
	l.b.Submit(l.say("consents.revoke"))
	l.b.WaitText(l.say("consent_done.revoked"))
	if got := l.s.call(l.t, http.MethodGet, address, l.key, nil, nil); got != http.StatusForbidden {
		l.t.Errorf("GET attributes after the consent was taken back = %d, want 403", got)
	}
}

// standing has staff suspend, resume and revoke the identity; record and line
// follow, and the public page says so.
func (l *life) standing() {
	l.t.Helper()
	d := l.desk
	d.b.Open(l.s.url + "/console/identities")
	d.show("identities")
	d.b.Fill("identity_id", l.proofURL) // as its QR code has it
	d.b.Submit(d.say("identities.button"))
	d.b.WaitText(l.id)
	d.show("identity")
	for _, step := range []struct {
		move, status string
		line         bool
	}{{"suspend", "suspended", false}, {"resume", "active", true}, {"revoke", "revoked", false}} {
		d.b.Click(d.say("move." + step.move))
		d.show("identity-" + step.move)
		d.b.Submit(d.say("move_button." + step.move))
		l.waitDone(step.move)
		if got := l.record(); got.Status != step.status {
			l.t.Errorf("the record says %s after %s, want %s", got.Status, step.move, step.status)
		}
		wait(l.t, 30*time.Second, "the line to follow "+step.move, func() bool { return l.lineEnabled() == step.line })
		l.b.Open(l.proofURL)
		l.b.WaitText(l.say("proof.status." + step.status))
	}
}

// waitDone looks at the identity until what was asked for is done.
func (l *life) waitDone(name string) {
	l.t.Helper()
	l.desk.b.WaitURL("asked=" + name)
	wait(l.t, 60*time.Second, name, func() bool {
		if l.desk.b.Has(l.desk.say("done." + name)) {
			return true
		}
		l.desk.b.Open(l.s.url + "/console/identities/" + l.id + "?asked=" + name)
		return false
	})
}

func (l *life) record() (got endedIdentity) {
	l.t.Helper()
	if code := l.s.call(l.t, http.MethodGet, "/v1/identities/"+l.id, "", nil, &got); code != http.StatusOK {
		l.t.Fatalf("GET the identity = %d, want 200", code)
	}
	return got
}

// ledgerPages: the explorer has what was done, and the identity's history
// leads to the block.
func (l *life) ledgerPages() {
	l.t.Helper()
	d := l.desk
	d.b.Open(l.s.url + "/console/ledger")
	for _, key := range []string{"ledger_call.SetStatus", "ledger_call.GrantConsent", "ledger_call.AddKey", "ledger.latency", "ledger.node_up"} {
		d.b.WaitText(d.say(key))
	}
	d.show("ledger")
	d.b.String(`document.querySelector("main h1").dataset.old = "old"`)
	d.b.WaitTrue(`!document.querySelector("main h1").dataset.old`, "the page to renew itself")
	d.b.Open(l.s.url + "/console/identities/" + l.id)
	d.b.Submit(d.say("ledger.block") + " ")
	d.b.WaitText(d.say("event.revoked"))
	d.b.WaitText(l.id)
	d.show("block")
}

// forget has staff erase the person: everybody is told when the identity was
// valid, and nothing else.
func (l *life) forget() {
	l.t.Helper()
	d := l.desk
	d.b.Open(l.s.url + "/console/identities/" + l.id)
	d.b.Click(d.say("erase.staff"))
	d.b.Fill("confirm_id", "id")
	d.b.Submit(d.say("erase.button"))
	d.b.WaitText(d.say("error.confirm_id.differs"))
	d.show("identity-erase")
	d.b.Fill("confirm_id", l.id)
	d.b.Submit(d.say("erase.button"))
	l.waitDone("erase")
	d.show("identity-erased")
	if got := l.record(); got.Status != "erased" || got.EndedAt.IsZero() || len(got.Attributes) != 0 {
		l.t.Errorf("the record is %+v, want erased, with its end and without digests", got)
	}
	if l.lineEnabled() {
		l.t.Error("the line of the erased identity is enabled")
	}
	d.b.Open(l.proofURL)
	d.b.WaitText(d.say("proof.status.erased"))
	d.show("proof-erased")
	d.b.Open(l.s.url + "/console/ledger")
	d.b.WaitText(d.say("ledger_call.EraseIdentity"))
	l.b.Open(l.s.url + "/account")
	l.b.WaitURL("/signin")
}
