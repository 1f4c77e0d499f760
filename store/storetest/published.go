package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

var publishedTests = map[string]func(*testing.T, *suite){
	"a line is shown and hidden":                published,
	"a late publication is refused":             publishedLate,
	"a line that is gone is not shown again":    publishedGone,
	"a credential ends by the database's clock": publishedEnds,
	"a browser has an endpoint of its own":      publishedBrowser,
	"a published line goes with its subject":    publishedErased,
}

// public reports whether this database shows anything to a PBX.
func (s *suite) public(t *testing.T) bool {
	t.Helper()
	if s.Dialect() == "postgres" {
		return true
	}
	if err := s.Publish(t.Context(), account(1, "id1")); !errors.Is(err, store.ErrNotPublic) {
		t.Errorf("Publish = %v, want ErrNotPublic", err)
	}
	if _, err := s.Published(t.Context()); !errors.Is(err, store.ErrNotPublic) {
		t.Errorf("Published = %v, want ErrNotPublic", err)
	}
	return false
}

// publish saves an account and shows it.
func (s *suite) publish(t *testing.T, a pbx.Account) {
	t.Helper()
	if err := s.SaveAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// shown returns a table or view as lines of text.
func (s *suite) shown(t *testing.T, relation string) []string {
	t.Helper()
	return s.column(t, "SELECT x::text FROM "+relation+" x ORDER BY 1")
}

// showsNothing checks that a PBX finds nothing there.
func (s *suite) showsNothing(t *testing.T, relation string) {
	t.Helper()
	if got := s.shown(t, relation); len(got) > 0 {
		t.Errorf("%s = %v, want nothing", relation, got)
	}
}

func published(t *testing.T, s *suite) {
	if !s.public(t) {
		return
	}
	s.enrolled(t, "en1", "id1")
	a := account(1, "id1")
	for range 2 {
		s.publish(t, a)
		got, err := s.Published(t.Context())
		if err != nil || len(got) != 1 {
			t.Fatalf("Published = %v, %v, want one", got, err)
		}
		want := a.Clone()
		want.Devices[0].ID, want.Devices[0].Name, want.Devices[0].AddedAt = got[0].Devices[0].ID, "", time.Time{}
		if diff := cmp.Diff(want, got[0], cmp.Comparer(pbx.Account.Equal)); diff != "" {
			t.Errorf("Published (-want +got):\n%s", diff)
		}
	}
	c := a.Devices[0].Credentials[0]
	for relation, want := range map[string]string{
		"asterisk.ps_auths": "(2000001-k3f9ab,digest,2000001-k3f9ab,vouchline,\"SHA-512-256:" + c.HA1SHA512256 + ",SHA-256:" + c.HA1SHA256 +
			",MD5:" + c.HA1MD5 + "\",,)", // what is asked for is Asterisk's own setting
		"asterisk.ps_endpoints": `(2000001,2000001,2000001-k3f9ab,vouchline,all,"opus,g722,ulaw,alaw",no,yes,yes,yes,no,no,,,"""Anna-Maria Eriksson-Plaintext"" <2000001>",id1,"")`,
		"asterisk.ps_aors":      `(2000001,10,yes,60,120,120,0,"","")`,
		"kamailio.subscriber":   `(2000001-k3f9ab,vouchline,` + c.HA1MD5 + `,` + c.HA1B + `,2000001,"Anna-Maria Eriksson-Plaintext")`,
	} {
		if diff := cmp.Diff([]string{want}, s.shown(t, relation)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", relation, diff)
		}
	}
	for name, change := range map[string]func(*pbx.Account){
		"disabled":  func(a *pbx.Account) { a.Enabled = false },
		"suspended": func(a *pbx.Account) { a.Suspended = true },
		"released":  func(a *pbx.Account) { a.ReleasedAt = Start },
		"ended":     func(a *pbx.Account) { a.Devices[0].Credentials[0].NotAfter = Start },
		"a shell":   func(a *pbx.Account) { *a = a.Shell() },
	} {
		s.publish(t, a)
		b := a.Clone()
		change(&b)
		s.publish(t, b)
		for _, relation := range []string{"pbx.lines", "pbx.credentials", "pbx.endpoints", "asterisk.ps_endpoints", "asterisk.ps_aors"} {
			if got := s.shown(t, relation); len(got) > 0 {
				t.Errorf("%s of a line that is %s = %v, want nothing", relation, name, got)
			}
		}
	}
}

func publishedLate(t *testing.T, s *suite) {
	if !s.public(t) {
		return
	}
	s.enrolled(t, "en1", "id1")
	before := account(1, "id1")
	s.publish(t, before)
	off := before.Clone()
	off.Enabled = false
	s.publish(t, off)
	if err := s.Publish(t.Context(), before); !errors.Is(err, kyc.ErrConflict) {
		t.Errorf("Publish of what was before = %v, want ErrConflict", err)
	}
	if err := s.DestroySubject(t.Context(), "en1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(t.Context(), before); !errors.Is(err, kyc.ErrConflict) {
		t.Errorf("Publish of an erased line = %v, want ErrConflict", err)
	}
	s.clock.Advance(time.Hour)
	quarantined := numbers(2000001, 2000001)
	quarantined.Quarantine = time.Minute
	s.allocate(t, "id2", quarantined)
	if err := s.Publish(t.Context(), before); !errors.Is(err, kyc.ErrConflict) {
		t.Errorf("Publish of a number that another has = %v, want ErrConflict", err)
	}
	s.showsNothing(t, "pbx.lines")
}

// An account that is not there any more, because it did not open when its subject
// was erased, is not brought back by who read it before. Hiding is always right,
// also of a line that does not open.
func publishedGone(t *testing.T, s *suite) {
	if !s.public(t) {
		return
	}
	s.enrolled(t, "en1", "id1")
	before := account(1, "id1")
	s.publish(t, before)
	if err := s.exec(t, "UPDATE sip_accounts SET sealed = 'damaged'"); err != nil {
		t.Fatal(err)
	}
	off := before.Clone()
	off.Enabled = false
	if err := s.Publish(t.Context(), before); err == nil {
		t.Error("Publish of a line that does not open = nil, want an error")
	}
	if err := s.Publish(t.Context(), off); err != nil {
		t.Errorf("hiding a line that does not open = %v", err)
	}
	s.showsNothing(t, "pbx.lines")
	if err := s.DestroySubject(t.Context(), "en1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(t.Context(), before); !errors.Is(err, kyc.ErrConflict) {
		t.Errorf("Publish of a line that is gone = %v, want ErrConflict", err)
	}
	s.showsNothing(t, "pbx.lines")
}

// The clock of the suite stands still in another year than the database's.
func publishedEnds(t *testing.T, s *suite) {
	if !s.public(t) {
		return
	}
	s.enrolled(t, "en1", "id1")
	a := account(1, "id1")
	old := pbx.NewCredential("2000001-before", "vouchline", "the one before")
	old.HA1B = ""
	a.Devices[0].Credentials = append([]pbx.Credential{old}, a.Devices[0].Credentials...)
	for i := range a.Devices[0].Credentials {
		a.Devices[0].Credentials[i].NotAfter = Start.AddDate(100, 0, 0)
	}
	s.publish(t, a)
	if got := s.column(t, "SELECT auth FROM asterisk.ps_endpoints"); len(got) != 1 || got[0] != "2000001-before,2000001-k3f9ab" {
		t.Errorf("auth while both are valid = %v", got)
	}
	unknown := s.column(t, "SELECT ha1b FROM kamailio.subscriber WHERE username = '2000001-before' UNION ALL SELECT ha1b FROM kamailio.subscriber WHERE username = '2000001-before'")
	if len(unknown) != 2 || len(unknown[0]) != 32 || unknown[0] == unknown[1] {
		t.Errorf("ha1b that nobody knows = %v, want two at random", unknown)
	}
	for n, username := range []string{"2000001-before", "2000001-k3f9ab"} {
		if err := s.exec(t, "UPDATE pbx.credentials SET not_after = now() WHERE username = '"+username+"'"); err != nil {
			t.Fatal(err)
		}
		for _, relation := range []string{"asterisk.ps_auths", "kamailio.subscriber"} {
			if got := s.shown(t, relation); len(got) != 1-n {
				t.Errorf("%s after %d ends = %v, want %d", relation, n+1, got, 1-n)
			}
		}
		for _, relation := range []string{"asterisk.ps_endpoints", "asterisk.ps_aors"} {
			if got := s.shown(t, relation); len(got) != 1-n || strings.Contains(strings.Join(got, ""), username) {
				t.Errorf("%s after %d ends = %v, want %d", relation, n+1, got, 1-n)
			}
		}
	}
	if err := s.Publish(t.Context(), a); err != nil { // what was changed by hand is mended
		t.Fatal(err)
	}
	if got := s.shown(t, "asterisk.ps_auths"); len(got) != 2 {
		t.Errorf("ps_auths after publishing again = %v, want two", got)
	}
}

func publishedBrowser(t *testing.T, s *suite) {
	if !s.public(t) {
		return
	}
	s.enrolled(t, "en1", "id1")
	a := account(1, "id1")
	a.Devices = append([]pbx.Device{{
		ID: "web", Kind: pbx.Browser, Credentials: []pbx.Credential{pbx.NewCredential("2000001-web", "vouchline", "of an hour")},
	}}, a.Devices...)
	s.publish(t, a)
	got := s.column(t, "SELECT concat_ws(' ', id, auth, aors, webrtc, identify_by, rtp_timeout) FROM asterisk.ps_endpoints ORDER BY 1")
	want := []string{"2000001 2000001-k3f9ab,2000001-web 2000001 no", "2000001-web 2000001-web 2000001 yes auth_username,username 30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	list, err := s.Published(t.Context())
	if err != nil || len(list) != 1 || len(list[0].Devices) != 2 || list[0].Devices[1].Kind != pbx.Browser {
		t.Errorf("Published = %v, %v, want a phone and a browser", list, err)
	}
}

func publishedErased(t *testing.T, s *suite) {
	if !s.public(t) {
		return
	}
	ctx := t.Context()
	secrets := map[string][]string{}
	for i, id := range []string{"id1", "id2"} {
		s.enrolled(t, "en-"+id, id)
		a := account(i, id)
		a.DisplayName = "Unmistakable Name Of " + id
		s.publish(t, a)
		c := a.Devices[0].Credentials[0]
		secrets[id] = []string{a.DisplayName, c.HA1MD5, c.HA1B, c.HA1SHA256, c.HA1SHA512256}
	}
	if err := s.exec(t, "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	before := s.files(t)
	for id, values := range secrets {
		for _, value := range values {
			if len(lies(before, []byte(value))) == 0 {
				t.Fatalf("%q of %s is nowhere before it is erased: the search is blind", value, id)
			}
		}
	}
	if err := s.DestroySubject(ctx, "en-id1"); err != nil {
		t.Fatal(err)
	}
	if got := s.column(t, "SELECT extension FROM pbx.lines"); len(got) != 1 || got[0] != "2000001" {
		t.Errorf("lines that are shown = %v, want the other's", got)
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	after := s.files(t)
	for _, value := range secrets["id1"] {
		if at := lies(after, []byte(value)); len(at) > 0 {
			t.Errorf("%q of an erased line lies in %v", value, at)
		}
	}
	for _, value := range secrets["id2"] {
		if len(lies(after, []byte(value))) == 0 {
			t.Errorf("%q of the other line is gone", value)
		}
	}
}
