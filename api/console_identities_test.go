package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// fakeRegistry is one identity and one organisation, and what was asked of
// them.
type fakeRegistry struct {
	line   kyc.Lifeline
	clinic ledger.Organisation
	err    error // of what changes something

	looks    []string
	requests []kyc.StatusRequest
	erased   []string
	made     []ledger.Organisation
	key      ledger.PublicKey
	status   ledger.Status
}

func newRegistry() *fakeRegistry {
	identity := annasProof().Identity
	identity.TxID, identity.Version = "6f1e7cc2b8f36f1e", 2
	return &fakeRegistry{
		line: kyc.Lifeline{
			EnrollmentID: "en1", Identity: identity, Location: annasProof().Location, Extension: "2000001", Enabled: true,
			Changes: []ledger.Change{
				{Version: 1, Kind: ledger.EventIssued, Status: ledger.StatusActive, At: noon, TxID: annasProof().Location.TxID},
				{Version: 2, Kind: ledger.EventSuspended, Status: ledger.StatusSuspended, Reason: ledger.ReasonUnderReview, At: noon, TxID: "6f1e7cc2b8f36f1e"},
				{Version: 3, Kind: ledger.EventResumed, Status: ledger.StatusActive, Reason: ledger.ReasonReviewed, At: noon, TxID: "unknown"},
			},
			Consents: []ledger.Consent{{Organisation: "clinic", Attributes: []string{"phone"}, Until: noon.Add(time.Hour)}},
			Keys:     []ledger.SubscriberKey{{Thumbprint: "thumb", Key: ledger.PublicKey{Type: "RSA"}, AddedAt: noon}},
		},
		clinic: ledger.Organisation{ID: "clinic", Name: "Clinic of Nantes", Role: ledger.RoleRelyingParty, MSP: "Org2MSP", Status: ledger.StatusActive},
	}
}

func (r *fakeRegistry) Lifeline(_ context.Context, actor, id string) (kyc.Lifeline, error) {
	r.looks = append(r.looks, actor+" "+id)
	if id != r.line.Identity.ID {
		return kyc.Lifeline{}, ledger.ErrNotFound
	}
	return r.line, nil
}

func (r *fakeRegistry) ChangeStatus(_ context.Context, req kyc.StatusRequest) error {
	r.requests = append(r.requests, req)
	return r.err
}

func (r *fakeRegistry) EraseSubject(_ context.Context, actor, id string) error {
	r.erased = append(r.erased, actor+" "+id)
	return r.err
}

func (r *fakeRegistry) Organisation(_ context.Context, id string) (ledger.Organisation, error) {
	switch id {
	case r.clinic.ID:
		return r.clinic, nil
	case fakeManager.ID:
		return fakeManager, nil
	default:
		return ledger.Organisation{}, ledger.ErrNotFound
	}
}

var fakeManager = ledger.Organisation{ID: "manager", Name: "Network manager", Role: ledger.RoleIssuer, MSP: "Org1MSP", Status: ledger.StatusActive}

func (r *fakeRegistry) Organisations(context.Context) ([]ledger.Organisation, error) {
	return []ledger.Organisation{fakeManager, r.clinic}, nil
}

func (r *fakeRegistry) RegisterOrganisation(_ context.Context, _ string, o ledger.Organisation) (ledger.Organisation, error) {
	r.made = append(r.made, o)
	return o, r.err
}

func (r *fakeRegistry) SetOrganisationStatus(_ context.Context, _, _ string, s ledger.Status) (ledger.Organisation, error) {
	r.status = s
	return r.clinic, r.err
}

func (r *fakeRegistry) SetOrganisationKey(_ context.Context, _, _ string, k ledger.PublicKey) (ledger.Organisation, error) {
	r.key = k
	return r.clinic, r.err
}

// registryBrowser is of a member of staff where that registry is.
func registryBrowser(t *testing.T, r *fakeRegistry, d *fakeDesk, token string) *browser {
	t.Helper()
	b := newBrowserOf(t, newServerWith(t, &fakeFlow{state: kyc.Contacts, data: anna()}, func(c *Config) {
		c.Console = d.console()
		c.Console.Ledger, c.Console.Identities, c.Console.Organisations = &fakeExplorer{}, r, r
	}))
	b.signInStaff(token)
	return b
}

