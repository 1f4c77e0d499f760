package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

var accountTests = map[string]func(*testing.T, *suite){
	"a change and its effects are one":         accountChanged,
	"changes of an account at once all count":  accountsChangedAtOnce,
	"an account is opened once":                accountOpened,
	"accounts of one person":                   accountsOfOne,
	"an account made a shell outlives its key": shellOutlives,
	"a line written by hand does not open":     accountByHand,
}

func accountChanged(t *testing.T, s *suite) {
	ctx := t.Context()
	s.enrolled(t, "en1", "id1")
	if err := s.SaveAccount(ctx, account(1, "id1")); err != nil {
		t.Fatal(err)
	}
	var enqueued int
	var fail error
	s.EnqueueWith(func(_ context.Context, _ *sql.Tx, effects []kyc.Effect) error {
		enqueued += len(effects)
		return fail
	})
	effect := []kyc.Effect{{Kind: kyc.SyncLine, EnrollmentID: "en1", Ref: "id1"}}
	s.clock.Advance(time.Minute)
	suspend := func(a *pbx.Account) ([]kyc.Effect, error) { a.Suspended = true; return effect, nil }
	got, err := s.UpdateAccount(ctx, "2000001", suspend)
	if err != nil || got.Revision != 2 || !got.UpdatedAt.Equal(Start.Add(time.Minute)) || enqueued != 1 {
		t.Errorf("UpdateAccount = revision %d of %v, %v, with %d effects, want the second one, with one", got.Revision, got.UpdatedAt, err, enqueued)
	}
	if got, err = s.UpdateAccount(ctx, "2000001", suspend); err != nil || got.Revision != 2 || enqueued != 2 {
		t.Errorf("UpdateAccount that changes nothing = revision %d, %v, with %d effects, want the same one, and another", got.Revision, err, enqueued)
	}
	fail = errors.New("the queue is away")
	refused := errors.New("refused")
	for name, test := range map[string]struct {
		extension string
		change    func(*pbx.Account) ([]kyc.Effect, error)
		want      error
	}{
		"the effects fail":    {"2000001", func(a *pbx.Account) ([]kyc.Effect, error) { a.Suspended = false; return effect, nil }, fail},
		"the change refuses":  {"2000001", func(a *pbx.Account) ([]kyc.Effect, error) { a.Suspended = false; return nil, refused }, refused},
		"the name is illegal": {"2000001", func(a *pbx.Account) ([]kyc.Effect, error) { a.DisplayName = "x\n"; return nil, nil }, &pbx.Error{Code: pbx.CodeCharacter}},
		"the number changes":  {"2000001", func(a *pbx.Account) ([]kyc.Effect, error) { *a = account(2, "id1"); return nil, nil }, &pbx.Error{Code: pbx.CodeMismatch}},
		"no such line":        {"2000002", suspend, kyc.ErrNotFound},
	} {
		if _, err := s.UpdateAccount(ctx, test.extension, test.change); !errors.Is(err, test.want) {
			t.Errorf("UpdateAccount, %s = %v, want %v", name, err, test.want)
		}
	}
	if a := s.line(t, "2000001"); !a.Suspended || a.Revision != 2 {
		t.Errorf("the account after failures = %v, revision %d, want it as it was", a, a.Revision)
	}
}

func accountsChangedAtOnce(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	if err := s.SaveAccount(t.Context(), account(1, "id1")); err != nil {
		t.Fatal(err)
	}
	second := open(t, s.cfg)
	parallel(8, func(i int) {
		server := []*store.Store{s.Store, second}[i%2]
		_, err := server.UpdateAccount(t.Context(), "2000001", func(a *pbx.Account) ([]kyc.Effect, error) {
			return nil, a.AddDevice(pbx.Device{ID: fmt.Sprintf("d%d", i), Kind: pbx.Desk})
		})
		if err != nil {
			t.Error(err)
		}
	})
	if a := s.line(t, "2000001"); len(a.Devices) != 9 || a.Revision != 9 {
		t.Errorf("%d devices at revision %d, want 9 at 9", len(a.Devices), a.Revision)
	}
}

func accountOpened(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	var opened atomic.Int32
	parallel(6, func(i int) {
		a := account(1, "id1")
		a.Devices[0].ID = fmt.Sprintf("d%d", i)
		got, err := s.OpenAccount(t.Context(), a)
		if err != nil {
			t.Error(err)
		} else if got.Devices[0].ID == a.Devices[0].ID {
			opened.Add(1)
		}
		if got.Revision != 1 {
			t.Errorf("OpenAccount = revision %d, want 1", got.Revision)
		}
	})
	if opened.Load() != 1 {
		t.Errorf("the account was opened %d times, want once", opened.Load())
	}
	if _, err := s.OpenAccount(t.Context(), account(2, "id2")); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("OpenAccount of nobody = %v, want ErrNotFound", err)
	}
	s.enrolled(t, "en2", "id2")
	if _, err := s.OpenAccount(t.Context(), account(1, "id2")); !errors.Is(err, &pbx.Error{Code: pbx.CodeDuplicate}) {
		t.Errorf("OpenAccount of another's number = %v, want a duplicate", err)
	}
}

func accountsOfOne(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	s.enrolled(t, "en2", "id2")
	for _, n := range []int{3, 1, 2} {
		if err := s.SaveAccount(t.Context(), account(n, fmt.Sprintf("id%d", 1+n%2))); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.AccountsOf(t.Context(), "id2")
	if err != nil || len(list) != 2 || list[0].Extension != "2000001" || list[1].Extension != "2000003" {
		t.Errorf("AccountsOf = %v, %v, want two, the first number first", list, err)
	}
	if list, err := s.AccountsOf(t.Context(), "nobody"); err != nil || len(list) != 0 {
		t.Errorf("AccountsOf(nobody) = %v, %v, want none", list, err)
	}
}

// Whoever empties an account before the erasure must not leave it under the
// key that the erasure destroys.
func shellOutlives(t *testing.T, s *suite) {
	ctx := t.Context()
	s.enrolled(t, "en1", "id1")
	if err := s.SaveAccount(ctx, account(1, "id1")); err != nil {
		t.Fatal(err)
	}
	_, err := s.UpdateAccount(ctx, "2000001", func(a *pbx.Account) ([]kyc.Effect, error) { *a = a.Shell(); return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	if a := s.line(t, "2000001"); !a.ReleasedAt.IsZero() {
		t.Error("a shell is released before anybody said so")
	}
	if err := s.DestroySubject(ctx, "en1"); err != nil {
		t.Fatal(err)
	}
	if a := s.line(t, "2000001"); !a.IsShell() || !a.ReleasedAt.Equal(Start) {
		t.Errorf("Account = %#v, released at %v, want a released shell", a, a.ReleasedAt)
	}
	if n := s.column(t, "SELECT COUNT(*) FROM account_words"); n[0] != "0" {
		t.Errorf("%s words of nobody are left", n[0])
	}
}

func accountByHand(t *testing.T, s *suite) {
	for i, change := range []string{
		"status = 'on'", "organisation = 'acme'", "identity_id = 'id9'", "revision = revision + 100", "revision = 0", "aor = 'sip:1@x'", "updated_at = 1",
	} {
		id := fmt.Sprint("id", i)
		s.enrolled(t, "en"+id, id)
		a := account(i, id)
		a.Enabled = false
		if err := s.SaveAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if err := s.exec(t, "UPDATE sip_accounts SET "+change+" WHERE extension = '"+a.Extension+"'"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Account(t.Context(), a.Extension); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("Account after %s = %v, want ErrCorrupt", change, err)
		}
	}
}
