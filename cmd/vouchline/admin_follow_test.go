package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// TestFollowAnew: a ledger that was replaced stops who follows it, beside a
// database that remembers the old one, until an operator says to begin again.
func TestFollowAnew(t *testing.T) {
	t.Parallel()
	dir, flags := migrated(t)
	st := testStore(t, dir)
	wanted := make(chan kyc.Effect, 10)
	st.EnqueueWith(func(_ context.Context, _ *sql.Tx, effects []kyc.Effect) error {
		for _, e := range effects {
			wanted <- e
		}
		return nil
	})
	identity := issued(t, st, dir)
	if err := st.Advance(t.Context(), kyc.ListenerName, ledger.Checkpoint{}, ledger.Checkpoint{Block: 9, TxID: "gone"}, nil); err != nil {
		t.Fatal(err)
	}
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: filepath.Join(dir, "ledger"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if _, err := l.SetStatus(t.Context(), identity, ledger.StatusSuspended, ledger.ReasonUnderReview); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan struct{}, 1)
	listener := &kyc.Listener{
		Ledger: l, Checkpoints: st, Enrollments: st, Logger: slog.New(slog.DiscardHandler), Clock: time.Now,
		Rest: func(context.Context, time.Duration) {
			select {
			case stopped <- struct{}{}:
			case <-time.After(10 * time.Millisecond):
			}
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); listener.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	<-stopped
	if len(wanted) > 0 {
		t.Fatal("the service follows another ledger than it knows")
	}
	if stdout, stderr, code := session(t, "", append([]string{"admin", "follow-anew"}, flags...)...); code != exitDone {
		t.Fatalf("run(admin follow-anew) = %d, %q, %q", code, stdout, stderr)
	}
	ledgertest.Eventually(t, "the suspension to be followed", func() error {
		select {
		case e := <-wanted:
			if e.Kind == kyc.SyncLine && e.EnrollmentID == "en1" {
				return nil
			}
			return fmt.Errorf("it asks for %s", e.Key())
		default:
			return errors.New("it asks for nothing")
		}
	})
}
