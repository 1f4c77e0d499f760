package fabric_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

var errEnough = errors.New("enough")

// collect listens from a checkpoint until enough says so.
func collect(
	t *testing.T, c *fabric.Client, after ledger.Checkpoint, enough func(heard []ledger.Notice) bool,
) []ledger.Notice {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var heard []ledger.Notice
	err := c.Events(ctx, after, func(_ context.Context, n ledger.Notice) error {
		heard = append(heard, n)
		if enough(heard) {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("Events() = %v after %d notices, want the handler's own error", err, len(heard))
	}
	return heard
}

// issueOne returns the identity and where it is, as a checkpoint.
func issueOne(t *testing.T, c *fabric.Client) (string, ledger.Checkpoint) {
	t.Helper()
	in := ledgertest.NewIssue()
	at, err := c.Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return in.ID, ledger.Checkpoint{Block: at.Block, TxID: at.TxID}
}

func TestEventsGoOnFromACheckpoint(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	c := connect(t, n, "org1")
	var ids []string
	for range 3 {
		id, _ := issueOne(t, c)
		ids = append(ids, id)
	}
	if _, err := c.SetStatus(t.Context(), ids[0], ledger.StatusSuspended, ledger.ReasonUnderReview); err != nil {
		t.Fatal(err)
	}
	all := collect(t, c, ledger.Checkpoint{}, func(heard []ledger.Notice) bool { return len(heard) == 4 })
	want := []ledger.Event{
		{Kind: ledger.EventIssued, Identity: ids[0], Version: 1},
		{Kind: ledger.EventIssued, Identity: ids[1], Version: 1},
		{Kind: ledger.EventIssued, Identity: ids[2], Version: 1},
		{Kind: ledger.EventSuspended, Identity: ids[0], Version: 2},
	}
	var got []ledger.Event
	for _, notice := range all {
		got = append(got, notice.Events...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Events(from the beginning) (-want +got):\n%s", diff)
	}
	for k := range 3 {
		rest := collect(t, connect(t, n, "org2"), all[k].Checkpoint, func(heard []ledger.Notice) bool { return len(heard) == 3-k })
		if diff := cmp.Diff(all[k+1:], rest); diff != "" {
			t.Errorf("Events(after notice %d) (-want +got):\n%s", k, diff)
		}
	}
	// The first block after the channel's was configured has no event of ours:
	// Fabric's own "after this transaction" would never begin.
	blocks, err := c.Blocks(t.Context(), all[0].Block-1, 1)
	if err != nil || len(blocks[0].Transactions) == 0 {
		t.Fatalf("Blocks(before the first issue) = %+v, %v; want a transaction without events", blocks, err)
	}
	silent := ledger.Checkpoint{Block: blocks[0].Number, TxID: blocks[0].Transactions[0].TxID}
	if rest := collect(t, c, silent, func(heard []ledger.Notice) bool { return len(heard) == 4 }); !cmp.Equal(all, rest) {
		t.Errorf("Events(after a transaction without events) = %+v, want all", rest)
	}
	eventsWithinABlock(t, c, all[3].Checkpoint)
}

// eventsWithinABlock: transactions of one block are told apart by their ids.
func eventsWithinABlock(t *testing.T, c *fabric.Client, after ledger.Checkpoint) {
	t.Helper()
	const issues = 24
	var wg sync.WaitGroup
	for range issues {
		wg.Go(func() {
			if _, err := c.Issue(t.Context(), ledgertest.NewIssue()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all := collect(t, c, after, func(heard []ledger.Notice) bool { return len(heard) == issues })
	together := false
	for k := range issues - 1 {
		together = together || all[k].Block == all[k+1].Block
		rest := collect(t, c, all[k].Checkpoint, func(heard []ledger.Notice) bool { return len(heard) == issues-1-k })
		if !cmp.Equal(all[k+1:], rest) {
			t.Errorf("Events(after notice %d) = %+v, want %+v", k, rest, all[k+1:])
		}
	}
	if !together {
		t.Error("no two issues came into one block: this test has shown nothing")
	}
}

func TestEventsOfAnotherLedger(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	p, err := fabric.LoadProfile(n.Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{Timeouts: fabric.Timeouts{CatchUp: 500 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, at := issueOne(t, c)
	nobody := func(context.Context, ledger.Notice) error {
		t.Error("a listener from a checkpoint that is not there heard something")
		return nil
	}
	for name, after := range map[string]ledger.Checkpoint{
		"beyond the head":            {Block: at.Block + 1_000_000, TxID: at.TxID},
		"a block of another channel": {Block: at.Block, TxID: "00" + at.TxID[2:]},
	} {
		err := c.Events(t.Context(), after, nobody)
		if !errors.Is(err, ledger.ErrCheckpoint) || !strings.Contains(err.Error(), after.TxID) {
			t.Errorf("Events(%s) = %v, want ErrCheckpoint with the checkpoint", name, err)
		}
	}
}

func TestEventsEndWithTheContext(t *testing.T) {
	t.Parallel()
	c := connect(t, fabricnet.Shared(t), "org1")
	_, at := issueOne(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	err := c.Events(ctx, ledger.Checkpoint{Block: at.Block}, func(context.Context, ledger.Notice) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Events(cancelled) = %v, want context.Canceled", err)
	}
}

// The peer dies again and again while transactions go on. The listener hears
// each of them once, in the order of the chain.
func TestEventsSurviveTheDeathOfThePeer(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	c := connect(t, n, "org1")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	const writers, each, deaths = 4, 25, 3
	var (
		mu    sync.Mutex
		heard []ledger.Notice
		count = make(chan int, writers*each)
		done  = make(chan error, 1)
	)
	go func() {
		done <- connect(t, n, "org1").Events(ctx, ledger.Checkpoint{}, func(_ context.Context, notice ledger.Notice) error {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, notice)
			count <- len(heard)
			if len(heard) == writers*each {
				return errEnough
			}
			return nil
		})
	}()
	var wg sync.WaitGroup
	issued := make([][]string, writers)
	for w := range writers {
		wg.Go(func() {
			for range each {
				in := ledgertest.NewIssue()
				ledgertest.Eventually(t, "an issue", func() error {
					_, err := c.Issue(ctx, in)
					return err
				})
				issued[w] = append(issued[w], in.ID)
			}
		})
	}
	for k := range deaths { // in the midst of it
		for <-count < (k+1)*writers*each/(deaths+1) {
		}
		if err := n.Kill("m0"); err != nil {
			t.Fatal(err)
		}
		if err := n.Up(); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if err := <-done; !errors.Is(err, errEnough) {
		t.Fatalf("Events() = %v after %d of %d notices", err, len(heard), writers*each)
	}
	var got []string
	for k, notice := range heard {
		if k > 0 && notice.Block < heard[k-1].Block {
			t.Errorf("notice %d is of block %d, after one of block %d", k, notice.Block, heard[k-1].Block)
		}
		for _, e := range notice.Events {
			got = append(got, e.Identity)
		}
	}
	want := slices.Concat(issued...)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("identities heard of (-issued +heard):\n%s", diff)
	}
}
