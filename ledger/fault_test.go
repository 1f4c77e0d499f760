package ledger_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

var errDisk = errors.New("the disk is gone")

// A faulty state fails once: at its nth access.
type faulty struct {
	ledger.State

	left *int
}

func (f faulty) fails() error {
	*f.left--
	if *f.left == 0 {
		return errDisk
	}
	return nil
}

func (f faulty) Get(key string) ([]byte, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.State.Get(key)
}

func (f faulty) GetAll(keys []string) ([][]byte, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.State.GetAll(keys)
}

func (f faulty) Transient(name string) ([]byte, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.State.Transient(name)
}

func (f faulty) GetPrivate(key string) ([]byte, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.State.GetPrivate(key)
}

func (f faulty) Put(key string, value []byte) error {
	return errors.Join(f.fails(), f.State.Put(key, value))
}

func (f faulty) Delete(key string) error {
	return errors.Join(f.fails(), f.State.Delete(key))
}

func (f faulty) PutPrivate(key string, value []byte) error {
	return errors.Join(f.fails(), f.State.PutPrivate(key, value))
}

func (f faulty) PurgePrivate(key string) error {
	return errors.Join(f.fails(), f.State.PurgePrivate(key))
}

func (f faulty) Emit(events []ledger.Event) error {
	return errors.Join(f.fails(), f.State.Emit(events))
}

// A stumbler makes every call with a state that fails at its first access, then
// at its second, and so on, until one goes through.
type stumbler struct {
	*testing.T
	*world
	ledger.Transport

	faults map[string]int
}

func (s stumbler) Submit(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
	return s.stumble(ctx, c, s.Transport.Submit)
}

func (s stumbler) Evaluate(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
	return s.stumble(ctx, c, s.Transport.Evaluate)
}

func (s stumbler) stumble(ctx context.Context, c ledger.Call, call func(context.Context, ledger.Call) (ledger.Answer, error)) (ledger.Answer, error) {
	for n := 1; ; n++ {
		left := n
		s.wrap = func(state ledger.State) ledger.State { return faulty{state, &left} }
		a, err := call(ctx, c)
		if left > 0 { // it never came to the fault
			return a, err
		}
		s.faults[c.Function]++
		var refusal *ledger.Error
		if !errors.Is(err, errDisk) || errors.As(err, &refusal) {
			s.Errorf("%s with a fault at access %d = %v, want the fault and no refusal", c.Function, n, err)
			return a, err
		}
	}
}

// A fault of the state is handed up from every access, is no refusal, and
// leaves nothing behind.
func TestEveryFaultOfTheStateIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := stumbler{t, w, worldTransport{w, "Org1MSP"}, map[string]int{}}
	l, ctx := ledger.Client{Transport: s}, t.Context()
	ledgertest.Writes(t, l)

	in, o := ledgertest.NewSealedIssue(), ledgertest.NewOrganisation(ledger.RoleOperator)
	_, err1 := l.Issue(ctx, in)
	_, err2 := l.RegisterOrganisation(ctx, o)
	_, err3 := l.SetOrganisationKey(ctx, o.ID, ledgertest.NewKey())
	_, err4 := l.GrantConsent(ctx, ledger.Consent{Identity: in.ID, Organisation: o.ID, Attributes: []string{"birth_date"}, Until: tomorrow(w)})
	_, err5 := l.Disclose(ctx, ledger.Pair{Identity: in.ID, Organisation: o.ID})
	_, err6 := l.IssueCredential(ctx, ledger.Credential{ID: "credential-1", Identity: in.ID, Digest: in.HolderKey, ExpiresAt: tomorrow(w)})
	_, err7 := l.CredentialStatus(ctx, "credential-1")
	_, err8 := l.AddKey(ctx, ledger.KeyRequest{Identity: in.ID, Key: ledgertest.NewKey()})
	_, err9 := l.Keys(ctx, in.ID)
	_, err10 := l.Consents(ctx, in.ID)
	_, err11 := l.History(ctx, in.ID)
	_, _, err12 := l.Identity(ctx, in.ID)
	_, err13 := l.Organisation(ctx, o.ID)
	_, err15 := l.Organisations(ctx)
	_, err14 := l.Update(ctx, ledger.Update{ID: in.ID, Version: 3, Attributes: in.Attributes, Nullifiers: in.Nullifiers, Assurance: in.Assurance})
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12, err13, err14, err15); err != nil {
		t.Errorf("after all faults = %v, want no error", err)
	}
	for _, function := range everyFunction {
		if s.faults[function] == 0 {
			t.Errorf("%s met no fault", function)
		}
	}
}

// What lies under a key was written by the contract: something else is damage.
func TestDamagedRecordsAreNotRefusals(t *testing.T) {
	t.Parallel()
	w, in := newWorld(t), ledgertest.NewIssue()
	l := w.client("Org1MSP")
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := l.AddKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: ledgertest.NewKey()}); err != nil {
		t.Fatal(err)
	}
	delete(w.state, "change/"+in.ID+"/2")
	var refusal *ledger.Error
	if got, err := l.History(t.Context(), in.ID); err == nil || errors.As(err, &refusal) {
		t.Errorf("History(a lost version) = %+v, %v; want damage", got, err)
	}
	w.state["identity/"+in.ID] = []byte("{")
	if got, _, err := l.Identity(t.Context(), in.ID); err == nil || errors.As(err, &refusal) {
		t.Errorf("Identity(damaged) = %+v, %v; want damage", got, err)
	}
}
