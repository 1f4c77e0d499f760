package kyc_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// effects counts what a store enqueued.
type effects struct {
	mu   sync.Mutex
	seen map[string]int
}

func (b *bench) count() *effects {
	x := &effects{seen: map[string]int{}}
	b.store.EnqueueWith(func(_ context.Context, _ *sql.Tx, list []kyc.Effect) error {
		x.mu.Lock()
		defer x.mu.Unlock()
		for _, e := range list {
			x.seen[e.Key()]++
		}
		return nil
	})
	return x
}

func (x *effects) all() map[string]int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return maps.Clone(x.seen)
}

// marks passes checkpoints on and tells of each that was saved.
type marks struct {
	kyc.Checkpoints
	saved chan ledger.Checkpoint
}

func (m marks) Advance(ctx context.Context, name string, from, to ledger.Checkpoint, list []kyc.Effect) error {
	err := m.Checkpoints.Advance(ctx, name, from, to, list)
	if err == nil {
		m.saved <- to
	}
	return err
}

func (b *bench) marks() marks {
	return marks{b.store, make(chan ledger.Checkpoint, 10_000)}
}

// reach waits until the checkpoint is where the ledger is.
func (m marks) reach(t *testing.T, block uint64) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case at := <-m.saved:
			if at.Block >= block {
				return
			}
		case <-deadline:
			t.Fatalf("the checkpoint never reached block %d", block)
		}
	}
}

// listener starts one that loses no time, and ends with the test.
func (b *bench) listener(t *testing.T, s *saboteur, m marks) (stop func()) {
	t.Helper()
	store := crashStore{b.store, s}
	l := &kyc.Listener{
		Ledger: b.ledger.Log, Checkpoints: sabotagedMarks{m, s}, Enrollments: store, Logger: slog.New(slog.DiscardHandler),
		Clock: b.flow.Clock, Rest: func(context.Context, time.Duration) {},
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { l.Run(ctx) })
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	return stop
}

type sabotagedMarks struct {
	marks
	*saboteur
}

func (m sabotagedMarks) Checkpoint(ctx context.Context, name string) (ledger.Checkpoint, error) {
	return reply(m.saboteur, func() (ledger.Checkpoint, error) { return m.marks.Checkpoint(ctx, name) })
}

func (m sabotagedMarks) Advance(ctx context.Context, name string, from, to ledger.Checkpoint, list []kyc.Effect) error {
	return m.call(func() error { return m.marks.Advance(ctx, name, from, to, list) })
}

// another does what another administrator's tool does: it writes to the ledger
// without the flow.
func (b *bench) another(t *testing.T, identity string, to ledger.Status) uint64 {
	t.Helper()
	at, err := b.ledger.SetStatus(t.Context(), identity, to, ledger.ReasonAdministrative)
	must(t, err)
	return at.Block
}

// TestListenerKilledAnywhere: whatever call it dies at, each transaction of
// somebody else's becomes its effects once.
func TestListenerKilledAnywhere(t *testing.T) {
	prepare := func(t *testing.T, b *bench) string { t.Helper(); b.issued(t); return b.issued(t) }
	killEverywhere(t, prepare, func(t *testing.T, b *bench, id string, s *saboteur) {
		identity, other := b.identity(t, id).ID, "en1"
		x, m := b.count(), b.marks()
		stop := b.listener(t, s, m)
		b.another(t, identity, ledger.StatusSuspended)
		m.reach(t, b.another(t, identity, ledger.StatusActive))
		stop() // and a new process
		b.another(t, identity, ledger.StatusRevoked)
		at, err := b.ledger.Erase(t.Context(), b.identity(t, other).ID)
		must(t, err)
		b.listener(t, s, m)
		m.reach(t, at.Block)
		want := map[string]int{
			fmt.Sprintf("sync_line:%s:%s@2", id, identity):             1,
			fmt.Sprintf("sync_line:%s:%s@3", id, identity):             1,
			fmt.Sprintf("sync_line:%s:%s@4", id, identity):             1,
			fmt.Sprintf("erase:%s:%s", other, b.identity(t, other).ID): 1,
		}
		if diff := cmp.Diff(want, x.all()); diff != "" {
			t.Errorf("effects (-want +got):\n%s", diff)
		}
	})
}

