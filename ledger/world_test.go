package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// world is a state, a clock that tests turn, and the way to run one
// transaction.
type world struct {
	state, private map[string][]byte
	at             time.Time
	n              int                             // transactions that were committed
	wrap           func(ledger.State) ledger.State // what a transaction sees
}

func emptyWorld() *world {
	return &world{
		state: map[string][]byte{}, private: map[string][]byte{}, at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		wrap: func(s ledger.State) ledger.State { return s },
	}
}

// newWorld has the manager registered.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := emptyWorld()
	if _, err := w.client("Org1MSP").RegisterOrganisation(t.Context(), manager()); err != nil {
		t.Fatal(err)
	}
	return w
}

// as runs one transaction. What it wrote counts only if it succeeds.
func (w *world) as(msp string, f func(ledger.State) error) error {
	return w.run(msp, nil, true, f)
}

func (w *world) run(msp string, transient map[string][]byte, commit bool, f func(ledger.State) error) error {
	tx := &ledgertest.Tx{
		Committed: w.state, Private: w.private, Carried: transient, CallerMSP: msp, ID: w.tx(w.n + 1), At: w.at,
	}
	before := maps.Clone(w.state)
	if err := f(w.wrap(tx)); err != nil {
		if !maps.EqualFunc(before, w.state, bytes.Equal) {
			panic("a refused transaction changed the state")
		}
		return err
	}
	if commit && len(tx.Writes) > 0 {
		tx.Commit()
		w.n++
	}
	return nil
}

// tx names the transaction that committed as the nth: in two worlds in which the
// same was done the names are the same.
func (w *world) tx(n int) string { return fmt.Sprintf("%064d", n) }

// client is the world as an organisation's client sees it.
func (w *world) client(msp string) ledger.Client {
	return ledger.Client{Transport: worldTransport{w, msp}}
}

type worldTransport struct {
	*world

	msp string
}

func (x worldTransport) Submit(_ context.Context, c ledger.Call) (ledger.Answer, error) {
	return x.call(c, true)
}

func (x worldTransport) Evaluate(_ context.Context, c ledger.Call) (ledger.Answer, error) {
	return x.call(c, false)
}

func (x worldTransport) Locate(_ context.Context, txID string) (ledger.Location, error) {
	return ledger.Location{TxID: txID}, nil
}

func (x worldTransport) call(c ledger.Call, commit bool) (a ledger.Answer, err error) {
	err = x.run(x.msp, c.Transient, commit, func(s ledger.State) error {
		b, err := contract.Invoke(s, c.Function, c.Request)
		if err != nil {
			return err
		}
		return json.Unmarshal(b, &a)
	})
	return a, err
}

func tomorrow(w *world) time.Time { return w.at.Add(24 * time.Hour) }
