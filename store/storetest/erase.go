package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
)

var eraseTests = map[string]func(*testing.T, *suite){
	"a destroyed subject is gone":  destroyed,
	"destroying a damaged subject": destroyDamaged,
}

func destroyed(t *testing.T, s *suite) {
	ctx := t.Context()
	e := applicant("en1", Start)
	e.Data.Identity.ID = "id1"
	if err := s.Create(ctx, e); err != nil {
		t.Fatal(err)
	}
	s.create(t, "en2")
	for _, id := range []string{"en1", "en2"} {
		if err := s.PutEvidence(ctx, id, "front", []byte("photograph")); err != nil {
			t.Fatal(err)
		}
	}
	ext := s.allocate(t, "id1", plan)
	if err := s.SaveAccount(ctx, account(0, "id1")); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Minute)
	for range 2 { // the second time is no error
		if err := s.DestroySubject(ctx, "en1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Get(ctx, "en1"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Get = %v, want ErrNotFound", err)
	}
	if _, err := s.Evidence(ctx, "en1", "front"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Evidence = %v, want ErrNotFound", err)
	}
	s.found(t, kyc.ByEmail, "en1@example.org")
	s.found(t, kyc.ByPhone, "+22997000001", "en2")
	if n := len(s.blobs(t)); n != 1 {
		t.Errorf("%d blobs left, want the other subject's", n)
	}
	changed, err := s.Accounts(ctx, Start.Add(time.Second))
	if err != nil || len(changed) != 1 || changed[0].Enabled || changed[0].DisplayName != "" || changed[0].HA1MD5 != "" {
		t.Errorf("Accounts = %v, %v, want one empty and disabled", changed, err)
	}
	if other := s.allocate(t, "id2", plan); other == ext {
		t.Errorf("the extension %s was given away at once", ext)
	}
	if _, err := s.Evidence(ctx, "en2", "front"); err != nil {
		t.Errorf("Evidence of another subject = %v", err)
	}
}

func destroyDamaged(t *testing.T, s *suite) {
	s.create(t, "en1")
	if err := s.exec(t, "UPDATE enrollments SET state = 'approved'"); err != nil {
		t.Fatal(err)
	}
	if err := s.DestroySubject(t.Context(), "en1"); err != nil {
		t.Fatal(err)
	}
	if n := s.column(t, "SELECT COUNT(*) FROM enrollments"); n[0] != "0" {
		t.Errorf("%s enrollments left, want 0", n[0])
	}
}