// TestListenersOfTwoServers: both follow the same ledger, and what one saved
// the other does not save again.
func TestListenersOfTwoServers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	x, m := b.count(), b.marks()
	for range 2 {
		b.listener(t, &saboteur{}, m)
	}
	const changes = 40
	var last uint64
	want := map[string]int{}
	for n := range changes {
		last = b.another(t, identity, []ledger.Status{ledger.StatusSuspended, ledger.StatusActive}[n%2])
		want[fmt.Sprintf("sync_line:%s:%s@%d", id, identity, n+2)] = 1
	}
	m.reach(t, last)
	if diff := cmp.Diff(want, x.all()); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
}

// TestLineFollowsWhoeverMovesTheLedger: an identity that another tool
// suspended, resumed and erased.
func TestLineFollowsWhoeverMovesTheLedger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	m := b.marks()
	b.listener(t, &saboteur{}, m)
	for _, to := range []ledger.Status{ledger.StatusSuspended, ledger.StatusActive} {
		m.reach(t, b.another(t, identity, to))
		b.work(t)
		if record, on := b.standing(t, identity); on != (to == ledger.StatusActive) {
			t.Errorf("ledger %s, line on %t", record.Status, on)
		}
	}
	at, err := b.ledger.Erase(t.Context(), identity)
	must(t, err)
	m.reach(t, at.Block)
	b.work(t)
	b.forgotten(t, id, identity)
}

// TestLostAnswerIsWoken: the ledger took the identity, and the job that should
// have learned of it is gone.
func TestLostAnswerIsWoken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.approved(t)
	b.ledger.after = ledger.ErrUnknown
	if err := b.runner.Run(t.Context(), b.queue[0]); !errors.Is(err, ledger.ErrUnknown) {
		t.Fatalf("Run = %v", err)
	}
	b.ledger.after, b.queue = nil, nil
	m := b.marks()
	b.listener(t, &saboteur{}, m)
	record, at, err := b.ledger.Identity(t.Context(), b.identity(t, id).ID)
	must(t, err)
	m.reach(t, at.Block)
	b.work(t)
	b.wantState(t, id, kyc.Issued)
	if record.Version != 1 {
		t.Errorf("minted as version %d", record.Version)
	}
}

// TestLaggingPeer: the line waits for the version that the event was about.
func TestLaggingPeer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	b.another(t, identity, ledger.StatusSuspended)
	err := b.runner.Run(t.Context(), kyc.Effect{Kind: kyc.SyncLine, EnrollmentID: id, Ref: identity + "@3"})
	if !kyc.Away(err) {
		t.Errorf("Run = %v, want it tried again", err)
	}
	must(t, b.runner.Run(t.Context(), kyc.Effect{Kind: kyc.SyncLine, EnrollmentID: id, Ref: identity + "@2"}))
	if _, on := b.standing(t, identity); on {
		t.Error("the line is on")
	}
}

// TestDamagedEnrollmentKeepsNobodysLine: a row that does not open hides neither
// its own end from the PBX nor what the ledger tells of the others.
func TestDamagedEnrollmentKeepsNobodysLine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	if _, err := b.store.DB().ExecContext(t.Context(), "UPDATE enrollments SET sealed = X'00' WHERE id = '"+id+"'"); err != nil {
		t.Fatal(err)
	}
	m := b.marks()
	b.listener(t, &saboteur{}, m)
	m.reach(t, b.another(t, identity, ledger.StatusSuspended))
	b.work(t)
	if _, on := b.standing(t, identity); on {
		t.Error("the line is on")
	}
	at, err := b.ledger.Erase(t.Context(), identity)
	must(t, err)
	m.reach(t, at.Block)
	b.work(t)
	b.forgotten(t, id, identity)
}

// TestLedgerOfAnotherTime: the ledger was put back or replaced, and the operator
// is told what to do about it.
func TestLedgerOfAnotherTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	must(t, b.store.Advance(t.Context(), kyc.ListenerName, ledger.Checkpoint{}, ledger.Checkpoint{Block: 99, TxID: "gone"}, nil))
	ctx, cancel := context.WithCancel(t.Context())
	var log strings.Builder
	l := &kyc.Listener{
		Ledger: b.ledger.Log, Checkpoints: b.store, Enrollments: b.store, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Clock: b.flow.Clock, Rest: func(context.Context, time.Duration) { cancel() },
	}
	l.Run(ctx)
	if said := log.String(); !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "admin follow-anew") {
		t.Errorf("the listener says %q", said)
	}
}
