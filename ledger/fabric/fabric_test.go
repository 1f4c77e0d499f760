package fabric_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func connect(t testing.TB, n *fabricnet.Network, org string) *fabric.Client {
	t.Helper()
	p, err := fabric.LoadProfile(n.Profile(org))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// A client that did not see the issue finds its block by asking its own peer.
func TestBlockIsFoundByOthers(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	in := ledgertest.NewIssue()
	at, err := connect(t, n, "org1").Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if at.Block == 0 || at.Channel != "identity" {
		t.Errorf("Issue() = %+v, want a block after the first on the channel identity", at)
	}
	for _, org := range []string{"org1", "org2"} {
		fresh := connect(t, n, org)
		ledgertest.Eventually(t, org+" to see the record", func() error {
			_, where, err := fresh.Identity(t.Context(), in.ID)
			if err == nil && where != at {
				t.Errorf("Identity() of %s is at %+v, want %+v", org, where, at)
			}
			return err
		})
	}
}

// Nobody waits for the commit status here: every outcome is unknown at first
// and must be found by reading the record again.
func TestUnknownOutcomesAreReadAgain(t *testing.T) {
	t.Parallel()
	p, err := fabric.LoadProfile(fabricnet.Shared(t).Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	blind, err := fabric.Connect(p, fabric.Config{Timeouts: fabric.Timeouts{CommitStatus: time.Nanosecond, Settle: 30 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blind.Close() }()
	in := ledgertest.NewIssue()
	at, err := blind.Issue(t.Context(), in)
	if err != nil || at.TxID == "" || at.Block == 0 {
		t.Fatalf("Issue() = %+v, %v; want a location", at, err)
	}
	changed, err := blind.SetStatus(t.Context(), in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview)
	if err != nil || changed.Block <= at.Block {
		t.Errorf("SetStatus() = %+v, %v; want a block after %d", changed, err, at.Block)
	}
	got, where, err := blind.Identity(t.Context(), in.ID)
	if err != nil || where != at || got.UpdateTxID != changed.TxID || got.Version != 2 {
		t.Errorf("Identity() = %+v at %+v, %v; want version 2 at %+v", got, where, err, at)
	}

	// Where nothing is ever read, the answer is that nothing is known.
	p2, err := fabric.Connect(p, fabric.Config{Timeouts: fabric.Timeouts{CommitStatus: time.Nanosecond, Settle: time.Nanosecond}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p2.Close() }()
	in = ledgertest.NewIssue()
	if _, err := p2.Issue(t.Context(), in); !errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("Issue(nothing read) = %v, want ErrUnknown", err)
	}
	ledgertest.Eventually(t, "the issue that nobody saw", func() error {
		_, _, err := blind.Identity(t.Context(), in.ID)
		return err
	})
}

func TestCancelledIssueWroteNothing(t *testing.T) {
	t.Parallel()
	c := connect(t, fabricnet.Shared(t), "org1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in := ledgertest.NewIssue()
	if _, err := c.Issue(ctx, in); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("Issue(cancelled) = %v, want ErrUnavailable", err)
	}
	if _, _, err := c.Identity(t.Context(), in.ID); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Identity(after a cancelled issue) = %v, want ErrNotFound", err)
	}
}

// BenchmarkIssue is the time from approval to committed, one at a time.
func BenchmarkIssue(b *testing.B) {
	c := connect(b, fabricnet.Shared(b), "org1")
	var took []time.Duration
	for b.Loop() {
		in, start := ledgertest.NewIssue(), time.Now()
		if _, err := c.Issue(b.Context(), in); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Milliseconds()), "p95-ms")
}

// BenchmarkIssueConcurrently is how many identities a second 64 callers get
// committed, each waiting for its own.
func BenchmarkIssueConcurrently(b *testing.B) {
	c := connect(b, fabricnet.Shared(b), "org1")
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Issue(b.Context(), ledgertest.NewIssue()); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "identities/s")
}

// BenchmarkIdentity is one read by org2 from its own peer.
func BenchmarkIdentity(b *testing.B) {
	n := fabricnet.Shared(b)
	in := ledgertest.NewIssue()
	if _, err := connect(b, n, "org1").Issue(b.Context(), in); err != nil {
		b.Fatal(err)
	}
	c := connect(b, n, "org2")
	ledgertest.Eventually(b, "org2 to see the record", func() error {
		_, _, err := c.Identity(b.Context(), in.ID)
		return err
	})
	for b.Loop() {
		if _, _, err := c.Identity(b.Context(), in.ID); err != nil {
			b.Fatal(err)
		}
	}
}
