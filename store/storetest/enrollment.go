package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
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

func changeNothing(t *testing.T, s *suite) {
	s.create(t, "en1")
	got, err := s.Update(t.Context(), "en1", func(*kyc.Enrollment) error { return nil })
	if err != nil || got.Version() != 1 {
		t.Errorf("Update without a change = version %d, %v, want 1", got.Version(), err)
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
