package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
)

var lookupTests = map[string]func(*testing.T, *suite){
	"find by every key":                  findByEveryKey,
	"find after the address changed":     findAfterChange,
	"find lists the newest first":        findNewestFirst,
	"find keeps kinds of values apart":   findKinds,
	"list by state, oldest first":        listOldestFirst,
	"find and list what does not exist":  findNothing,
	"lookups live through a key's reuse": lookupsRestart,
}

func (s *suite) found(t *testing.T, by kyc.Lookup, value string, want ...string) {
	t.Helper()
	got, err := s.Find(t.Context(), by, value)
	if err != nil {
		t.Fatal(err)
	}
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find(%s, %q) (-want +got):\n%s", by, value, diff)
	}
}

func findByEveryKey(t *testing.T, s *suite) {
	e := applicant("en1", Start)
	e.Data.LinkHash = "link-hash"
	e.Data.HandOff.Hash = "hand-off-hash"
	e.Data.Identity = kyc.Identity{ID: "id1", Nullifier: "nullifier1"}
	if err := s.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for by, value := range e.LookupKeys() {
		s.found(t, by, value, "en1")
	}
	if n := len(e.LookupKeys()); n != 7 {
		t.Errorf("%d lookup keys, want 7", n)
	}
}

func findAfterChange(t *testing.T, s *suite) {
	s.create(t, "en1")
	_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
		e.Data.Profile.Email = "new@example.org"
		e.Data.LinkHash = "hash"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.found(t, kyc.ByEmail, "en1@example.org")
	s.found(t, kyc.ByEmail, "new@example.org", "en1")
	s.found(t, kyc.ByLink, "hash", "en1")
	s.found(t, kyc.ByPhone, "+22997000001", "en1")
}

func findNewestFirst(t *testing.T, s *suite) {
	for i := range 3 {
		s.create(t, fmt.Sprintf("en%d", i))
		s.clock.Advance(time.Second)
	}
	s.found(t, kyc.ByPhone, "+22997000001", "en2", "en1", "en0")
}

func findKinds(t *testing.T, s *suite) {
	e := applicant("en1", Start)
	e.Data.Profile.Username = "same"
	e.Data.LinkHash = "other"
	if err := s.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	s.found(t, kyc.ByUsername, "same", "en1")
	s.found(t, kyc.ByLink, "same")
	s.found(t, kyc.ByUsername, "other")
}

func listOldestFirst(t *testing.T, s *suite) {
	for _, id := range []string{"en3", "en1", "en2"} {
		s.create(t, id)
		s.clock.Advance(time.Second)
	}
	if err := s.Create(t.Context(), inState(t, "review", kyc.InReview)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		limit int
		want  []string
	}{
		{"all", 0, []string{"en3", "en1", "en2"}},
		{"two", 2, []string{"en3", "en1"}},
		{"more than there are", 10, []string{"en3", "en1", "en2"}},
	} {
		list, err := s.List(t.Context(), kyc.Contacts, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]string, len(list))
		for i, e := range list {
			got[i] = e.ID
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("List, %s (-want +got):\n%s", test.name, diff)
		}
	}
}

func findNothing(t *testing.T, s *suite) {
	s.found(t, kyc.ByEmail, "nobody@example.org")
	s.found(t, kyc.ByEmail, "")
	if list, err := s.List(t.Context(), kyc.InReview, 5); err != nil || len(list) != 0 {
		t.Errorf("List = %v, %v, want none", list, err)
	}
}

func lookupsRestart(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.reopen(t)
	s.found(t, kyc.ByEmail, "en1@example.org", "en1")
}
