package storetest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

var withinTests = map[string]func(*testing.T, *suite){
	"an organisation finds its own lines alone":        withinFilters,
	"an organisation follows its own lines":            withinFollows,
	"an organisation is told of a number that is gone": withinReallocated,
	"an organisation's revision is its own":            withinRevision,
}

// move gives a line to an organisation.
func (s *suite) move(t *testing.T, extension, organisation string) {
	t.Helper()
	_, err := s.UpdateAccount(t.Context(), extension, func(a *pbx.Account) ([]kyc.Effect, error) { a.Organisation = organisation; return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
}

func withinFilters(t *testing.T, s *suite) {
	s.people(t, "Anna", "Anna", "Anna", "Anna")
	s.move(t, "2000001", "acme")
	s.move(t, "2000002", "birch")
	s.move(t, "2000003", "acme")
	s.move(t, "2000003", "birch")
	for _, test := range []struct {
		name  string
		query pbx.Query
		want  []string
	}{
		{"all", pbx.Query{}, []string{"2000001"}},
		{"by name", pbx.Query{Name: "anna"}, []string{"2000001"}},
		{"another's number", pbx.Query{Extension: "2000002"}, []string{}},
		{"everyone's number", pbx.Query{Extension: "2000000"}, []string{}},
		{"its own", pbx.Query{Organisation: "acme"}, []string{"2000001"}},
		{"another's", pbx.Query{Organisation: "birch"}, []string{}},
		{"another's holder", pbx.Query{IdentityID: "id2"}, []string{}},
		{"changes", pbx.Query{Since: 1}, []string{"2000001", "2000003"}},
		{"released ones that changed", pbx.Query{Since: 1, Status: pbx.StatusReleased}, []string{"2000003"}},
		{"changes of a number", pbx.Query{Since: 1, Extension: "2000003"}, []string{"2000003"}},
		{"changes of those that are on", pbx.Query{Since: 1, Status: pbx.StatusOn}, []string{"2000001"}},
		{"changes of a name", pbx.Query{Since: 1, Name: "anna"}, []string{"2000001"}},
		{"changes of a holder", pbx.Query{Since: 1, IdentityID: "id3"}, []string{}},
		{"changes of another's", pbx.Query{Since: 1, Organisation: "birch"}, []string{}},
	} {
		test.query.Within = "acme"
		if diff := cmp.Diff(test.want, extensions(s.find(t, test.query))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	q := pbx.Query{Limit: 1, Within: "birch"}
	q.After = s.find(t, q).Next
	q.Within = "acme"
	if _, err := s.FindAccounts(t.Context(), q); !isIllegal(err) {
		t.Errorf("FindAccounts with the cursor of another organisation = %v, want it refused", err)
	}
}

// A follower is a PBX that reads everything once and what changed from then on.
type follower struct {
	organisation string
	known        map[string]bool // whether the line is there
	since        int64
}

// poll reads all pages and checks that nothing of another's is on them.
func (f *follower) poll(t *testing.T, s *suite) {
	t.Helper()
	q := pbx.Query{Within: f.organisation, Since: f.since, Limit: 2}
	if f.since == 0 {
		f.known = map[string]bool{}
	}
	for first := true; first || q.After != ""; first = false {
		page := s.find(t, q)
		if first {
			f.since = page.Revision
		}
		for _, a := range page.Accounts {
			f.known[a.Extension] = a.ReleasedAt.IsZero()
			lost := !a.ReleasedAt.IsZero()
			if a.Organisation != f.organisation || lost && (a.IdentityID != "" || a.DisplayName != "" || len(a.Devices) > 0) {
				t.Fatalf("%s was told of %+v, identity %q", f.organisation, a, a.IdentityID)
			}
		}
		q.After = page.Next
	}
}

// Lines change hands at random while two organisations follow theirs. Each knows
// in the end what is its own, and was never told of anything else.
func withinFollows(t *testing.T, s *suite) {
	const lines, moves = 6, 60
	s.people(t, make([]string, lines)...)
	owners := []string{"", "acme", "birch"}
	draw := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same sequence each time
	followers := []*follower{{organisation: "acme"}, {organisation: "birch"}}
	owner := map[string]string{}
	for range moves {
		extension := fmt.Sprint(2000000 + draw.IntN(lines))
		owner[extension] = owners[draw.IntN(len(owners))]
		s.move(t, extension, owner[extension])
		if f := followers[draw.IntN(2)]; draw.IntN(3) > 0 {
			f.poll(t, s)
		}
	}
	for _, f := range followers {
		f.poll(t, s)
		for extension, organisation := range owner {
			if f.known[extension] != (organisation == f.organisation) {
				t.Errorf("%s believes of %s, which is of %q: %v", f.organisation, extension, organisation, f.known[extension])
			}
		}
	}
}

// A number that rested goes to another organisation, where the numbering plan
// was changed meanwhile.
func withinReallocated(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	a := account(0, "id1")
	a.Organisation = "acme"
	if err := s.SaveAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	acme := &follower{organisation: "acme"}
	acme.poll(t, s)
	a.ReleasedAt, a.Enabled, a.Devices = s.clock.Now(), false, nil
	if err := s.SaveAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(48 * time.Hour) // in which acme's PBX was away
	only := pbx.Plan{First: 2000000, Last: 2000000}
	plan := pbx.Numbering{Ranges: []pbx.Range{{Plan: only, Organisation: "birch"}}, Quarantine: time.Hour}
	s.enrolled(t, "en2", "id2")
	if ext, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: "id2", Organisation: "birch"}, plan); err != nil || ext != "2000000" {
		t.Fatalf("AllocateExtension() = %q, %v", ext, err)
	}
	b := account(0, "id2")
	b.Organisation = "birch"
	if _, err := s.OpenAccount(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	acme.poll(t, s)
	if here, told := acme.known["2000000"]; here || !told {
		t.Errorf("acme believes that it has the number: %v", here)
	}
	if got := extensions(s.find(t, pbx.Query{Within: "acme"})); len(got) != 0 {
		t.Errorf("acme's lines = %v, want none", got)
	}
	birch := &follower{organisation: "birch"}
	birch.poll(t, s)
	if !birch.known["2000000"] {
		t.Error("birch was not told of its number")
	}
}

// What others do must not be seen in what an organisation has read.
func withinRevision(t *testing.T, s *suite) {
	s.people(t, "A", "B")
	if none := s.find(t, pbx.Query{Within: "acme"}).Revision; none != 0 {
		t.Errorf("revision without a line = %d, want 0", none)
	}
	s.move(t, "2000000", "acme")
	before := s.find(t, pbx.Query{Within: "acme"}).Revision
	s.move(t, "2000001", "birch")
	s.move(t, "2000001", "")
	if after := s.find(t, pbx.Query{Within: "acme"}).Revision; after != before {
		t.Errorf("revision = %d after others changed, want %d", after, before)
	}
	s.move(t, "2000000", "birch")
	if after := s.find(t, pbx.Query{Within: "acme"}).Revision; after <= before {
		t.Errorf("revision = %d after the line left, want more than %d", after, before)
	}
}
