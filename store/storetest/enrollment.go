package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

var enrollmentTests = map[string]func(*testing.T, *suite){
	"create and get":                           createAndGet,
	"create twice":                             createTwice,
	"unknown enrollment":                       unknownEnrollment,
	"update saves state, data and version":     updateSaves,
	"an error of the change saves nothing":     updateErrorSavesNothing,
	"an error of the queue saves nothing":      enqueueErrorSavesNothing,
	"effects are never dropped":                effectsAreNeverDropped,
	"effects are saved with their cause":       effectsSavedWithCause,
	"a change that changes nothing":            changeNothing,
	"a change in between is seen":              changeInBetween,
	"many updates of one enrollment":           manyUpdates,
	"an identity is minted once":               mintedOnce,
	"two servers on one database":              twoServers,
	"a damaged enrollment hides no other":      damagedInList,
	"a cancelled request saves nothing":        cancelledRequest,
	"an enrollment lives through a restart":    enrollmentRestart,
	"concurrent creates of one id":             concurrentCreates,
	"an illegal event leaves the state behind": illegalEvent,
}

func createAndGet(t *testing.T, s *suite) {
	e := s.create(t, "en1")
	if e.Version() != 1 || len(e.Effects()) != 0 {
		t.Errorf("after Create: version %d with %d effects, want 1 with 0", e.Version(), len(e.Effects()))
	}
	got, err := s.Get(t.Context(), "en1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e.Snapshot(), got.Snapshot()); diff != "" {
		t.Errorf("Get after Create (-want +got):\n%s", diff)
	}
}

func createTwice(t *testing.T, s *suite) {
	e := s.create(t, "en1")
	if err := s.Create(t.Context(), e); !errors.Is(err, kyc.ErrConflict) {
		t.Errorf("Create of a stored enrollment = %v, want ErrConflict", err)
	}
	other := applicant("en1", Start)
	other.Data.Profile.GivenNames = "Mallory"
	if err := s.Create(t.Context(), other); !errors.Is(err, kyc.ErrConflict) {
		t.Errorf("Create of another with the same id = %v, want ErrConflict", err)
	}
	if got, _ := s.Get(t.Context(), "en1"); got.Data.Profile.GivenNames != "Anna-Maria" {
		t.Errorf("given names = %q, want those of the first", got.Data.Profile.GivenNames)
	}
}

func unknownEnrollment(t *testing.T, s *suite) {
	if _, err := s.Get(t.Context(), "nobody"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Get(nobody) = %v, want ErrNotFound", err)
	}
	_, err := s.Update(t.Context(), "nobody", func(*kyc.Enrollment) error { t.Error("change was called"); return nil })
	if !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Update(nobody) = %v, want ErrNotFound", err)
	}
}

func updateSaves(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.clock.Advance(time.Minute)
	got, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
		e.Data.Notice = "changed"
		return e.Apply(kyc.ValidateAddresses, s.clock.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.State() != kyc.Document || got.Version() != 2 || !got.UpdatedAt.Equal(Start.Add(time.Minute)) || !got.CreatedAt.Equal(Start) {
		t.Errorf("Update = %v version %d updated %v created %v", got, got.Version(), got.UpdatedAt, got.CreatedAt)
	}
	again, err := s.Get(t.Context(), "en1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got.Snapshot(), again.Snapshot()); diff != "" {
		t.Errorf("Get after Update (-want +got):\n%s", diff)
	}
}

// keepEffects makes the store save effects in a table of its own, in the
// transaction it is given.
func (s *suite) keepEffects(t *testing.T) {
	t.Helper()
	if err := s.exec(t, "CREATE TABLE kept_effects (name text NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	s.EnqueueWith(func(ctx context.Context, tx *sql.Tx, effects []kyc.Effect) error {
		for _, effect := range effects {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO kept_effects VALUES ('%s')", effect.Key())); err != nil {
				return err
			}
			if effect.Ref == "refused" {
				return errors.New("the queue refuses")
			}
		}
		return nil
	})
}

