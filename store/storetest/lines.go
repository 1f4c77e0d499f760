package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

var lineTests = map[string]func(*testing.T, *suite){
	"an identity keeps its extension":   extensionKept,
	"extensions are unique under load":  extensionsUnique,
	"a full plan says so":               planFull,
	"a changed plan leaves old numbers": planChanged,
	"accounts by change and extension":  accounts,
	"an invalid account is refused":     accountInvalid,
	"an account is replaced by its AOR": accountReplaced,
	"an account needs somebody":         accountOfNobody,
}

var plan = numbers(2000000, 2999999)

// numbers is a plan of one range that is everyone's.
func numbers(first, last uint32) pbx.Numbering {
	return pbx.Numbering{Ranges: []pbx.Range{{Plan: pbx.Plan{First: first, Last: last}}}}
}

func (s *suite) allocate(t *testing.T, identity string, p pbx.Numbering) string {
	t.Helper()
	ext, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: identity}, p)
	if err != nil {
		t.Fatal(err)
	}
	return ext
}

func extensionKept(t *testing.T, s *suite) {
	first := s.allocate(t, "id1", plan)
	second := s.allocate(t, "id2", plan)
	s.reopen(t)
	if got := s.allocate(t, "id1", plan); got != first || first == second {
		t.Errorf("extension of id1 = %s, then %s; of id2 = %s", first, got, second)
	}
	if first != "2000000" || second != "2000001" {
		t.Errorf("extensions = %s, %s, want the plan's first two", first, second)
	}
	if _, err := s.AllocateExtension(t.Context(), pbx.Claim{}, plan); err == nil {
		t.Error("AllocateExtension for nobody = nil, want an error")
	}
}

func extensionsUnique(t *testing.T, s *suite) {
	var mu sync.Mutex
	got := map[string]map[string]bool{}
	parallel(32, func(i int) {
		identity := fmt.Sprintf("id%d", i%24) // some ask twice
		ext, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: identity}, plan)
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if got[ext] == nil {
			got[ext] = map[string]bool{}
		}
		got[ext][identity] = true
	})
	if len(got) != 24 {
		t.Errorf("%d extensions for 24 identities", len(got))
	}
	for ext, identities := range got {
		if len(identities) != 1 {
			t.Errorf("extension %s was given to %v", ext, identities)
		}
	}
}

func planFull(t *testing.T, s *suite) {
	small := numbers(100, 102)
	for i := range 3 {
		s.allocate(t, fmt.Sprintf("id%d", i), small)
	}
	if ext, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: "id3"}, small); !errors.Is(err, pbx.ErrFull) {
		t.Errorf("AllocateExtension on a full plan = %q, %v, want ErrFull", ext, err)
	}
	if got := s.allocate(t, "id1", small); got != "101" {
		t.Errorf("extension of id1 on a full plan = %s, want 101", got)
	}
}

func planChanged(t *testing.T, s *suite) {
	old := s.allocate(t, "id1", numbers(100, 199))
	moved := numbers(5000, 5999)
	if got := s.allocate(t, "id1", moved); got != old {
		t.Errorf("extension after the plan changed = %s, want %s", got, old)
	}
	if got := s.allocate(t, "id2", moved); got != "5000" {
		t.Errorf("first extension of the new plan = %s, want 5000", got)
	}
}

func accounts(t *testing.T, s *suite) {
	for _, n := range []int{3, 1, 2} {
		s.enrolled(t, fmt.Sprintf("en%d", n), fmt.Sprintf("id%d", n))
		if err := s.SaveAccount(t.Context(), account(n, fmt.Sprintf("id%d", n))); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Minute)
	}
	page, err := s.FindAccounts(t.Context(), pbx.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, a := range page.Accounts {
		numbers = append(numbers, a.Extension)
	}
	if diff := cmp.Diff([]string{"2000001", "2000002", "2000003"}, numbers); diff != "" {
		t.Errorf("FindAccounts (-want +got):\n%s", diff)
	}
	want := account(3, "id3")
	want.UpdatedAt, want.Revision = Start, 1
	got, err := s.Account(t.Context(), want.Extension)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Account (-want +got):\n%s", diff)
	}
	if _, err := s.Account(t.Context(), "2999999"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Account(of nobody) = %v, want ErrNotFound", err)
	}
}

// line reads an account back.
func (s *suite) line(t *testing.T, extension string) pbx.Account {
	t.Helper()
	a, err := s.Account(t.Context(), extension)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func accountInvalid(t *testing.T, s *suite) {
	a := account(1, "id1")
	a.DisplayName = "x\n[evil]"
	var invalid *pbx.Error
	if err := s.SaveAccount(t.Context(), a); !errors.As(err, &invalid) {
		t.Errorf("SaveAccount = %v, want a pbx.Error", err)
	}
}

// A name or digests that are nobody's would be sealed under a key that no
// erasure destroys.
func accountOfNobody(t *testing.T, s *suite) {
	a := account(1, "id1")
	if err := s.SaveAccount(t.Context(), a); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("SaveAccount of an identity that is not enrolled = %v, want ErrNotFound", err)
	}
	s.enrolled(t, "en1", "id1")
	if err := s.SaveAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := s.DestroySubject(t.Context(), "en1"); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveAccount(t.Context(), a); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("SaveAccount of an erased identity = %v, want ErrNotFound", err)
	}
	if got := s.line(t, a.Extension); !got.IsShell() || got.Realm != a.Realm {
		t.Errorf("Account of an erased identity = %#v, want a shell", got)
	}
}

func accountReplaced(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	a := account(1, "id1")
	for _, enabled := range []bool{true, false} {
		a.Enabled = enabled
		if err := s.SaveAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Second)
	}
	page, err := s.FindAccounts(t.Context(), pbx.Query{})
	if err != nil || len(page.Accounts) != 1 || page.Accounts[0].Enabled {
		t.Errorf("FindAccounts = %v, %v, want one that is disabled", page.Accounts, err)
	}
}
