package jobs_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// TestMintsGoOnOnceTheLedgerIsBack: by themselves they would wait for an hour.
func TestMintsGoOnOnceTheLedgerIsBack(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		const mints = 100
		var probes atomic.Int32
		back := make(chan struct{})
		b.run.answer = func(ctx context.Context, _ kyc.Effect, nth int) error {
			if nth == 1 {
				return fmt.Errorf("%w: no orderer", ledger.ErrUnavailable)
			}
			probes.Add(1)
			select {
			case <-back:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		q := b.queue(t, func(c *jobs.Config) { c.Queues, c.Backoff = jobs.Queues{Ledger: 64}, time.Hour })
		start(t, q)
		var effects []kyc.Effect
		var begun, done []string
		for i := range mints {
			effects = append(effects, effect(kyc.MintIdentity, fmt.Sprint(i)))
			begun = append(begun, fmt.Sprintf("begin %d 1", i))
			done = append(done, fmt.Sprintf("done %d 2", i))
		}
		b.schedule(t, "en1", effects...)
		b.run.wait(t, begun...)
		b.asleep(t, mints, &probes)
		close(back)
		b.run.wait(t, done...)
		if len(b.run.given) != 0 {
			t.Errorf("given up = %v, want nothing", b.run.given)
		}
	})
}

// asleep returns when each of n mints is saved as one that waits, apart from
// those that ask the ledger anew: who has begun has not failed yet, and whose
// wait is not saved yet cannot be woken.
func (b *bundle) asleep(t *testing.T, n int, probes *atomic.Int32) {
	t.Helper()
	const statement = "SELECT count(*) FROM river_job WHERE state IN ('scheduled', 'available') AND attempted_at IS NOT NULL"
	deadline, again := time.After(patience), time.NewTicker(10*time.Millisecond)
	defer again.Stop()
	for {
		awake := int(probes.Load()) // first: one that wakes meanwhile must not count twice
		var waiting int
		if err := b.store.DB().QueryRowContext(t.Context(), statement).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting+awake == n {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("after %s %d of %d mints wait, %d ask", patience, waiting, n, awake)
		}
	}
}

// TestMintsRunTogether: so that they can share a transaction.
func TestMintsRunTogether(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		const together = 128
		var running atomic.Int32
		all := make(chan struct{})
		b.run.answer = func(ctx context.Context, _ kyc.Effect, _ int) error {
			if running.Add(1) == together {
				close(all)
			}
			select {
			case <-all:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		start(t, b.queue(t, func(c *jobs.Config) { c.Queues = jobs.Queues{Ledger: together} }))
		var effects []kyc.Effect
		var done []string
		for i := range together {
			effects = append(effects, effect(kyc.MintIdentity, fmt.Sprint(i)))
			done = append(done, fmt.Sprintf("done %d 1", i))
		}
		b.schedule(t, "en1", effects...)
		b.run.wait(t, done...)
	})
}
