package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// Waits while the ledger is away. Hundreds of jobs need not all ask whether it
// is back: one asks often, the others wait long, and the first that succeeds
// wakes them.
const (
	probeEvery = 5 * time.Second
	wakeEvery  = time.Second // a ledger that comes and goes must not make them all ask all the time
)

// outage is what the jobs of this process know of the ledger's absence.
type outage struct {
	db *sql.DB

	mu    sync.Mutex
	seen  bool      // a job found the ledger away and nobody was woken since
	probe time.Time // when the one that asks often asks again
	woken time.Time
}

// The time that a waiting job is due is set to one that has passed and that
// River wrote itself, since the databases differ in how it writes one.
const wakeStatement = `UPDATE river_job SET state = 'available', scheduled_at = coalesce(attempted_at, created_at)
	WHERE queue = '` + ledgerQueue + `' AND state IN ('scheduled', 'available') AND scheduled_at > coalesce(attempted_at, created_at)`

// wait notes that the ledger is away and says how long a job waits, which by
// itself would wait for backoff.
func (o *outage) wait(now time.Time, backoff time.Duration) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = true
	if now.Before(o.probe) {
		return backoff // another one asks
	}
	backoff = min(backoff, probeEvery)
	o.probe = now.Add(backoff)
	return backoff
}

// over wakes those that wait, if any do, because the ledger has answered.
func (o *outage) over(ctx context.Context, now time.Time) error {
	if !o.due(now) {
		return nil
	}
	if _, err := o.db.ExecContext(ctx, wakeStatement); err != nil {
		return fmt.Errorf("jobs: wake: %w", err)
	}
	return nil
}

func (o *outage) due(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.seen || now.Sub(o.woken) < wakeEvery {
		return false
	}
	o.seen, o.probe, o.woken = false, time.Time{}, now
	return true
}
