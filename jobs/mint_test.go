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
		var away atomic.Bool
		away.Store(true)
		b.run.answer = func(context.Context, kyc.Effect, int) error {
			if away.Load() {
				return fmt.Errorf("%w: no orderer", ledger.ErrUnavailable)
			}
			return nil
		}
		q := b.queue(t, func(c *jobs.Config) { c.Queues, c.Backoff = jobs.Queues{Ledger: 64}, time.Hour })
		start(t, q)
		var effects []kyc.Effect
		var begun, done []string
		for i := range 100 {
			effects = append(effects, effect(kyc.MintIdentity, fmt.Sprint(i)))
			begun = append(begun, fmt.Sprintf("begin %d 1", i))
			done = append(done, fmt.Sprintf("done %d 2", i))
		}
		b.schedule(t, "en1", effects...)
		b.run.wait(t, begun...)
		away.Store(false)
		b.run.wait(t, done...)
		if len(b.run.given) != 0 {
			t.Errorf("given up = %v, want nothing", b.run.given)
		}
	})
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
