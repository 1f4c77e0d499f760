package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

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