const annasIdentity = "/console/identities/idabc234"

func TestIdentitySearch(t *testing.T) {
	t.Parallel()
	b := registryBrowser(t, newRegistry(), newDesk(), "desk")
	for _, tt := range []struct{ typed, location string }{
		{"idabc234", annasIdentity},
		{" https://id.example.org/i/idabc234?phone=x ", annasIdentity},
		{"id abc", ""},
		{"//evil.example/..", ""},
		{"", ""},
	} {
		res, text := b.get("/console/identities?identity_id=" + url.QueryEscape(tt.typed))
		switch {
		case res.Header.Get("Location") != tt.location:
			t.Errorf("search for %q leads to %q, want %q", tt.typed, res.Header.Get("Location"), tt.location)
		case tt.location == "" && (res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="identity_id-error"`)):
			t.Errorf("search for %q = %d, want the form again", tt.typed, res.StatusCode)
		}
	}
}

func TestIdentityPage(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	b := registryBrowser(t, r, newDesk(), "boss")
	wantPage(
		t, b, annasIdentity, http.StatusOK,
		"Valid", "2000001", "Suspended", "A person looks at it again", "/console/ledger/blocks/40#tx-6f1e7cc2b8f36f1e", "/console/ledger/blocks/42#",
		"clinic", "Mobile phone", "thumb", "RSA, 2048 bits", "Suspend…", "Revoke for good…", "Erase this person…", "/i/idabc234",
	)
	if diff := cmp.Diff([]string{"agent:ada idabc234"}, r.looks); diff != "" {
		t.Errorf("looks (-want +got):\n%s", diff)
	}
	wantPage(t, b, "/console/identities/idnobody", http.StatusNotFound)
	b.header.Set("Accept-Language", "fr")
	wantPage(t, b, annasIdentity, http.StatusOK, "Suspendre…", "Effacer cette personne…", "Quelqu’un la réexamine")
}

// What was asked for is shown as under way until the ledger has it, and
// nothing else can be asked for meanwhile.
func TestIdentityUnderWay(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	r.line.Standing = kyc.StatusIntent{Serial: 1, Status: ledger.StatusSuspended, Reason: ledger.ReasonKeyCompromise, Actor: "agent:rob", At: noon}
	b := registryBrowser(t, r, newDesk(), "boss")
	wantPage(t, b, annasIdentity+"?asked=suspend", http.StatusOK, "Under way", "To be suspended", "Key or device in other hands", "agent:rob")
	if _, text := b.get(annasIdentity); strings.Contains(text, "Suspend…") {
		t.Error("the page offers a change while one is under way")
	}
	r.line.Standing.DoneAt, r.line.Standing.Refused = noon, ledger.CodeIllegalStatus
	wantPage(t, b, annasIdentity, http.StatusOK, "The ledger refused", "The present status does not allow this")
	r.line.Standing.Refused = ""
	wantPage(t, b, annasIdentity+"?asked=suspend", http.StatusOK, "Suspended. The line is off")
	r.line.Erasing = true
	wantPage(t, b, annasIdentity, http.StatusOK, "being forgotten")
	r.line.Erasing, r.line.Identity.Status, r.line.Identity.EndedAt = false, ledger.StatusErased, noon
	wantPage(t, b, annasIdentity, http.StatusOK, "Erased", "Valid until")
	if _, text := b.get(annasIdentity); strings.Contains(text, "/erase") || strings.Contains(text, "/status") {
		t.Error("the page of an erased identity offers a change")
	}
}

func TestChangeStatus(t *testing.T) {
	t.Parallel()
	suspend := url.Values{"status": {"suspended"}, "reason": {"under_review"}}
	revoke := url.Values{"status": {"revoked"}, "reason": {"fraud"}}
	for _, tt := range []struct {
		name, token string
		form        url.Values
		err         error
		status      int
		asked       int
	}{
		{"an agent suspends", "desk", suspend, nil, http.StatusSeeOther, 1},
		{"an agent may not revoke", "desk", revoke, nil, http.StatusForbidden, 0},
		{"an administrator revokes", "boss", revoke, nil, http.StatusSeeOther, 1},
		{"nobody erases by status", "boss", url.Values{"status": {"erased"}}, nil, http.StatusBadRequest, 0},
		{"no reason", "boss", url.Values{"status": {"suspended"}}, kyc.ErrUnknownReason, http.StatusUnprocessableEntity, 1},
		{"too late", "boss", suspend, ledger.ErrIllegalStatus, http.StatusUnprocessableEntity, 1},
		{"ledger away", "boss", suspend, ledger.ErrUnavailable, http.StatusServiceUnavailable, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRegistry()
			r.err = tt.err
			b := registryBrowser(t, r, newDesk(), tt.token)
			res, text := b.post(annasIdentity+"/status", tt.form)
			if res.StatusCode != tt.status || len(r.requests) != tt.asked {
				t.Fatalf("POST status = %d with %v asked, want %d with %d", res.StatusCode, r.requests, tt.status, tt.asked)
			}
			if tt.status == http.StatusUnprocessableEntity && !strings.Contains(text, `id="summary"`) {
				t.Error("the page does not say what is wrong")
			}
			if tt.status != http.StatusSeeOther {
				return
			}
			want := kyc.StatusRequest{
				Actor: map[string]string{"boss": "agent:ada", "desk": "agent:rob"}[tt.token], IdentityID: "idabc234",
				Status: ledger.Status(tt.form.Get("status")), Reason: tt.form.Get("reason"),
			}
			if diff := cmp.Diff(want, r.requests[0]); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// Erasure is an administrator's, and asks for the id once more.
func TestEraseByStaff(t *testing.T) {
	t.Parallel()
	r, d := newRegistry(), newDesk()
	b := registryBrowser(t, r, d, "boss")
	if res, text := b.post(annasIdentity+"/erase", url.Values{"confirm_id": {"idabc23"}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="confirm_id-error"`) || len(r.erased) > 0 {
		t.Errorf("POST erase with another id = %d, erased %v; want the form again and nothing", res.StatusCode, r.erased)
	}
	if res, _ := b.post(annasIdentity+"/erase", url.Values{"confirm_id": {" idabc234 "}}); res.Header.Get("Location") != annasIdentity+"?asked=erase" {
		t.Errorf("POST erase = %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	rob := registryBrowser(t, r, d, "desk")
	if res, _ := rob.post(annasIdentity+"/erase", url.Values{"confirm_id": {"idabc234"}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("POST erase as agent = %d, want 403", res.StatusCode)
	}
	if diff := cmp.Diff([]string{"agent:ada idabc234"}, r.erased); diff != "" {
		t.Errorf("erased (-want +got):\n%s", diff)
	}
	if _, text := rob.get(annasIdentity); strings.Contains(text, "/erase") || strings.Contains(text, "Revoke for good") {
		t.Error("an agent is offered what is an administrator's")
	}
}

// Every page of the registry is for staff, and those of organisations for
// administrators.
func TestRegistryIsClosed(t *testing.T) {
	t.Parallel()
	r, d := newRegistry(), newDesk()
	b := registryBrowser(t, r, d, "desk")
	closed := []consoleRequest{
		{http.MethodGet, "/console/organisations"},
		{http.MethodGet, "/console/organisations/clinic"},
		{http.MethodPost, "/console/organisations"},
		{http.MethodPost, "/console/organisations/clinic/status"},
		{http.MethodPost, "/console/organisations/clinic/key"},
	}
	for _, req := range closed {
		if res, _ := b.do(req.method, req.path, "", nil); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s as agent = %d, want 403", req.method, req.path, res.StatusCode)
		}
	}
	b.post("/console/leave", nil)
	for _, req := range slices.Concat(closed, []consoleRequest{
		{http.MethodGet, "/console/identities"},
		{http.MethodGet, annasIdentity},
		{http.MethodPost, annasIdentity + "/status"},
		{http.MethodPost, annasIdentity + "/erase"},
		{http.MethodGet, "/console/ledger"},
		{http.MethodGet, "/console/ledger/blocks/1"},
	}) {
		if res, _ := b.do(req.method, req.path, "", nil); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s as nobody = %d, want 403", req.method, req.path, res.StatusCode)
		}
	}
	if len(r.looks)+len(r.made)+len(r.requests) > 0 {
		t.Errorf("looks %v, made %v, requests %v; want none", r.looks, r.made, r.requests)
	}
}
