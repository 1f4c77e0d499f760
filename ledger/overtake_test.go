package ledger_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// A held transport keeps what is submitted and answers that its outcome is
// unknown, as when an orderer is away.
type held struct {
	ledger.Transport

	call *ledger.Call
}

func (h held) Submit(_ context.Context, c ledger.Call) (ledger.Answer, error) {
	*h.call = c
	return ledger.Answer{}, ledger.ErrUnknown
}

// A decision whose outcome is unknown may still be on its way when somebody
// decides otherwise, and what they want is what the record says: it must not
// have the last word.
func TestTheNewestDecisionOfAnOrganisationStands(t *testing.T) {
	t.Parallel()
	w, o := newWorld(t), ledgertest.NewOrganisation(ledger.RoleOperator)
	l, key, other := w.client("Org1MSP"), ledgertest.NewKey(), ledgertest.NewKey()
	_, err1 := l.RegisterOrganisation(t.Context(), o)
	_, err2 := l.SetOrganisationKey(t.Context(), o.ID, key)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		older, newer func(ledger.Client) (ledger.Organisation, error)
	}{
		"a status": {
			func(l ledger.Client) (ledger.Organisation, error) {
				return l.SetOrganisationStatus(t.Context(), o.ID, ledger.StatusSuspended)
			},
			func(l ledger.Client) (ledger.Organisation, error) {
				return l.SetOrganisationStatus(t.Context(), o.ID, ledger.StatusActive)
			},
		},
		"a key": {
			func(l ledger.Client) (ledger.Organisation, error) {
				return l.SetOrganisationKey(t.Context(), o.ID, other)
			},
			func(l ledger.Client) (ledger.Organisation, error) {
				return l.SetOrganisationKey(t.Context(), o.ID, key)
			},
		},
	} {
		var late ledger.Call
		if _, err := c.older(ledger.Client{Transport: held{l.Transport, &late}}); !errors.Is(err, ledger.ErrUnknown) {
			t.Fatalf("%s, held = %v, want unknown", name, err)
		}
		want, err := c.newer(l)
		if err != nil {
			t.Fatalf("%s, newer = %v", name, err)
		}
		if a, err := l.Transport.Submit(t.Context(), late); !errors.Is(err, ledger.ErrStale) {
			t.Errorf("%s, late = %s, %v; want stale", name, a.Record, err)
		}
		if got, err := l.Organisation(t.Context(), o.ID); got != want || err != nil {
			t.Errorf("after %s: %+v, %v; want %+v", name, got, err, want)
		}
	}
}

// Somebody else's decision in between is not lost from sight, and the one that
// came later is made from it.
func TestADecisionIsMadeAnewAfterAnother(t *testing.T) {
	t.Parallel()
	w, o := newWorld(t), ledgertest.NewOrganisation(ledger.RoleOperator)
	l := w.client("Org1MSP")
	if _, err := l.RegisterOrganisation(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	meddled := &meddler{Transport: l.Transport, first: func() {
		if _, err := l.SetOrganisationKey(t.Context(), o.ID, ledgertest.NewKey()); err != nil {
			t.Error(err)
		}
	}}
	got, err := ledger.Client{Transport: meddled}.SetOrganisationStatus(t.Context(), o.ID, ledger.StatusSuspended)
	if err != nil || got.Status != ledger.StatusSuspended || got.Key == (ledger.PublicKey{}) || meddled.submitted != 2 {
		t.Errorf("SetOrganisationStatus() = %+v, %v after %d tries; want suspended, with the key, after 2", got, err, meddled.submitted)
	}
}

// A meddler does something else before the first call is submitted.
type meddler struct {
	ledger.Transport

	first     func()
	submitted int
}

func (m *meddler) Submit(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
	if m.submitted++; m.submitted == 1 {
		m.first()
	}
	return m.Transport.Submit(ctx, c)
}

func TestADecisionNamesATransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for function, request := range map[string]any{
		ledger.FuncSetOrganisationStatus: ledger.OrganisationStatus{ID: "manager", Status: ledger.StatusActive, After: "Erika"},
		ledger.FuncSetOrganisationKey:    ledger.OrganisationKey{ID: "manager", Key: ledgertest.NewKey(), After: "Erika"},
	} {
		if _, err := w.invoke("Org1MSP", function, encode(t, request)); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("Invoke(%s after a name) = %v, want invalid", function, err)
		}
	}
}
