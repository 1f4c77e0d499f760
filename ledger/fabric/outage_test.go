package fabric_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// repeat makes a call until it succeeds, as the service's queue does. Only
// errors that ask for it are repeated.
func repeat(ctx context.Context, t *testing.T, call func(context.Context) error) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := call(ctx)
		if err == nil {
			return
		}
		if !errors.Is(err, ledger.ErrUnavailable) && !errors.Is(err, ledger.ErrUnknown) {
			t.Errorf("a call during an outage = %v, want ErrUnavailable or ErrUnknown", err)
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Errorf("a call never succeeded: %v", err)
			return
		}
	}
}

// underLoad has 64 callers mint, each one identity after another, and calls
// break in the midst of it. It returns what all asked for.
func underLoad(t *testing.T, c *fabric.Client, each int, breakIt func()) []ledger.Issue {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	const callers = 64
	all := make([]ledger.Issue, callers*each)
	for k := range all {
		all[k] = ledgertest.NewIssue()
	}
	var (
		wg   sync.WaitGroup
		done = make(chan struct{}, len(all))
	)
	for k := range callers {
		wg.Go(func() {
			for _, in := range all[k*each : (k+1)*each] {
				repeat(ctx, t, func(ctx context.Context) error {
					_, err := c.Issue(ctx, in)
					return err
				})
				done <- struct{}{}
			}
		})
	}
	for range len(all) / 3 {
		<-done
	}
	breakIt()
	wg.Wait()
	return all
}

// Nodes die by SIGKILL under load, alone and all at once. Every caller repeats
// its call until it succeeds, and every identity is minted once.
func TestMintsAreExactlyOnceWhateverDies(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	c := connect(t, n, "org1")
	for name, nodes := range map[string][]string{
		"orderer": {"orderer"}, "peer": {"m0"}, "chaincode": {"cc-manager"},
		"all at once": {"orderer", "m0", "t0", "t1", "cc-manager", "cc-telecom"},
	} {
		t.Run(name, func(t *testing.T) {
			start := head(t, c)
			all := underLoad(t, c, 4, func() {
				for _, node := range nodes {
					if err := n.Kill(node); err != nil {
						t.Error(err)
					}
				}
				if err := n.Up(); err != nil {
					t.Error(err)
				}
			})
			mintedOnce(t, c, start, all)
			ledgertest.Eventually(t, "org2 to have what org1 has", func() error {
				_, _, err := connect(t, n, "org2").Identity(t.Context(), all[len(all)-1].ID)
				return err
			})
		})
	}
}

// One of three orderers may die, leader or not, and nothing stops for long.
func TestMintsSurviveTheDeathOfAnOrderer(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t, fabricnet.Orderers(3))
	c := connect(t, n, "org1")
	for _, node := range []string{"orderer", "orderer1", "orderer2"} {
		t.Run(node, func(t *testing.T) {
			start := head(t, c)
			all := underLoad(t, c, 3, func() {
				if err := n.Kill(node); err != nil {
					t.Error(err)
				}
			})
			mintedOnce(t, c, start, all)
			if err := n.Up(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Our preferred peer dies and the other one serves: one of the profile, and
// one that the profile does not know.
func TestAnotherPeerTakesOver(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t, fabricnet.ManagerPeers(2))
	t.Run("found by discovery", func(t *testing.T) {
		p, err := fabric.LoadProfile(n.Profile("org1"))
		if err != nil {
			t.Fatal(err)
		}
		p.Peers = p.Peers[:1]
		c, err := fabric.Connect(p, fabric.Config{Timeouts: fabric.Timeouts{Node: 20 * time.Second}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		other, err := n.Addr("m1")
		if err != nil {
			t.Fatal(err)
		}
		ledgertest.Eventually(t, "m1 to be found", func() error {
			nodes, err := c.Nodes(t.Context())
			for _, node := range nodes {
				if node.Address == other && node.Healthy {
					return nil
				}
			}
			return errors.Join(errors.New("not among the nodes"), err)
		})
		if err := n.Kill("m0"); err != nil {
			t.Fatal(err)
		}
		issueAtLast(t, c, ledgertest.NewIssue())
		if err := n.Up(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("of the profile, under load", func(t *testing.T) {
		c := connect(t, n, "org1")
		start := head(t, c)
		before := ledgertest.NewSealedIssue()
		if _, err := c.Issue(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		pair := mayRead(t, c, before.ID)
		all := underLoad(t, c, 4, func() {
			if err := n.Kill("m0"); err != nil {
				t.Error(err)
			}
			if _, _, err := c.Identity(t.Context(), before.ID); err != nil {
				t.Errorf("Identity() just after the peer's death = %v, want the other peer's answer", err)
			}
		})
		mintedOnce(t, c, start, all)
		if d, err := c.Disclose(t.Context(), pair); err != nil || len(d.Sealed) != 1 {
			t.Errorf("Disclose() by the other peer = %+v, %v; want what the first one shared with it", d, err)
		}
	})
}

// mayRead lets the operators' organisation read one attribute.
func mayRead(t *testing.T, c *fabric.Client, id string) ledger.Pair {
	t.Helper()
	p := ledger.Pair{Identity: id, Organisation: "telecom"}
	_, err1 := c.SetOrganisationKey(t.Context(), p.Organisation, ledgertest.NewKey())
	_, err2 := c.GrantConsent(t.Context(), ledger.Consent{
		Identity: id, Organisation: p.Organisation, Attributes: []string{"birth_date"},
		Until: time.Now().Add(time.Hour).UTC().Truncate(time.Second),
	})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return p
}

// issueAtLast repeats an issue until it succeeds.
func issueAtLast(t *testing.T, c *fabric.Client, in ledger.Issue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	repeat(ctx, t, func(ctx context.Context) error {
		_, err := c.Issue(ctx, in)
		return err
	})
}

// A transaction that did not reach the orderer, or that it lost, is sent again
// for as long as Settle says. Then it is unknown, and the repeated call does
// it, once.
func TestLostTransactions(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	p, err := fabric.LoadProfile(n.Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	settling := func(limit time.Duration) *fabric.Client {
		c, err := fabric.Connect(p, fabric.Config{Timeouts: fabric.Timeouts{CommitStatus: time.Second, Settle: limit}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	impatient, patient := settling(time.Second), settling(time.Minute)
	start := head(t, patient)
	if err := n.Kill("orderer"); err != nil {
		t.Fatal(err)
	}
	in, other, begun := ledgertest.NewIssue(), ledgertest.NewIssue(), time.Now()
	if _, err := impatient.Issue(t.Context(), in); !errors.Is(err, ledger.ErrUnknown) || !strings.Contains(err.Error(), "transaction ") {
		t.Errorf("Issue() without an orderer = %v, want ErrUnknown and the transaction's id", err)
	}
	if took := time.Since(begun); took > 15*time.Second { // of which the gateway takes some
		t.Errorf("Issue() without an orderer took %v", took)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := patient.Issue(t.Context(), other)
		sent <- err
	}()
	if err := n.Up(); err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Errorf("Issue() while the orderer was away = %v, want it sent again", err)
	}
	issueAtLast(t, impatient, in)
	mintedOnce(t, impatient, start, []ledger.Issue{in, other})
}
