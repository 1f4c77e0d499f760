package fabric_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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

// Our preferred peer dies and nobody starts it again: the other one serves.
func TestAnotherPeerTakesOver(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t, fabricnet.ManagerPeers(2))
	c := connect(t, n, "org1")
	start := head(t, c)
	before := ledgertest.NewIssue()
	if _, err := c.Issue(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	all := underLoad(t, c, 4, func() {
		if err := n.Kill("m0"); err != nil {
			t.Error(err)
		}
		if _, _, err := c.Identity(t.Context(), before.ID); err != nil {
			t.Errorf("Identity() just after the peer's death = %v, want the other peer's answer", err)
		}
	})
	mintedOnce(t, c, start, append(all, before))
}

// A profile may know one of our peers only. The others are found, and then
// they stand in for it.
func TestDiscoveredPeersTakeOver(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t, fabricnet.ManagerPeers(2))
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
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	repeat(ctx, t, func(ctx context.Context) error {
		_, err := c.Issue(ctx, ledgertest.NewIssue())
		return err
	})
}

// A transaction that the orderer accepted and lost becomes unknown in bounded
// time; the repeated call does it, once.
func TestLostTransactionBecomesUnknown(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	p, err := fabric.LoadProfile(n.Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{Timeouts: fabric.Timeouts{CommitStatus: time.Second, Settle: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	start := head(t, c)
	if err := n.Kill("orderer"); err != nil {
		t.Fatal(err)
	}
	in, begun := ledgertest.NewIssue(), time.Now()
	if _, err := c.Issue(t.Context(), in); !errors.Is(err, ledger.ErrUnknown) || !strings.Contains(err.Error(), "transaction ") {
		t.Errorf("Issue() without an orderer = %v, want ErrUnknown and the transaction's id", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("Issue() without an orderer took %v", took)
	}
	if err := n.Up(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	repeat(ctx, t, func(ctx context.Context) error {
		_, err := c.Issue(ctx, in)
		return err
	})
	mintedOnce(t, c, start, []ledger.Issue{in})
}

// What travels as transient data is on our own organisation's peers and
// nowhere else, neither in a block nor in another peer's files.
func TestSealedAttributesStayWithTheManager(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	c := connect(t, n, "org1")
	in := ledgertest.NewSealedIssue()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	ledgertest.Eventually(t, "org2 to see the record", func() error {
		_, _, err := connect(t, n, "org2").Identity(t.Context(), in.ID)
		return err
	})
	// A piece that no encoding of the whole takes apart.
	secret := string(in.Sealed)[60:100]
	found := map[string]bool{}
	data := filepath.Join(filepath.Dir(n.Profile("org1")), "data")
	err := filepath.WalkDir(data, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) { // a store was tidied
			return nil
		}
		if strings.Contains(string(b), secret) {
			rest, _ := filepath.Rel(data, path)
			found[strings.Split(rest, string(filepath.Separator))[0]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || !found["m0"] {
		t.Errorf("sealed attributes are in the files of %v, want m0 alone", found)
	}
}
