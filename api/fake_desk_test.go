package api

import (
	"context"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
)

// fakeDesk is everything the console needs: one case, one photograph, links
// that are used up, keys, and the audit log.
type fakeDesk struct {
	data  kyc.Data
	state kyc.State
	links map[string]StaffMember
	keys  []APIKey
	// otherName is the given names of the enrollment that matched.
	otherName string

	ruling  kyc.Ruling
	looks   []string // at evidence
	entries []kyc.AuditEntry
}

func (d *fakeDesk) enrollment(id string) (*kyc.Enrollment, error) {
	if id != "en1" {
		return nil, kyc.ErrNotFound
	}
	return kyc.Restore(kyc.Snapshot{ID: "en1", State: d.state, Version: 3, CreatedAt: noon, UpdatedAt: noon, Data: d.data})
}

func (d *fakeDesk) Referrals(context.Context, int) ([]*kyc.Enrollment, error) {
	d.looks = append(d.looks, "queue")
	e, err := d.enrollment("en1")
	return []*kyc.Enrollment{e}, err
}

func (d *fakeDesk) Review(_ context.Context, agent, id string) (*kyc.Enrollment, error) {
	d.looks = append(d.looks, agent+" "+id)
	return d.enrollment(id)
}

func (d *fakeDesk) ReviewPhoto(_ context.Context, agent, id, name string) ([]byte, error) {
	if id != "en1" || name != d.data.Selfie.Photo {
		return nil, kyc.ErrNotFound
	}
	d.looks = append(d.looks, agent+" "+id+" "+name)
	return []byte("a JPEG"), nil
}

// ReviewMatch knows en2, which has the same data and other names.
func (d *fakeDesk) ReviewMatch(_ context.Context, agent, id, other string) (*kyc.Enrollment, error) {
	if id != "en1" || other != "en2" {
		return nil, kyc.ErrNotFound
	}
	d.looks = append(d.looks, agent+" "+other+" beside "+id)
	data := d.data
	data.Profile.GivenNames = d.otherName
	return kyc.Restore(kyc.Snapshot{ID: other, State: kyc.Issued, Version: 1, Data: data})
}

func (d *fakeDesk) ReviewMatchPhoto(ctx context.Context, agent, id, other, name string) ([]byte, error) {
	if _, err := d.ReviewMatch(ctx, agent, id, other); err != nil {
		return nil, err
	}
	return d.ReviewPhoto(ctx, agent, id, name)
}

func (d *fakeDesk) Rule(_ context.Context, _ string, r kyc.Ruling) error {
	if r.Note == "" {
		return kyc.ErrNoteMissing
	}
	d.ruling = r
	if r.Outcome == kyc.Passed && (r.DocumentNumber == "" || r.IssuingState == "") {
		return kyc.FieldErrors{"document_number": kyc.FieldRequired, "issuing_state": kyc.FieldRequired}
	}
	return nil
}

func (d *fakeDesk) RedeemLink(_ context.Context, token string) (StaffMember, error) {
	m, ok := d.links[token]
	if !ok {
		return StaffMember{}, kyc.ErrLinkInvalid
	}
	delete(d.links, token)
	return m, nil
}

func (d *fakeDesk) CreateKey(_ context.Context, name string, scopes []string, organisation string) (string, error) {
	d.keys = append(d.keys, APIKey{ID: "k1", Name: name, Scopes: scopes, Organisation: organisation, Created: noon})
	return "vl_secret", nil
}

func (d *fakeDesk) ListKeys(context.Context) ([]APIKey, error) { return d.keys, nil }

func (d *fakeDesk) RevokeKey(_ context.Context, id string) error {
	if id != "k1" {
		return kyc.ErrNotFound
	}
	d.keys[0].Revoked = true
	return nil
}

func (d *fakeDesk) Audit(_ context.Context, e kyc.AuditEntry) error {
	d.entries = append(d.entries, e)
	return nil
}

func (d *fakeDesk) actions() []string {
	var out []string
	for _, e := range d.entries {
		out = append(out, e.Actor+" "+e.Action)
	}
	return out
}

func newDesk() *fakeDesk {
	data := anna()
	data.Selfie.Photo, data.Document.Photos = "selfie-1", []string{"front-1"}
	data.Checks = []kyc.Check{
		{Name: kyc.CheckDocument, Outcome: kyc.Referred, Reasons: []kyc.Reason{kyc.ReasonUnreadable}},
		{Name: kyc.CheckDocumentLive, Outcome: kyc.Referred, Face: &faces.Comparison{Score: 0.412, Threshold: 0.45, Decision: faces.Refer}},
	}
	data.Decision = &kyc.Decision{Outcome: kyc.Referred, Reasons: []kyc.Reason{kyc.ReasonUnreadable}, By: "policy", At: noon}
	return &fakeDesk{
		data: data, state: kyc.InReview, otherName: "Ann",
		links: map[string]StaffMember{"boss": {"ada", "administrator"}, "desk": {"rob", "reviewer"}},
	}
}

// console is what staff need to work on cases.
func (d *fakeDesk) console() Console {
	return Console{Reviews: d, Staff: d, Keys: d, Auditor: d}
}

// newStaffBrowser serves a console whose time is *now.
func newStaffBrowser(t *testing.T, d *fakeDesk, flow *fakeFlow, now *time.Time) *browser {
	t.Helper()
	return newBrowserOf(t, newServerWith(t, flow, func(c *Config) {
		c.Clock, c.Console = func() time.Time { return *now }, d.console()
	}))
}

// staffBrowser is signed in by the link with that token.
func staffBrowser(t *testing.T, d *fakeDesk, token string) *browser {
	t.Helper()
	now := noon
	b := newStaffBrowser(t, d, &fakeFlow{state: kyc.Contacts, data: anna()}, &now)
	b.signInStaff(token)
	return b
}

func (b *browser) signInStaff(token string) {
	b.t.Helper()
	if res, _ := b.post("/console/link/"+token, nil); res.Header.Get("Location") != "/console" {
		b.t.Fatalf("POST /console/link = %d to %q, want to /console", res.StatusCode, res.Header.Get("Location"))
	}
}
