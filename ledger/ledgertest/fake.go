package ledgertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A Fake is a ledger in memory that runs the real contract. Use [NewFake].
type Fake struct {
	chain  *chain
	caller string
}

var _ Ledger = (*Fake)(nil)

type chain struct {
	mu     sync.Mutex
	state  map[string][]byte
	blocks map[string]uint64
	now    func() time.Time
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
	f := &Fake{&chain{state: map[string][]byte{}, blocks: map[string]uint64{}, now: now}, WriterMSP}
	_, err := run(f, func(c ledger.Contract, s ledger.State) (ledger.Organisation, error) {
		return c.RegisterOrganisation(s, ledger.Organisation{
			ID: "manager", Name: "Network manager", Role: ledger.RoleIssuer, MSP: WriterMSP,
		})
	})
	if err != nil {
		panic(err) // a constant is wrong
	}
	return f
}

// As returns the same ledger as another organisation sees it.
func (f *Fake) As(msp string) *Fake { return &Fake{f.chain, msp} }

// Issue implements [Ledger].
func (f *Fake) Issue(_ context.Context, in ledger.Issue) (ledger.Location, error) {
	i, err := run(f, func(c ledger.Contract, s ledger.State) (ledger.Identity, error) { return c.IssueIdentity(s, in) })
	return f.at(i.TxID), err
}

// Identity implements [Ledger].
func (f *Fake) Identity(_ context.Context, id string) (ledger.Identity, ledger.Location, error) {
	i, err := run(f, func(c ledger.Contract, s ledger.State) (ledger.Identity, error) { return c.Identity(s, id) })
	return i, f.at(i.TxID), err
}

// SetStatus implements [Ledger].
func (f *Fake) SetStatus(_ context.Context, id string, status ledger.Status, reason string) (ledger.Location, error) {
	i, err := run(f, func(c ledger.Contract, s ledger.State) (ledger.Identity, error) {
		return c.SetStatus(s, id, status, reason)
	})
	return f.at(i.UpdateTxID), err
}

func (f *Fake) at(txID string) ledger.Location {
	f.chain.mu.Lock()
	defer f.chain.mu.Unlock()
	block, ok := f.chain.blocks[txID]
	if !ok {
		return ledger.Location{}
	}
	return ledger.Location{TxID: txID, Block: block, Network: ledger.NetworkEmbedded}
}

// run executes one transaction: its writes count only if it succeeds.
func run[T any](f *Fake, call func(ledger.Contract, ledger.State) (T, error)) (T, error) {
	f.chain.mu.Lock()
	defer f.chain.mu.Unlock()
	n := uint64(len(f.chain.blocks))
	id := sha256.Sum256([]byte(strconv.FormatUint(n, 10)))
	tx := &Tx{Committed: f.chain.state, CallerMSP: f.caller, ID: hex.EncodeToString(id[:]), At: f.chain.now()}
	v, err := call(ledger.Contract{Writer: WriterMSP}, tx)
	if err == nil && len(tx.Writes) > 0 {
		tx.Commit()
		f.chain.blocks[tx.ID] = n
	}
	return v, err
}

// A Tx is one transaction over a map, which it leaves alone until Commit.
type Tx struct {
	Committed map[string][]byte
	CallerMSP string
	ID        string
	At        time.Time
	Writes    map[string][]byte // nil deletes
}

var _ ledger.State = (*Tx)(nil)

// Get returns what was committed before the transaction.
func (t *Tx) Get(key string) ([]byte, error) { return t.Committed[key], nil }

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

// Caller implements [ledger.State].
func (t *Tx) Caller() string { return t.CallerMSP }

// TxID implements [ledger.State].
func (t *Tx) TxID() string { return t.ID }

// Time implements [ledger.State].
func (t *Tx) Time() time.Time { return t.At }

// Commit applies the writes.
func (t *Tx) Commit() {
	maps.Copy(t.Committed, t.Writes)
	maps.DeleteFunc(t.Committed, func(_ string, v []byte) bool { return v == nil })
}
