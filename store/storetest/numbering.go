package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

var numberingTests = map[string]func(*testing.T, *suite){
	"a person has several numbers":         slots,
	"an organisation has its own numbers":  organisations,
	"a released number rests":              quarantine,
	"a released number of the same person": quarantineOwn,
	"numbers of the erased rest":           quarantineErased,
	"a number that was brought along":      broughtAlong,
	"the last free number of many":         manyTaken,
}

func (s *suite) claim(t *testing.T, c pbx.Claim, plan pbx.Numbering) string {
	t.Helper()
	ext, err := s.AllocateExtension(t.Context(), c, plan)
	if err != nil {
		t.Fatalf("AllocateExtension(%+v) = %v", c, err)
	}
	return ext
}

func slots(t *testing.T, s *suite) {
	var got []string
	for _, c := range []pbx.Claim{{IdentityID: "id1"}, {IdentityID: "id1", Slot: 1}, {IdentityID: "id2"}, {IdentityID: "id1", Slot: 1}, {IdentityID: "id1", Slot: 7}} {
		got = append(got, s.claim(t, c, plan))
	}
	if diff := cmp.Diff([]string{"2000000", "2000001", "2000002", "2000001", "2000003"}, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	if _, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: "id1", Slot: -1}, plan); err == nil {
		t.Error("AllocateExtension of a negative slot = nil, want an error")
	}
}

func organisations(t *testing.T, s *suite) {
	plan, err := pbx.ParseNumbering("2000-2003, acme:3000-3001, acme:50000-50001", "2000, 3001-3001")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, organisation := range []string{"", "acme", "", "acme", "", "acme"} {
		got = append(got, s.claim(t, pbx.Claim{IdentityID: fmt.Sprint("id", i), Organisation: organisation}, plan))
	}
	if diff := cmp.Diff([]string{"2001", "3000", "2002", "50000", "2003", "50001"}, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	for _, organisation := range []string{"", "acme", "other"} {
		_, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: "id9", Organisation: organisation}, plan)
		if !errors.Is(err, pbx.ErrFull) {
			t.Errorf("AllocateExtension for %q = %v, want ErrFull", organisation, err)
		}
	}
}

// resting has two numbers and lets released ones rest for an hour.
func resting() pbx.Numbering {
	n := numbers(2000000, 2000001)
	n.Quarantine = time.Hour
	return n
}

