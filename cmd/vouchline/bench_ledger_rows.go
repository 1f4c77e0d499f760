package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/batch"
)

// ledgerBench measures one ledger.
type ledgerBench struct {
	g        *Globals
	ledger   benchedLedger
	subjects benchSubjects
	duration time.Duration

	numbers atomic.Int64 // of identities so far
	changes atomic.Int64 // of status so far
	mu      sync.Mutex
	minted  []string // ids of this stage
}

// fillers is how many batches travel at a time while the ledger is filled.
const fillers = 16

func (b *ledgerBench) run(fill int) (report ledgerReport, err error) {
	if report.Before, err = b.stage(); err != nil || fill == 0 {
		return report, err
	}
	calls := (fill + ledger.MaxBatch - 1) / ledger.MaxBatch
	filled, err := b.grow(load{name: "fill", callers: fillers, each: ledger.MaxBatch, limit: calls, call: b.mintBatch(false)})
	if err != nil {
		return report, err
	}
	after, err := b.stage()
	report.Fill, report.After = &filled, &after
	return report, err
}

// stage measures every row on the ledger as it is.
func (b *ledgerBench) stage() (s ledgerStage, err error) {
	if s.Ledger, err = b.ledger.Chain(b.g.Context); err != nil {
		return s, err
	}
	if s.Disk, err = diskOf(b.ledger.folders); err != nil {
		return s, err
	}
	b.minted = nil
	b.changes.Store(0)
	batcher := batch.New(b.ledger.Client, batch.Config{})
	for _, l := range []load{
		{name: "mint", callers: 1, each: 1, call: b.mint(b.ledger.Issue)},
		{name: "mint", callers: 128, each: 1, call: b.mint(b.ledger.Issue)},
		{name: "mint, gathered", callers: 128, each: 1, call: b.mint(batcher.Issue)},
		{name: "mint a batch", callers: 8, each: ledger.MaxBatch, call: b.mintBatch(false)},
		{name: "mint a batch", callers: 32, each: ledger.MaxBatch, call: b.mintBatch(false)},
		{name: "the same, nothing sealed", callers: 32, each: ledger.MaxBatch, call: b.mintBatch(true)},
	} {
		row, err := b.grow(l)
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, row)
	}
	if len(b.minted) == 0 {
		return s, fmt.Errorf("bench ledger: nothing was minted: %s", s.Rows[0].Fault)
	}
	for _, l := range []load{
		{name: "read", callers: 1, each: 1, call: b.read},
		{name: "read", callers: 64, each: 1, call: b.read},
		{name: "change status", callers: 1, each: 1, call: b.change},
		{name: "change status", callers: 64, each: 1, call: b.change},
	} {
		row, err := b.measure(l)
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, row)
	}
	return s, nil
}

// grow measures a row that mints, and what it takes of the disk.
func (b *ledgerBench) grow(l load) (ledgerRow, error) {
	before, err := diskOf(b.ledger.folders)
	if err != nil {
		return ledgerRow{}, err
	}
	row, err := b.measure(l)
	if err != nil {
		return row, err
	}
	after, err := diskOf(b.ledger.folders)
	if row.N == 0 {
		return row, err
	}
	for name := range after {
		if row.Disk == nil {
			row.Disk = map[string]int64{}
		}
		row.Disk[name] = (after[name] - before[name]) / int64(row.N*row.Each)
	}
	return row, err
}

// mint mints the next identity by itself.
func (b *ledgerBench) mint(issue func(context.Context, ledger.Issue) (ledger.Location, error)) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		in, err := b.subjects.issue(b.numbered(1))
		if err != nil {
			return 0, err
		}
		return b.timed(func() error {
			_, err := issue(ctx, in)
			return err
		}, in)
	}
}

// mintBatch mints the next hundred identities, their records alone if asked to.
func (b *ledgerBench) mintBatch(alone bool) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		in, err := b.subjects.issues(b.numbered(ledger.MaxBatch), ledger.MaxBatch, alone)
		if err != nil {
			return 0, err
		}
		return b.timed(func() error {
			_, err := b.ledger.IssueAll(ctx, in)
			return err
		}, in...)
	}
}

// numbered takes the next n numbers and returns the first of them.
func (b *ledgerBench) numbered(n int) int { return int(b.numbers.Add(int64(n))) - n }

// timed makes a call and remembers whom it minted.
func (b *ledgerBench) timed(call func() error, in ...ledger.Issue) (time.Duration, error) {
	start := time.Now()
	err := call()
	took := time.Since(start)
	if err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range in {
		b.minted = append(b.minted, i.ID)
	}
	return took, nil
}

// read reads one of all records of this run.
func (b *ledgerBench) read(ctx context.Context) (time.Duration, error) {
	id := b.subjects.id(rand.IntN(int(b.numbers.Load()))) //nolint:gosec // G404: which record is read is no secret
	return b.timed(func() error {
		_, _, err := b.ledger.Identity(ctx, id)
		return err
	})
}

// change suspends those minted in this stage, one after another, and then
// resumes them.
func (b *ledgerBench) change(ctx context.Context) (time.Duration, error) {
	k := int(b.changes.Add(1)) - 1
	id, status, reason := b.minted[k%len(b.minted)], ledger.StatusSuspended, ledger.ReasonUnderReview
	if k/len(b.minted)%2 == 1 {
		status, reason = ledger.StatusActive, ledger.ReasonReviewed
	}
	return b.timed(func() error {
		_, err := b.ledger.SetStatus(ctx, id, status, reason)
		return err
	})
}
