package batch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/batch"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// script is an issuer whose transactions take a second, on the test's clock.
type script struct {
	mu     sync.Mutex
	sizes  []int          // of each transaction, refused ones among them
	minted map[string]int // how often
	bad    map[string]*ledger.Error
	broken error // of every batch
}

func newScript() *script {
	return &script{minted: map[string]int{}, bad: map[string]*ledger.Error{}}
}

func (s *script) Issue(ctx context.Context, in ledger.Issue) (ledger.Location, error) {
	at, err := s.commit(ctx, in)
	var one *ledger.ItemError
	if errors.As(err, &one) {
		return ledger.Location{}, one.Err
	}
	if err != nil {
		return ledger.Location{}, err
	}
	return at[0], nil
}

func (s *script) IssueAll(ctx context.Context, in []ledger.Issue) ([]ledger.Location, error) {
	return s.commit(ctx, in...)
}

func (s *script) commit(ctx context.Context, in ...ledger.Issue) ([]ledger.Location, error) {
	s.mu.Lock()
	s.sizes = append(s.sizes, len(in))
	broken := s.broken
	s.mu.Unlock()
	seen := map[string]bool{}
	for k, i := range in {
		if err := s.bad[i.ID]; err != nil {
			return nil, &ledger.ItemError{Item: k, Err: err}
		}
		if seen[i.ID] {
			return nil, &ledger.ItemError{Item: k, Err: ledger.ErrExists}
		}
		seen[i.ID] = true
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ledger.ErrUnknown, ctx.Err())
	}
	if broken != nil {
		return nil, broken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := make([]ledger.Location, len(in))
	for k, i := range in {
		s.minted[i.ID]++
		at[k] = ledger.Location{TxID: fmt.Sprint(len(s.sizes)), Block: uint64(len(s.sizes))}
	}
	return at, nil
}

// issue starts n callers one after another and returns their errors.
func issue(t *testing.T, b *batch.Batcher, ids ...string) []error {
	t.Helper()
	errs := make([]error, len(ids))
	var wg sync.WaitGroup
	for k, id := range ids {
		wg.Go(func() { _, errs[k] = b.Issue(t.Context(), ledger.Issue{ID: id}) })
		synctest.Wait()
	}
	wg.Wait()
	return errs
}

func ids(n int) []string {
	out := make([]string, n)
	for k := range out {
		out[k] = fmt.Sprintf("id-%d", k)
	}
	return out
}

func TestWhoWaitsTravelsTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, start := newScript(), time.Now()
		for k, err := range issue(t, batch.New(s, batch.Config{InFlight: 2}), ids(250)...) {
			if err != nil {
				t.Errorf("Issue(%d) = %v, want no error", k, err)
			}
		}
		if got, want := fmt.Sprint(s.sizes), "[1 1 100 100 48]"; got != want {
			t.Errorf("transactions of %s identities, want %s", got, want)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v, want three rounds of two transactions", took)
		}
		for id, n := range s.minted {
			if n != 1 {
				t.Errorf("%s was minted %d times", id, n)
			}
		}
	})
}

func TestAPoisonedRequestIsSplitOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.bad["id-7"], s.bad["id-20"] = ledger.ErrDuplicatePerson, ledger.ErrInvalid
		for k, err := range issue(t, batch.New(s, batch.Config{InFlight: 1}), ids(50)...) {
			want := map[int]error{7: ledger.ErrDuplicatePerson, 20: ledger.ErrInvalid}[k]
			if !errors.Is(err, want) {
				t.Errorf("Issue(%d) = %v, want %v", k, err, want)
			}
		}
		if len(s.minted) != 48 {
			t.Errorf("%d identities were minted, want 48", len(s.minted))
		}
	})
}

