package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

var findTests = map[string]func(*testing.T, *suite){
	"accounts by every filter":                 findFilters,
	"pages survive changes between them":       findPages,
	"a cursor of another query is refused":     findCursors,
	"a damaged account hides no other":         findDamaged,
	"who asks since a revision misses nothing": findSince,
}

func extensions(page pbx.Page) []string {
	found := make([]string, len(page.Accounts))
	for i, a := range page.Accounts {
		found[i] = a.Extension
	}
	return found
}

func (s *suite) find(t *testing.T, q pbx.Query) pbx.Page {
	t.Helper()
	page, err := s.FindAccounts(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// people saves a line for each name, from 2000000 on.
func (s *suite) people(t *testing.T, names ...string) {
	t.Helper()
	for n, name := range names {
		id := fmt.Sprint("id", n)
		s.enrolled(t, "en"+id, id)
		a := account(n, id)
		a.DisplayName = name
		if err := s.SaveAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
}

func findFilters(t *testing.T, s *suite) {
	ctx := t.Context()
	s.people(t, "Zoë O'Hara-Łęcka", "ZOE Straße", "李 小龙", "José Øre Zoe", "")
	for i, change := range []func(*pbx.Account){
		func(a *pbx.Account) { a.ReleasedAt = Start },
		func(a *pbx.Account) { a.Enabled = false },
		func(a *pbx.Account) { a.Organisation = "acme" },
		func(a *pbx.Account) { a.Suspended = true },
	} {
		extension := fmt.Sprint(2000004 - i)
		if _, err := s.UpdateAccount(ctx, extension, func(a *pbx.Account) ([]kyc.Effect, error) { change(a); return nil, nil }); err != nil {
			t.Fatal(err)
		}
	}
	short := account(0, "id0")
	short.Extension, short.AOR = "300000", "sip:300000@sip.example.org"
	if err := s.SaveAccount(ctx, short); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		query pbx.Query
		want  []string
	}{
		{"all, short numbers first", pbx.Query{}, []string{"300000", "2000000", "2000001", "2000002", "2000003", "2000004"}},
		{"beginning", pbx.Query{Extension: "20"}, []string{"2000000", "2000001", "2000002", "2000003", "2000004"}},
		{"whole number", pbx.Query{Extension: "2000003"}, []string{"2000003"}},
		{"on", pbx.Query{Status: pbx.StatusOn}, []string{"300000", "2000000", "2000002"}},
		{"off", pbx.Query{Status: pbx.StatusOff}, []string{"2000003"}},
		{"suspended", pbx.Query{Status: pbx.StatusSuspended}, []string{"2000001"}},
		{"released", pbx.Query{Status: pbx.StatusReleased}, []string{"2000004"}},
		{"organisation", pbx.Query{Organisation: "acme"}, []string{"2000002"}},
		{"identity", pbx.Query{IdentityID: "id0"}, []string{"300000", "2000000"}},
		{"name without accents", pbx.Query{Name: "zoe"}, []string{"2000000", "2000001", "2000003"}},
		{"words in any order", pbx.Query{Name: "lecka ZOË"}, []string{"2000000"}},
		{"after an apostrophe", pbx.Query{Name: "hara"}, []string{"2000000"}},
		{"with the apostrophe", pbx.Query{Name: "o’hara"}, []string{"2000000"}},
		{"letters that fold to two", pbx.Query{Name: "strasse"}, []string{"2000001"}},
		{"stroked letter", pbx.Query{Name: "ore"}, []string{"2000003"}},
		{"another script", pbx.Query{Name: "小龙"}, []string{"2000002"}},
		{"part of a word", pbx.Query{Name: "str"}, []string{}},
		{"everything at once", pbx.Query{Name: "zoe", Extension: "2", Status: pbx.StatusSuspended, IdentityID: "id1"}, []string{"2000001"}},
		{"since, in the order of changes", pbx.Query{Since: 6}, []string{"2000003", "2000002", "2000001", "300000"}},
		{"since and on", pbx.Query{Since: 5, Status: pbx.StatusOn}, []string{"2000002", "300000"}},
	} {
		got := extensions(s.find(t, test.query))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for name, q := range map[string]pbx.Query{
		"letters in a number": {Extension: "20%"}, "unknown status": {Status: "nice"}, "negative revision": {Since: -1},
	} {
		if _, err := s.FindAccounts(ctx, q); !isIllegal(err) {
			t.Errorf("FindAccounts, %s = %v, want a pbx.Error", name, err)
		}
	}
}

func isIllegal(err error) bool {
	var illegal *pbx.Error
	return errors.As(err, &illegal)
}

// While somebody reads pages, lines change, come and go.
func findPages(t *testing.T, s *suite) {
	ctx := t.Context()
	s.people(t, "A", "B", "C", "D", "E", "F", "G")
	change := func(extension string) {
		t.Helper()
		_, err := s.UpdateAccount(ctx, extension, func(a *pbx.Account) ([]kyc.Effect, error) { a.Suspended = !a.Suspended; return nil, nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	first := s.find(t, pbx.Query{Limit: 3})
	if diff := cmp.Diff([]string{"2000000", "2000001", "2000002"}, extensions(first)); diff != "" {
		t.Fatalf("first page (-want +got):\n%s", diff)
	}
	change("2000000")
	if err := s.exec(t, "DELETE FROM sip_accounts WHERE extension = '2000002'"); err != nil { // where the page ended
		t.Fatal(err)
	}
	second := s.find(t, pbx.Query{Limit: 2, After: first.Next})
	third := s.find(t, pbx.Query{Limit: 100, After: second.Next})
	if diff := cmp.Diff([]string{"2000003", "2000004", "2000005", "2000006"}, append(extensions(second), extensions(third)...)); diff != "" {
		t.Errorf("pages after (-want +got):\n%s", diff)
	}
	if first.Next == "" || second.Next == "" || third.Next != "" || third.Revision != 7 {
		t.Errorf("cursors = %q, %q, %q, revision %d, want two and 7", first.Next, second.Next, third.Next, third.Revision)
	}
	if got := extensions(s.find(t, pbx.Query{Since: third.Revision})); len(got) != 1 || got[0] != "2000000" {
		t.Errorf("changes since the first page = %v, want 2000000", got)
	}

	changes := s.find(t, pbx.Query{Since: 3, Limit: 2})
	change("2000003") // from the first page to the end
	change("2000005") // from the next page to the end
	seen := extensions(changes)
	for changes.Next != "" {
		changes = s.find(t, pbx.Query{Since: 3, Limit: 2, After: changes.Next})
		seen = append(seen, extensions(changes)...)
	}
	if diff := cmp.Diff([]string{"2000003", "2000004", "2000006", "2000000", "2000003", "2000005"}, seen); diff != "" {
		t.Errorf("changes while they are read (-want +got):\n%s", diff)
	}
}

func findCursors(t *testing.T, s *suite) {
	s.people(t, "A", "B", "C")
	q := pbx.Query{Limit: 1, Status: pbx.StatusOn}
	good := s.find(t, q).Next
	for name, change := range map[string]func(*pbx.Query){
		"no cursor":       func(q *pbx.Query) { q.After = "2000000" },
		"not base64":      func(q *pbx.Query) { q.After = "???" },
		"cut":             func(q *pbx.Query) { q.After = good[:len(good)-4] },
		"changed":         func(q *pbx.Query) { q.After = strings.ToLower(good) },
		"other filter":    func(q *pbx.Query) { q.Status = "" },
		"other order":     func(q *pbx.Query) { q.Since = 1 },
		"other name":      func(q *pbx.Query) { q.Name = "A" },
		"very long":       func(q *pbx.Query) { q.After = strings.Repeat("A", 1<<16) },
		"of the empty":    func(q *pbx.Query) { q.After = "AAAAAAAAAAAAAAAA" },
		"other beginning": func(q *pbx.Query) { q.Extension = "2" },
	} {
		hostile := q
		hostile.After = good
		change(&hostile)
		if _, err := s.FindAccounts(t.Context(), hostile); !errors.Is(err, &pbx.Error{Code: pbx.CodeMalformed, Field: "cursor"}) {
			t.Errorf("FindAccounts, %s = %v, want a malformed cursor", name, err)
		}
	}
	if strings.Contains(good, "2000000") {
		t.Errorf("the cursor %q says what it is made of", good)
	}
	q.After, q.Limit = good, 1<<30
	if got := extensions(s.find(t, q)); len(got) != 2 {
		t.Errorf("the page after, of another length = %v, want two", got)
	}
}

func findDamaged(t *testing.T, s *suite) {
	s.people(t, "A", "B", "C", "D")
	if err := s.exec(t, "UPDATE sip_accounts SET revision = 99 WHERE extension IN ('2000001', '2000003')"); err != nil {
		t.Fatal(err)
	}
	first := s.find(t, pbx.Query{Limit: 2})
	second := s.find(t, pbx.Query{Limit: 2, After: first.Next})
	if diff := cmp.Diff([]string{"2000000", "2000002"}, append(extensions(first), extensions(second)...)); diff != "" {
		t.Errorf("accounts beside damaged ones (-want +got):\n%s", diff)
	}
}

// Writers save lines while a reader asks again and again what is new. In the
// end it knows the last revision of every line.
func findSince(t *testing.T, s *suite) {
	const writers, each = 6, 8
	names := make([]string, writers)
	s.people(t, names...)
	second := open(t, s.cfg)
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			server := []*store.Store{s.Store, second}[w%2]
			for range each {
				_, err := server.UpdateAccount(t.Context(), account(w, "").Extension, func(a *pbx.Account) ([]kyc.Effect, error) {
					a.Suspended = !a.Suspended
					return nil, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	known, since := map[string]int64{}, int64(1)
	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		q := pbx.Query{Since: since, Limit: 2}
		for {
			page := s.find(t, q)
			for _, a := range page.Accounts {
				known[a.Extension] = a.Revision
			}
			if q.After = page.Next; q.After == "" {
				since = page.Revision
				break
			}
		}
	}
	if want := int64(writers + writers*each); since != want {
		t.Errorf("the newest revision is %d, want %d", since, want)
	}
	for _, a := range s.find(t, pbx.Query{}).Accounts {
		if known[a.Extension] != a.Revision && a.Revision > 1 {
			t.Errorf("line %s is at revision %d, the reader knows of %d", a.Extension, a.Revision, known[a.Extension])
		}
	}
}
