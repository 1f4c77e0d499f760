package ledgertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A Fake is a ledger in memory that runs the real contract. Use [NewFake].
type Fake struct {
	ledger.Client

	chain  *chain
	caller string
}

var _ ledger.Transport = (*Fake)(nil)

type chain struct {
	mu      sync.Mutex
	state   map[string][]byte
	private map[string][]byte
	blocks  map[string]uint64
	now     func() time.Time
}

// The organisations of a [Fake].
const (
	WriterMSP = "Org1MSP"
	OtherMSP  = "Org2MSP"
)

// NewFake returns an empty ledger as its writer sees it. A nil clock stands
// still in 2026.
func NewFake(now func() time.Time) *Fake {
	if now == nil {
		now = func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	}
	c := &chain{state: map[string][]byte{}, private: map[string][]byte{}, blocks: map[string]uint64{}, now: now}
	f := newFake(c, WriterMSP)
	_, err := f.RegisterOrganisation(context.Background(), ledger.Organisation{
		ID: "manager", Name: "Network manager", Role: ledger.RoleIssuer, MSP: WriterMSP, Status: ledger.StatusActive,
	})
	if err != nil {
		panic(err) // a constant is wrong
	}
	return f
}

func newFake(c *chain, caller string) *Fake {
	f := &Fake{chain: c, caller: caller}
	f.Client = ledger.Client{Transport: f}
	return f
}

// As returns the same ledger as another organisation sees it.
func (f *Fake) As(msp string) *Fake { return newFake(f.chain, msp) }

// Submit implements [ledger.Transport].
func (f *Fake) Submit(_ context.Context, c ledger.Call) (ledger.Answer, error) { return f.run(c, true) }

// Evaluate implements [ledger.Transport]: its writes are dropped.
func (f *Fake) Evaluate(_ context.Context, c ledger.Call) (ledger.Answer, error) {
	return f.run(c, false)
}

// Locate implements [ledger.Transport].
func (f *Fake) Locate(_ context.Context, txID string) (ledger.Location, error) {
	f.chain.mu.Lock()
	defer f.chain.mu.Unlock()
	block, ok := f.chain.blocks[txID]
	if !ok {
		return ledger.Location{}, fmt.Errorf("%w: no such transaction", ledger.ErrUnavailable)
	}
	return ledger.Location{TxID: txID, Block: block, Network: ledger.NetworkEmbedded}, nil
}

// run executes one transaction: its writes count only if it succeeds.
func (f *Fake) run(c ledger.Call, commit bool) (a ledger.Answer, err error) {
	f.chain.mu.Lock()
	defer f.chain.mu.Unlock()
	n := uint64(len(f.chain.blocks))
	id := sha256.Sum256([]byte(strconv.FormatUint(n, 10)))
	tx := &Tx{
		Committed: f.chain.state, Private: f.chain.private, Carried: c.Transient,
		CallerMSP: f.caller, ID: hex.EncodeToString(id[:]), At: f.chain.now(),
	}
	answer, err := ledger.Contract{Writer: WriterMSP}.Invoke(tx, c.Function, c.Request)
	if err != nil {
		return a, err
	}
	if commit && len(tx.Writes)+len(tx.PrivateWrites) > 0 {
		tx.Commit()
		f.chain.blocks[tx.ID] = n
	}
	err = json.Unmarshal(answer, &a)
	return a, err
}

// A Tx is one transaction over a map, which it leaves alone until Commit.
type Tx struct {
	Committed map[string][]byte
	Private   map[string][]byte
	Carried   map[string][]byte // the transient data
	CallerMSP string
	ID        string
	At        time.Time

	Writes        map[string][]byte // nil deletes
	PrivateWrites map[string][]byte // nil purges
	Events        []ledger.Event
}

var _ ledger.State = (*Tx)(nil)

// Get returns what was committed before the transaction.
func (t *Tx) Get(key string) ([]byte, error) { return t.Committed[key], nil }

// GetAll implements [ledger.State].
func (t *Tx) GetAll(keys []string) ([][]byte, error) {
	out := make([][]byte, len(keys))
	for k, key := range keys {
		out[k] = t.Committed[key]
	}
	return out, nil
}

// Put implements [ledger.State].
func (t *Tx) Put(key string, value []byte) error {
	if t.Writes == nil {
		t.Writes = map[string][]byte{}
	}
	t.Writes[key] = value
	return nil
}

// Delete implements [ledger.State].
func (t *Tx) Delete(key string) error { return t.Put(key, nil) }

// Transient implements [ledger.State].
func (t *Tx) Transient(name string) ([]byte, error) { return t.Carried[name], nil }

// GetPrivate implements [ledger.State].
func (t *Tx) GetPrivate(key string) ([]byte, error) { return t.Private[key], nil }

// PutPrivate implements [ledger.State].
func (t *Tx) PutPrivate(key string, value []byte) error {
	if t.PrivateWrites == nil {
		t.PrivateWrites = map[string][]byte{}
	}
	t.PrivateWrites[key] = value
	return nil
}

// PurgePrivate implements [ledger.State].
func (t *Tx) PurgePrivate(key string) error { return t.PutPrivate(key, nil) }

// Emit implements [ledger.State].
func (t *Tx) Emit(events []ledger.Event) error {
	if t.Events != nil {
		return errors.New("ledgertest: events of one transaction were emitted twice")
	}
	t.Events = events
	return nil
}

// Caller implements [ledger.State].
func (t *Tx) Caller() string { return t.CallerMSP }

// TxID implements [ledger.State].
func (t *Tx) TxID() string { return t.ID }

// Time implements [ledger.State].
func (t *Tx) Time() time.Time { return t.At }

// Commit applies the writes.
func (t *Tx) Commit() {
	apply(t.Committed, t.Writes)
	apply(t.Private, t.PrivateWrites)
}

func apply(to, writes map[string][]byte) {
	maps.Copy(to, writes)
	maps.DeleteFunc(to, func(_ string, v []byte) bool { return v == nil })
}
