package kyc_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

var errCrash = errors.New("the process is dead")

// A saboteur kills whoever makes the nth call to the outside, before it
// happens or after it did and before anybody learned of it.
type saboteur struct {
	mu    sync.Mutex
	nth   int // counted down; never below zero
	after bool
	armed bool
	done  bool // it has killed
}

func (s *saboteur) call(do func() error) error {
	s.mu.Lock()
	kill := false
	if s.armed && !s.done {
		kill = s.nth == 0
		s.nth--
		s.done = kill
	}
	s.mu.Unlock()
	if kill && !s.after {
		return errCrash
	}
	if err := do(); err != nil || !kill {
		return err
	}
	return errCrash
}

func (s *saboteur) killed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// reply is call for what answers.
func reply[T any](s *saboteur, do func() (T, error)) (v T, err error) {
	err = s.call(func() error { v, err = do(); return err })
	return v, err
}

// Everything outside of the flow, with a saboteur in front.
type (
	crashLedger struct {
		*embedded.Log
		*saboteur
	}
	crashStore struct {
		*store.Store
		*saboteur
	}
	crashPBX struct {
		kyc.Provisioner
		*saboteur
	}
)

func (l crashLedger) Issue(ctx context.Context, i ledger.Issue) (ledger.Location, error) {
	return reply(l.saboteur, func() (ledger.Location, error) { return l.Log.Issue(ctx, i) })
}

func (l crashLedger) SetStatus(ctx context.Context, id string, s ledger.Status, reason string) (ledger.Location, error) {
	return reply(l.saboteur, func() (ledger.Location, error) { return l.Log.SetStatus(ctx, id, s, reason) })
}

func (l crashLedger) Erase(ctx context.Context, id string) (ledger.Location, error) {
	return reply(l.saboteur, func() (ledger.Location, error) { return l.Log.Erase(ctx, id) })
}

func (s crashStore) Update(ctx context.Context, id string, change func(*kyc.Enrollment) error) (*kyc.Enrollment, error) {
	return reply(s.saboteur, func() (*kyc.Enrollment, error) { return s.Store.Update(ctx, id, change) })
}

func (s crashStore) SaveAccount(ctx context.Context, a pbx.Account) error {
	return s.call(func() error { return s.Store.SaveAccount(ctx, a) })
}

func (s crashStore) UpdateAccount(ctx context.Context, extension string, change func(*pbx.Account) ([]kyc.Effect, error)) (pbx.Account, error) {
	return reply(s.saboteur, func() (pbx.Account, error) { return s.Store.UpdateAccount(ctx, extension, change) })
}

func (s crashStore) AllocateExtension(ctx context.Context, c pbx.Claim, n pbx.Numbering) (string, error) {
	return reply(s.saboteur, func() (string, error) { return s.Store.AllocateExtension(ctx, c, n) })
}

func (s crashStore) DestroySubject(ctx context.Context, id string) error {
	return s.call(func() error { return s.Store.DestroySubject(ctx, id) })
}

func (s crashStore) Audit(ctx context.Context, e kyc.AuditEntry) error {
	return s.call(func() error { return s.Store.Audit(ctx, e) })
}

func (s crashStore) Checkpoint(ctx context.Context, listener string) (ledger.Checkpoint, error) {
	return reply(s.saboteur, func() (ledger.Checkpoint, error) { return s.Store.Checkpoint(ctx, listener) })
}

func (s crashStore) Advance(ctx context.Context, listener string, from, to ledger.Checkpoint, effects []kyc.Effect) error {
	return s.call(func() error { return s.Store.Advance(ctx, listener, from, to, effects) })
}

func (p crashPBX) Provision(ctx context.Context, a pbx.Account) error {
	return p.call(func() error { return p.Provisioner.Provision(ctx, a) })
}

// sabotaged puts a saboteur in front of everything outside of the flow.
func (b *bench) sabotaged(s *saboteur) {
	st := crashStore{b.store, s}
	b.flow.Enrollments, b.flow.Accounts, b.flow.Eraser, b.flow.Auditor = st, st, st, st
	b.flow.Ledger = crashLedger{b.ledger.Log, s}
	b.runner.Provisioner = crashPBX{b.runner.Provisioner, s}
}

// killEverywhere runs a scenario once for each call to the outside, killed
// before and after that call, until no call is left to kill at.
func killEverywhere(t *testing.T, prepare func(*testing.T, *bench) string, scenario func(t *testing.T, b *bench, id string, s *saboteur)) {
	t.Helper()
	t.Parallel()
	for _, after := range []bool{false, true} {
		for nth := 0; ; nth++ {
			b, s := newBench(t), &saboteur{nth: nth, after: after}
			id := prepare(t, b)
			b.sabotaged(s)
			s.armed = true
			killed := true
			t.Run(fmt.Sprintf("call %d, after %t", nth, after), func(t *testing.T) {
				scenario(t, b, id, s)
				killed = s.killed()
			})
			if t.Failed() || !killed {
				break
			}
		}
	}
}

// insist repeats what a person asks for until it is taken.
func insist(t *testing.T, do func() error) {
	t.Helper()
	err := do()
	if errors.Is(err, errCrash) {
		err = do()
	}
	must(t, err)
}

// persist runs every effect that waits, as the queue does: again after a
// failure, and once more after success.
func (b *bench) persist(t *testing.T) {
	t.Helper()
	b.drain(t, func(e kyc.Effect) error {
		err := b.runner.Run(t.Context(), e)
		if errors.Is(err, errCrash) {
			err = b.runner.Run(t.Context(), e)
		}
		return err
	})
}

// issued makes a subscriber by an agent's ruling, without a camera.
func (b *bench) issued(t *testing.T) (enrollmentID string) {
	t.Helper()
	id := b.approved(t)
	b.work(t)
	b.wantState(t, id, kyc.Issued)
	return id
}

func (b *bench) approved(t *testing.T) (enrollmentID string) {
	t.Helper()
	b.people++
	id, p := fmt.Sprintf("en%d", b.people), anna(b.people).Profile
	p.Phone, p.Email = fmt.Sprintf("+336123456%02d", b.people), fmt.Sprintf("anna%d@example.org", b.people)
	e, err := kyc.Restore(kyc.Snapshot{ID: id, State: kyc.InReview, CreatedAt: b.now, UpdatedAt: b.now, Data: kyc.Data{Locale: "en", Profile: p}})
	must(t, err)
	must(t, b.store.Create(t.Context(), e))
	must(t, b.flow.Rule(t.Context(), id, kyc.Ruling{
		Agent: kyc.AgentPrefix + "1", Outcome: kyc.Passed, Note: "seen", DocumentNumber: fmt.Sprintf("L8989%02d", b.people), IssuingState: "SWE",
	}))
	return id
}

// identity returns the identity of an enrollment.
func (b *bench) identity(t *testing.T, id string) kyc.Identity {
	t.Helper()
	e, err := b.store.Get(t.Context(), id)
	must(t, err)
	return e.Data.Identity
}

// standing returns what the ledger says of an identity, and whether the PBX
// has its line.
func (b *bench) standing(t *testing.T, identityID string) (ledger.Identity, bool) {
	t.Helper()
	record, _, err := b.ledger.Log.Identity(t.Context(), identityID)
	must(t, err)
	for _, a := range b.pbx.Accounts() {
		if a.IdentityID == identityID {
			return record, a.Enabled
		}
	}
	return record, false
}
