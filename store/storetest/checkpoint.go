package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

var checkpointTests = map[string]func(*testing.T, *suite){
	"a checkpoint survives":                         checkpointKept,
	"a checkpoint does not go backwards":            checkpointForward,
	"a checkpoint and its effects are one":          checkpointEffects,
	"of listeners at one place one advances":        checkpointContended,
	"a checkpoint without sense is refused":         checkpointFaults,
	"listeners of other names have their own place": checkpointNames,
}

func at(block uint64, tx string) ledger.Checkpoint { return ledger.Checkpoint{Block: block, TxID: tx} }

// standsAt checks a listener's checkpoint.
func (s *suite) standsAt(t *testing.T, listener string, want ledger.Checkpoint) {
	t.Helper()
	if got, err := s.Checkpoint(t.Context(), listener); err != nil || got != want {
		t.Errorf("Checkpoint(%s) = %v, %v, want %v", listener, got, err, want)
	}
}

func checkpointKept(t *testing.T, s *suite) {
	s.standsAt(t, "lines", ledger.Checkpoint{})
	from := ledger.Checkpoint{}
	for _, to := range []ledger.Checkpoint{at(0, "a"), at(7, "b"), at(7, "c"), at(1<<62, "d")} {
		if err := s.Advance(t.Context(), "lines", from, to, nil); err != nil {
			t.Fatal(err)
		}
		from = to
	}
	s.reopen(t)
	s.standsAt(t, "lines", at(1<<62, "d"))
}

func checkpointForward(t *testing.T, s *suite) {
	if err := s.Advance(t.Context(), "lines", ledger.Checkpoint{}, at(9, "x"), nil); err != nil {
		t.Fatal(err)
	}
	for _, from := range []ledger.Checkpoint{{}, at(8, "x"), at(9, "y"), at(10, "x")} {
		if err := s.Advance(t.Context(), "lines", from, at(10, "z"), nil); !errors.Is(err, kyc.ErrConflict) {
			t.Errorf("Advance from %v = %v, want ErrConflict", from, err)
		}
	}
	s.standsAt(t, "lines", at(9, "x"))
}

func checkpointEffects(t *testing.T, s *suite) {
	var saved []kyc.Effect
	effect := kyc.Effect{Kind: kyc.TellOutcome, EnrollmentID: "en1", Ref: "issued"}
	s.EnqueueWith(func(ctx context.Context, tx *sql.Tx, effects []kyc.Effect) error {
		saved = append(saved, effects...)
		_, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('effect', 'saved')")
		return err
	})
	if err := s.Advance(t.Context(), "lines", ledger.Checkpoint{}, at(1, "a"), []kyc.Effect{effect}); err != nil {
		t.Fatal(err)
	}
	if len(saved) != 1 || saved[0] != effect {
		t.Errorf("effects = %v, want the one", saved)
	}
	// The second insertion breaks the table's key: neither it nor the
	// checkpoint may be there.
	if err := s.Advance(t.Context(), "lines", at(1, "a"), at(2, "b"), []kyc.Effect{effect}); err == nil {
		t.Error("Advance whose effect cannot be saved = nil, want an error")
	}
	s.standsAt(t, "lines", at(1, "a"))
	saved = nil
	if err := s.Advance(t.Context(), "lines", ledger.Checkpoint{}, at(3, "c"), []kyc.Effect{effect}); !errors.Is(err, kyc.ErrConflict) || saved != nil {
		t.Errorf("Advance of the slower = %v with effects %v, want ErrConflict and none", err, saved)
	}
	s.EnqueueWith(nil)
	if err := s.Advance(t.Context(), "lines", at(1, "a"), at(2, "b"), []kyc.Effect{effect}); err == nil {
		t.Error("Advance with effects and nobody to enqueue them = nil, want an error")
	}
	s.standsAt(t, "lines", at(1, "a"))
}

func checkpointContended(t *testing.T, s *suite) {
	from := ledger.Checkpoint{}
	for round := range 5 {
		var advanced atomic.Int32
		to := at(uint64(round+1), "t") //nolint:gosec // small
		parallel(8, func(int) {
			switch err := s.Advance(t.Context(), "lines", from, to, nil); {
			case err == nil:
				advanced.Add(1)
			case !errors.Is(err, kyc.ErrConflict):
				t.Error(err)
			}
		})
		if advanced.Load() != 1 {
			t.Errorf("round %d: %d advanced, want 1", round, advanced.Load())
		}
		from = to
	}
}

func checkpointFaults(t *testing.T, s *suite) {
	if err := s.Advance(t.Context(), "", ledger.Checkpoint{}, at(1, "a"), nil); err == nil {
		t.Error("Advance of nobody = nil, want an error")
	}
	if err := s.Advance(t.Context(), "lines", ledger.Checkpoint{}, at(1<<63, "a"), nil); err == nil {
		t.Error("Advance beyond every block = nil, want an error")
	}
}

func checkpointNames(t *testing.T, s *suite) {
	for i, listener := range []string{"lines", "webhooks"} {
		if err := s.Advance(t.Context(), listener, ledger.Checkpoint{}, at(uint64(i), fmt.Sprint(i)), nil); err != nil { //nolint:gosec // small
			t.Fatal(err)
		}
	}
	s.standsAt(t, "lines", at(0, "0"))
	s.standsAt(t, "webhooks", at(1, "1"))
}