func (s *suite) keptEffects(t *testing.T) string {
	t.Helper()
	rows, err := s.DB().QueryContext(t.Context(), "SELECT name FROM kept_effects ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func effectsSavedWithCause(t *testing.T, s *suite) {
	s.keepEffects(t)
	e := applicant("en1", Start)
	e.Schedule(kyc.Effect{Kind: kyc.SendCode, EnrollmentID: "en1", Ref: "c1"})
	if err := s.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	got, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
		return e.Apply(kyc.ValidateAddresses, Start, kyc.Effect{Kind: kyc.TellOutcome, EnrollmentID: "en1", Ref: "x"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Effects()) != 0 {
		t.Errorf("effects left after Update = %v, want none", got.Effects())
	}
	if kept, want := s.keptEffects(t), "send_code:en1:c1 tell_outcome:en1:x"; kept != want {
		t.Errorf("effects saved = %q, want %q", kept, want)
	}
}

func updateErrorSavesNothing(t *testing.T, s *suite) {
	s.keepEffects(t)
	want := s.create(t, "en1")
	refusal := errors.New("no")
	_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
		e.Data.Profile.Email = "other@example.org"
		e.Schedule(kyc.Effect{Kind: kyc.SendLink, EnrollmentID: "en1", Ref: "1"})
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Errorf("Update = %v, want the change's own error", err)
	}
	s.unchanged(t, want)
}

func enqueueErrorSavesNothing(t *testing.T, s *suite) {
	s.keepEffects(t)
	want := s.create(t, "en1")
	_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
		e.Data.Profile.Email = "other@example.org"
		return e.Apply(kyc.ValidateAddresses, Start, kyc.Effect{Kind: kyc.SendLink, EnrollmentID: "en1", Ref: "refused"})
	})
	if err == nil {
		t.Error("Update with a queue that refuses = nil, want an error")
	}
	s.unchanged(t, want)
	broken := applicant("en2", Start)
	broken.Schedule(kyc.Effect{Kind: kyc.SendLink, EnrollmentID: "en2", Ref: "refused"})
	if err := s.Create(t.Context(), broken); err == nil {
		t.Error("Create with a queue that refuses = nil, want an error")
	}
	if _, err := s.Get(t.Context(), "en2"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Get after the failed Create = %v, want ErrNotFound", err)
	}
}

// unchanged checks that neither enrollment nor lookups nor effects changed.
func (s *suite) unchanged(t *testing.T, want *kyc.Enrollment) {
	t.Helper()
	got, err := s.Get(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Snapshot(), got.Snapshot()); diff != "" {
		t.Errorf("the enrollment changed (-want +got):\n%s", diff)
	}
	if ids, err := s.Find(t.Context(), kyc.ByEmail, "other@example.org"); err != nil || len(ids) != 0 {
		t.Errorf("Find(new address) = %v, %v, want none", ids, err)
	}
	if kept := s.keptEffects(t); kept != "" {
		t.Errorf("effects saved = %q, want none", kept)
	}
}

func effectsAreNeverDropped(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.EnqueueWith(nil)
	_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
		return e.Apply(kyc.ValidateAddresses, Start, kyc.Effect{Kind: kyc.SendLink, EnrollmentID: "en1", Ref: "1"})
	})
	if err == nil {
		t.Error("Update with effects and no queue = nil, want an error")
	}
	if got, _ := s.Get(t.Context(), "en1"); got.State() != kyc.Contacts {
		t.Errorf("state = %s, want contacts", got.State())
	}
}

func changeNothing(t *testing.T, s *suite) {
	s.create(t, "en1")
	got, err := s.Update(t.Context(), "en1", func(*kyc.Enrollment) error { return nil })
	if err != nil || got.Version() != 1 {
		t.Errorf("Update without a change = version %d, %v, want 1", got.Version(), err)
	}
}

func changeInBetween(t *testing.T, s *suite) {
	s.create(t, "en1")
	calls := 0
	got, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
		if calls++; calls == 1 {
			_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
				e.Data.Answers["other"] = "first"
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		e.Data.Answers["mine"] = "second"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"profession": "smith", "other": "first", "mine": "second"}
	if diff := cmp.Diff(want, got.Data.Answers); diff != "" || calls != 2 || got.Version() != 3 {
		t.Errorf("calls = %d, version %d; answers (-want +got):\n%s", calls, got.Version(), diff)
	}
}

func manyUpdates(t *testing.T, s *suite) {
	s.create(t, "en1")
	const workers, each = 12, 5
	parallel(workers, func(w int) {
		for i := range each {
			_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
				e.Data.Answers[fmt.Sprintf("%d-%d", w, i)] = "x"
				return nil
			})
			if err != nil {
				t.Errorf("Update of worker %d: %v", w, err)
			}
		}
	})
	got, err := s.Get(t.Context(), "en1")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Data.Answers); n != workers*each+1 || got.Version() != workers*each+1 {
		t.Errorf("%d answers at version %d, want %d at %d", n, got.Version(), workers*each+1, workers*each+1)
	}
}

