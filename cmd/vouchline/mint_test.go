package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/batch"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store"
)

// moody is a network that is away for a while and loses answers.
type moody struct {
	network

	away  atomic.Bool
	calls atomic.Int64
}

// mood is what becomes of a transaction: every third answer is lost, and every
// fifth transaction does not leave.
func (m *moody) mood(do func() error) error {
	n := m.calls.Add(1)
	if m.away.Load() || n%5 == 0 {
		return fmt.Errorf("%w: no peer", ledger.ErrUnavailable)
	}
	if err := do(); err != nil || n%3 != 0 {
		return err
	}
	return fmt.Errorf("%w: the peer is gone", ledger.ErrUnknown)
}

func (m *moody) Issue(ctx context.Context, in ledger.Issue) (at ledger.Location, err error) {
	err = m.mood(func() error { at, err = m.network.Issue(ctx, in); return err })
	return at, err
}

func (m *moody) IssueAll(ctx context.Context, in []ledger.Issue) (at []ledger.Location, err error) {
	err = m.mood(func() error { at, err = m.network.IssueAll(ctx, in); return err })
	return at, err
}

// A minting service is the real queue, store and ledger with a network between
// them that comes and goes, and a PBX that remembers.
type mintingService struct {
	store   *store.Store
	ledger  *ledgerlog.Log
	network *moody
	lines   *pbxtest.Fake
	flow    *kyc.Flow
	runner  *kyc.Runner
}

// newMintingService is one whose network is away.
func newMintingService(t *testing.T) *mintingService {
	t.Helper()
	dir, _ := migrated(t)
	st, err := store.Open(t.Context(), storeConfig(&Globals{Now: time.Now}, StorageSettings{DataDir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: filepath.Join(dir, "ledger"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	net := &moody{network: l}
	net.away.Store(true)
	lines := &pbxtest.Fake{}
	flow := &kyc.Flow{
		Enrollments: st, Accounts: st, Opener: st, Auditor: st, Keyring: st.Keyring(), Clock: time.Now,
		Ledger:   batched{net, batch.New(net, batch.Config{})},
		Settings: kyc.Settings{Service: "test", BaseURL: "http://127.0.0.1", Numbering: pbx.Numbering{Ranges: []pbx.Range{{Plan: pbx.Plan{First: 2000000, Last: 2000999}}}}, Realm: "test", SIPDomain: "test"},
	}
	runner := &kyc.Runner{
		Flow: flow, Sender: &notifytest.Fake{}, Provisioner: lines, Logger: slog.New(slog.DiscardHandler),
		QR: func(string) ([]byte, error) { return []byte("png"), nil },
	}
	return &mintingService{store: st, ledger: l, network: net, lines: lines, flow: flow, runner: runner}
}

// serve runs the queue until stop, which waits for nothing that runs.
func (m *mintingService) serve(t *testing.T) (stop func()) {
	t.Helper()
	q, err := jobs.New(jobs.Config{
		DB: m.store.DB(), Dialect: m.store.Dialect(), Runner: m.runner, Clock: time.Now, Backoff: 50 * time.Millisecond,
		Queues: jobs.Queues{Effects: 4, Ledger: mintsAtOnce},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.store.EnqueueWith(q.Enqueue)
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		cancel() // hurry: what runs is interrupted
		_ = q.Stop(ctx)
	}
}

// issuedOnce checks that an enrollment's identity was written once, where the
// enrollment says.
func (m *mintingService) issuedOnce(t *testing.T, id string) {
	t.Helper()
	e, err := m.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	record, at, err := m.ledger.Identity(t.Context(), e.Data.Identity.ID)
	if err != nil || record.Version != 1 || at != e.Data.Identity.Location {
		t.Errorf("%s: record of version %d at %+v (%v), the enrollment says %+v", id, record.Version, at, err, e.Data.Identity.Location)
	}
}

// TestEveryApprovedIsIssuedOnce: with the real queue and real batches, a ledger
// that comes and goes, and a service that is stopped and started in the middle.
func TestEveryApprovedIsIssuedOnce(t *testing.T) {
	t.Parallel()
	const people = 64
	m := newMintingService(t)
	stop := m.serve(t)
	var ids []string
	for n := range people {
		ids = append(ids, approve(t, m.flow, m.store, n))
	}
	m.network.away.Store(false)
	await(t, "the first one", func() bool { return len(m.lines.Accounts()) > 0 })
	stop()
	stop = m.serve(t)
	t.Cleanup(func() { stop() })
	for _, id := range ids {
		await(t, id, func() bool {
			e, err := m.store.Get(t.Context(), id)
			return err == nil && e.State() == kyc.Issued
		})
	}
	for _, id := range ids {
		m.issuedOnce(t, id)
	}
	if n := len(m.lines.Accounts()); n != people {
		t.Errorf("%d lines for %d people", n, people)
	}
}

// approve makes an enrollment that an agent approved.
func approve(t *testing.T, flow *kyc.Flow, st *store.Store, n int) string {
	t.Helper()
	id := fmt.Sprintf("en%d", n)
	e, err := kyc.Restore(kyc.Snapshot{ID: id, State: kyc.InReview, CreatedAt: time.Now(), UpdatedAt: time.Now(), Data: kyc.Data{Locale: "en", Profile: kyc.Profile{
		GivenNames: "Anna", FamilyNames: "Eriksson", BirthDate: "1974-08-12", Sex: "F", Nationality: "SWE",
		Phone: fmt.Sprintf("+336123456%02d", n), Email: fmt.Sprintf("anna%d@example.org", n),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	ruling := kyc.Ruling{Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "seen", DocumentNumber: fmt.Sprintf("L%07d", n), IssuingState: "SWE"}
	if err := errors.Join(st.Create(t.Context(), e), flow.Rule(t.Context(), id, ruling)); err != nil {
		t.Fatal(err)
	}
	return id
}

// await polls for what must come true.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("after a minute still waiting for %s", what)
		}
	}
}