func quarantine(t *testing.T, s *suite) {
	ctx := t.Context()
	for i := range 2 {
		id := fmt.Sprint("id", i)
		s.enrolled(t, "en"+id, id)
		s.allocate(t, id, resting())
		if err := s.SaveAccount(ctx, account(i, id)); err != nil {
			t.Fatal(err)
		}
	}
	s.enrolled(t, "en-next", "next")
	release := func(at time.Time) {
		t.Helper()
		_, err := s.UpdateAccount(ctx, "2000000", func(a *pbx.Account) ([]kyc.Effect, error) {
			a.Enabled, a.ReleasedAt = false, at
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	full := func(name string, plan pbx.Numbering) {
		t.Helper()
		if ext, err := s.AllocateExtension(ctx, pbx.Claim{IdentityID: "next"}, plan); !errors.Is(err, pbx.ErrFull) {
			t.Errorf("AllocateExtension %s = %q, %v, want ErrFull", name, ext, err)
		}
	}
	release(s.clock.Now())
	full("during the quarantine", resting())
	if got := s.allocate(t, "id0", resting()); got != "2000000" {
		t.Errorf("the number that id0 released = %s for id0, want the same", got)
	}
	s.clock.Advance(59 * time.Minute)
	full("before the end of the quarantine", resting())
	release(time.Time{}) // an administrator's mistake
	s.clock.Advance(2 * time.Hour)
	full("after the release was taken back", resting())
	release(s.clock.Now())
	s.clock.Advance(100 * 365 * 24 * time.Hour)
	full("where numbers rest for good", numbers(2000000, 2000001))
	if got := s.allocate(t, "next", resting()); got != "2000000" {
		t.Fatalf("number after the quarantine = %s, want 2000000", got)
	}

	if _, err := s.Account(ctx, "2000000"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Account of a number that changed hands = %v, want ErrNotFound", err)
	}
	if err := s.SaveAccount(ctx, account(0, "id0")); !errors.Is(err, &pbx.Error{Code: pbx.CodeDuplicate, Field: "extension"}) {
		t.Errorf("SaveAccount of who had the number before = %v, want a duplicate", err)
	}
	if opened, err := s.OpenAccount(ctx, account(0, "next")); err != nil || opened.IdentityID != "next" || opened.Revision != 6 {
		t.Errorf("OpenAccount = %v of %s at revision %d, %v", opened, opened.IdentityID, opened.Revision, err)
	}
	if ext, err := s.AllocateExtension(ctx, pbx.Claim{IdentityID: "id0"}, resting()); !errors.Is(err, pbx.ErrFull) {
		t.Errorf("AllocateExtension of who had the number before = %q, %v, want ErrFull", ext, err)
	}
}

// Who gets a number back, in another slot, begins anew.
func quarantineOwn(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	s.allocate(t, "id1", resting())
	s.allocate(t, "id2", resting())
	a := account(0, "id1")
	a.Enabled, a.ReleasedAt = false, s.clock.Now()
	if err := s.SaveAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(2 * time.Hour)
	if got := s.claim(t, pbx.Claim{IdentityID: "id1", Slot: 1}, resting()); got != "2000000" {
		t.Fatalf("number of another slot = %s, want 2000000", got)
	}
	if opened, err := s.OpenAccount(t.Context(), account(0, "id1")); err != nil || opened.Status() != pbx.StatusOn {
		t.Errorf("OpenAccount = %s, %v, want it to be on", opened.Status(), err)
	}
}

func quarantineErased(t *testing.T, s *suite) {
	ctx := t.Context()
	s.enrolled(t, "en0", "id0")
	s.enrolled(t, "en1", "id1")
	s.allocate(t, "id0", resting())
	s.allocate(t, "id1", resting()) // who is erased before the account is made
	if err := s.SaveAccount(ctx, account(0, "id0")); err != nil {
		t.Fatal(err)
	}
	if err := s.exec(t, "UPDATE sip_accounts SET revision = 99"); err != nil { // and does not open
		t.Fatal(err)
	}
	for _, id := range []string{"en0", "en1"} {
		if err := s.DestroySubject(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if ext, err := s.AllocateExtension(ctx, pbx.Claim{IdentityID: "next"}, resting()); !errors.Is(err, pbx.ErrFull) {
		t.Errorf("AllocateExtension at once = %q, %v, want ErrFull", ext, err)
	}
	s.clock.Advance(time.Hour + time.Second)
	got := []string{s.allocate(t, "next", resting()), s.allocate(t, "another", resting())}
	if diff := cmp.Diff([]string{"2000000", "2000001"}, got); diff != "" {
		t.Errorf("numbers after the quarantine (-want +got):\n%s", diff)
	}
}

// Somebody's account that was saved without an allocation keeps its number.
func broughtAlong(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	if err := s.SaveAccount(t.Context(), account(0, "id1")); err != nil {
		t.Fatal(err)
	}
	if got := s.allocate(t, "id2", plan); got != "2000001" {
		t.Errorf("first number beside one that was brought along = %s, want 2000001", got)
	}
	if got := s.allocate(t, "id1", plan); got != "2000002" {
		t.Errorf("number of who brought one along = %s, want 2000002", got)
	}
}

// One number in twenty thousand is free, and it is behind the last one given.
func manyTaken(t *testing.T, s *suite) {
	fill := `INSERT INTO extensions (extension, identity_id, slot, serial, allocated_at)
		SELECT n, 'of' || n, 0, n, 1 FROM (%s) numbers WHERE n <> '20017'`
	series := "SELECT CAST(n AS text) AS n FROM generate_series(20000, 39999) n"
	if s.Dialect() == "sqlite" {
		series = "WITH RECURSIVE c(n) AS (SELECT 20000 UNION ALL SELECT n + 1 FROM c WHERE n < 39999) SELECT CAST(n AS text) AS n FROM c"
	}
	fill = fmt.Sprintf(fill, series)
	if s.Dialect() == "postgres" {
		fill = strings.Replace(fill, "SELECT n, 'of' || n, 0, n, 1", "SELECT n, 'of' || n, 0, n::bigint, 1", 1)
	}
	if err := s.exec(t, fill); err != nil {
		t.Fatal(err)
	}
	if err := s.exec(t, "UPDATE extensions SET serial = 50000 WHERE extension = '20020'"); err != nil {
		t.Fatal(err)
	}
	many := numbers(20000, 39999)
	many.Reserved = []pbx.Plan{{First: 21000, Last: 21999}}
	if got := s.allocate(t, "id1", many); got != "20017" {
		t.Errorf("the last free number = %s, want 20017", got)
	}
	if ext, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: "id2"}, many); !errors.Is(err, pbx.ErrFull) {
		t.Errorf("AllocateExtension = %q, %v, want ErrFull", ext, err)
	}
}
