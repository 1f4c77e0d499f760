package fabric_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// Batches that share identities conflict as a whole. Each ends with every
// identity where it was minted, and none was minted twice.
func TestConflictingBatches(t *testing.T) {
	t.Parallel()
	c := connect(t, fabricnet.Shared(t), "org1")
	const callers, batch = 6, 50
	pool := make([]ledger.Issue, batch+callers-1)
	for k := range pool {
		pool[k] = ledgertest.NewIssue()
	}
	start := head(t, c)
	var wg sync.WaitGroup
	for k := range callers {
		in := slices.Clone(pool[k : k+batch])
		rand.Shuffle(len(in), func(a, b int) { in[a], in[b] = in[b], in[a] })
		wg.Go(func() {
			at, err := c.IssueAll(t.Context(), in)
			if err != nil || len(at) != batch {
				t.Errorf("IssueAll() of caller %d = %d locations, %v; want %d", k, len(at), err, batch)
			}
		})
	}
	wg.Wait()
	mintedOnce(t, c, start, pool)
}

// Each call changes the record that all the others read.
func TestCallersContendForOneIdentity(t *testing.T) {
	t.Parallel()
	p, err := fabric.LoadProfile(fabricnet.Shared(t).Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{Timeouts: fabric.Timeouts{Contend: 2 * time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	in := ledgertest.NewIssue()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	const callers = 24
	for range callers {
		wg.Go(func() {
			if _, err := c.AddKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: ledgertest.NewKey()}); err != nil {
				t.Errorf("AddKey() = %v, want it done whoever else does it", err)
			}
		})
	}
	wg.Wait()
	if keys, err := c.Keys(t.Context(), in.ID); err != nil || len(keys) != callers {
		t.Errorf("Keys() = %d, %v; want %d", len(keys), err, callers)
	}
}

func TestCommitsAreMeasured(t *testing.T) {
	t.Parallel()
	p, err := fabric.LoadProfile(fabricnet.Shared(t).Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	begun := time.Now()
	in := []ledger.Issue{ledgertest.NewIssue(), ledgertest.NewIssue(), ledgertest.NewIssue()}
	if _, err := c.IssueAll(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Issue(t.Context(), in[0]); err != nil { // nothing left to do, so no commit
		t.Fatal(err)
	}
	if _, err := c.IssueAll(t.Context(), append(in[:2:2], ledgertest.NewIssue())); err != nil { // one left to do
		t.Fatal(err)
	}
	if _, err := c.AddKey(t.Context(), ledger.KeyRequest{Identity: in[0].ID, Key: ledgertest.NewKey()}); err != nil {
		t.Fatal(err)
	}
	got := c.Commits()
	if len(got) != 3 || got[0].Identities != 3 || got[1].Identities != 1 || got[2].Identities != 0 {
		t.Fatalf("Commits() = %+v, want one of three identities, one of one and one of none", got)
	}
	if got[0].Took <= 0 || got[0].Took > time.Since(begun) || got[0].At.Before(begun) || got[1].At.Before(got[0].At) {
		t.Errorf("Commits() = %+v, want times since %v in their order", got, begun)
	}
}

func head(t *testing.T, c *fabric.Client) uint64 {
	t.Helper()
	chain, err := c.Chain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return chain.Height
}

// mintedOnce counts the issues of each identity in all blocks from a height on.
func mintedOnce(t *testing.T, c *fabric.Client, from uint64, all []ledger.Issue) {
	t.Helper()
	count := map[string]int{}
	for next := from; ; {
		top := head(t, c)
		if next >= top {
			break
		}
		upTo := min(next+50, top)
		blocks, err := c.Blocks(t.Context(), upTo-1, int(upTo-next)) //nolint:gosec // at most 50
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks {
			for _, tx := range b.Transactions {
				for _, e := range tx.Events {
					if e.Kind == ledger.EventIssued {
						count[e.Identity]++
					}
				}
			}
		}
		next = upTo
	}
	for _, in := range all {
		if count[in.ID] != 1 {
			t.Errorf("%s was minted %d times in valid transactions, want once", in.ID, count[in.ID])
		}
		got, _, err := c.Identity(t.Context(), in.ID)
		if err != nil || got.Version != 1 || !got.IssuedFrom(in) {
			t.Errorf("Identity(%s) = %+v, %v; want it as issued", in.ID, got, err)
		}
	}
}