func TestARefusalThatNamesNobodyIsHalved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		l := tooLarge{s, 10}
		for k, err := range issue(t, batch.New(l, batch.Config{InFlight: 1}), ids(60)...) {
			if err != nil {
				t.Errorf("Issue(%d) = %v, want no error", k, err)
			}
		}
		if len(s.minted) != 60 {
			t.Errorf("%d identities were minted, want 60", len(s.minted))
		}
	})
}

// tooLarge refuses batches of more than max without naming one request.
type tooLarge struct {
	*script

	max int
}

func (l tooLarge) IssueAll(ctx context.Context, in []ledger.Issue) ([]ledger.Location, error) {
	if len(in) > l.max {
		return nil, &ledger.Error{Code: ledger.CodeInvalid, Detail: "the request is too large"}
	}
	return l.script.IssueAll(ctx, in)
}

func TestAnUnknownOutcomeIsEverybodys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.broken = fmt.Errorf("%w: the orderer died", ledger.ErrUnknown)
		for k, err := range issue(t, batch.New(s, batch.Config{InFlight: 1}), ids(5)...) {
			if !errors.Is(err, ledger.ErrUnknown) {
				t.Errorf("Issue(%d) = %v, want ErrUnknown", k, err)
			}
		}
		if len(s.sizes) != 2 {
			t.Errorf("%d transactions, want 2: who repeats is the caller", len(s.sizes))
		}
	})
}

func TestTheSameIDTwiceGoesInTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		for k, err := range issue(t, batch.New(s, batch.Config{InFlight: 1}), "first", "same", "same", "other") {
			if err != nil {
				t.Errorf("Issue(%d) = %v, want no error", k, err)
			}
		}
		if got := fmt.Sprint(s.sizes); got != "[1 2 1]" {
			t.Errorf("transactions of %s identities, want [1 2 1]", got)
		}
	})
}

func TestACallerMayLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		b := batch.New(s, batch.Config{InFlight: 1})
		var wg sync.WaitGroup
		for _, c := range []struct {
			id    string
			after time.Duration
			want  error
		}{
			{"travels", 500 * time.Millisecond, ledger.ErrUnknown},
			{"waits", 500 * time.Millisecond, ledger.ErrUnavailable},
			{"stays", time.Minute, nil},
		} {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), c.after)
				defer cancel()
				if _, err := b.Issue(ctx, ledger.Issue{ID: c.id}); !errors.Is(err, c.want) {
					t.Errorf("Issue(%s) = %v, want %v", c.id, err, c.want)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		// Who travelled was minted all the same, who waited was not.
		if s.minted["travels"] != 1 || s.minted["waits"] != 0 || s.minted["stays"] != 1 {
			t.Errorf("minted = %v", s.minted)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := b.Issue(ended, ledger.Issue{ID: "late"}); !errors.Is(err, ledger.ErrUnavailable) {
			t.Errorf("Issue(ended context) = %v, want ErrUnavailable", err)
		}
	})
}

// Over the real contract: one person twice among many, each answered as if
// alone.
func TestOverTheContract(t *testing.T) {
	t.Parallel()
	fake := ledgertest.NewFake(nil)
	b := batch.New(fake.Client, batch.Config{InFlight: 1})
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		refused int
	)
	twice := ledgertest.NewIssue().Nullifiers
	for k := range 40 {
		in := ledgertest.NewIssue()
		if k%20 == 3 {
			in.Nullifiers = twice
		}
		wg.Go(func() {
			at, err := b.Issue(t.Context(), in)
			switch {
			case errors.Is(err, ledger.ErrDuplicatePerson):
				mu.Lock()
				refused++
				mu.Unlock()
			case err != nil:
				t.Errorf("Issue() = %v, want no error", err)
			default:
				got, where, err := fake.Identity(t.Context(), in.ID)
				if err != nil || where != at || !got.IssuedFrom(in) {
					t.Errorf("Identity() = %+v at %+v, %v; want it at %+v", got, where, err, at)
				}
			}
		})
	}
	wg.Wait()
	if refused != 1 {
		t.Errorf("%d refused, want the one that is the same person", refused)
	}
}