func mintedOnce(t *testing.T, s *suite) {
	s.keepEffects(t)
	if err := s.Create(t.Context(), inState(t, "en1", kyc.Approved)); err != nil {
		t.Fatal(err)
	}
	var minted, refused atomic.Int32
	parallel(16, func(w int) {
		_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
			return e.Apply(kyc.Mint, Start, kyc.Effect{Kind: kyc.Provision, EnrollmentID: "en1", Ref: fmt.Sprint(w)})
		})
		var transition *kyc.TransitionError
		switch {
		case err == nil:
			minted.Add(1)
		case errors.As(err, &transition):
			refused.Add(1)
		default:
			t.Error(err)
		}
	})
	if minted.Load() != 1 || refused.Load() != 15 {
		t.Errorf("minted %d times, refused %d times, want 1 and 15", minted.Load(), refused.Load())
	}
	if kept := s.keptEffects(t); strings.Count(kept, "provision:") != 1 {
		t.Errorf("effects saved = %q, want one provision", kept)
	}
}

func illegalEvent(t *testing.T, s *suite) {
	s.create(t, "en1")
	_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error { return e.Apply(kyc.Issue, Start) })
	var transition *kyc.TransitionError
	if !errors.As(err, &transition) {
		t.Errorf("Update = %v, want a TransitionError", err)
	}
	if got, _ := s.Get(t.Context(), "en1"); got.State() != kyc.Contacts || got.Version() != 1 {
		t.Errorf("state = %s at version %d, want contacts at 1", got.State(), got.Version())
	}
}

func cancelledRequest(t *testing.T, s *suite) {
	s.create(t, "en1")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Update(ctx, "en1", func(e *kyc.Enrollment) error {
		e.Data.Notice = "lost"
		cancel()
		return nil
	})
	if err == nil {
		t.Error("Update of a cancelled request = nil, want an error")
	}
	if got, err := s.Get(t.Context(), "en1"); err != nil || got.Data.Notice != "" {
		t.Errorf("Get = %v, %v, want no notice", got, err)
	}
}

func enrollmentRestart(t *testing.T, s *suite) {
	want := s.create(t, "en1")
	s.reopen(t)
	got, err := s.Get(t.Context(), "en1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Snapshot(), got.Snapshot()); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
}

func concurrentCreates(t *testing.T, s *suite) {
	var created atomic.Int32
	parallel(8, func(int) {
		err := s.Create(t.Context(), applicant("en1", Start))
		if err == nil {
			created.Add(1)
		} else if !errors.Is(err, kyc.ErrConflict) {
			t.Error(err)
		}
	})
	if created.Load() != 1 {
		t.Errorf("created %d times, want once", created.Load())
	}
	if _, err := s.Get(t.Context(), "en1"); err != nil {
		t.Error(err)
	}
}

// parallel runs f n times at once and waits.
func parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

func twoServers(t *testing.T, s *suite) {
	s.create(t, "en1")
	second := open(t, s.cfg)
	const workers, each = 8, 4
	parallel(workers, func(w int) {
		server := s.Store
		if w%2 == 1 {
			server = second
		}
		for i := range each {
			_, err := server.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
				e.Data.Answers[fmt.Sprintf("%d-%d", w, i)] = "x"
				return nil
			})
			if err != nil {
				t.Errorf("Update of worker %d: %v", w, err)
			}
			if _, err := server.AllocateExtension(t.Context(), pbx.Claim{IdentityID: fmt.Sprintf("id%d-%d", w, i)}, plan); err != nil {
				t.Errorf("AllocateExtension of worker %d: %v", w, err)
			}
		}
	})
	for _, server := range []interface {
		Get(ctx context.Context, id string) (*kyc.Enrollment, error)
	}{s.Store, second} {
		got, err := server.Get(t.Context(), "en1")
		if err != nil || len(got.Data.Answers) != workers*each+1 {
			t.Errorf("Get = %v, %v, want %d answers", got, err, workers*each+1)
		}
	}
	if n := s.column(t, "SELECT COUNT(*) FROM extensions"); n[0] != fmt.Sprint(workers*each) {
		t.Errorf("%s extensions, want %d", n[0], workers*each)
	}
}

func damagedInList(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.create(t, "en2")
	if err := s.exec(t, "UPDATE enrollments SET version = 7 WHERE id = 'en1'"); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(t.Context(), kyc.Contacts, 0)
	if err != nil || len(list) != 1 || list[0].ID != "en2" {
		t.Errorf("List = %v, %v, want the one that is whole", list, err)
	}
}
