package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
)

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
