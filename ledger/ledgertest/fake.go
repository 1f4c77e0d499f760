package ledgertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
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
	notices []ledger.Notice
	grown   chan struct{} // closed when there is another notice
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
	c := &chain{
		state: map[string][]byte{}, private: map[string][]byte{}, blocks: map[string]uint64{},
		grown: make(chan struct{}), now: now,
	}
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

// Target returns the ledger as the suite takes it.
func (f *Fake) Target() Target {
	return Target{Writer: f.Client, Other: f.As(OtherMSP).Client, Network: ledger.NetworkEmbedded, Events: f.Events}
}

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
		f.chain.commit(tx, n)
	}
	err = json.Unmarshal(answer, &a)
	return a, err
}

func (c *chain) commit(tx *Tx, block uint64) {
	tx.Commit()
	c.blocks[tx.ID] = block
	if len(tx.Events) == 0 {
		return
	}
	c.notices = append(c.notices, ledger.Notice{
		Checkpoint: ledger.Checkpoint{Block: block, TxID: tx.ID}, Time: tx.At, Events: tx.Events,
	})
	close(c.grown)
	c.grown = make(chan struct{})
}

// Events hands the notices after a checkpoint to handle, those of the past and
// then those to come, until ctx ends or handle fails.
func (f *Fake) Events(ctx context.Context, after ledger.Checkpoint, handle func(context.Context, ledger.Notice) error) error {
	for {
		notices, grown := f.chain.after(after)
		for _, n := range notices {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := handle(ctx, n); err != nil {
				return err
			}
			after = n.Checkpoint
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *chain) after(at ledger.Checkpoint) ([]ledger.Notice, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := 0
	if at != (ledger.Checkpoint{}) {
		for k < len(c.notices) && c.notices[k].Block <= at.Block {
			k++
		}
	}
	return slices.Clone(c.notices[k:]), c.grown
}
