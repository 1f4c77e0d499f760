package fabric_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func TestBlocksShowTransactionsAndNoArguments(t *testing.T) {
	t.Parallel()
	c := connect(t, fabricnet.Shared(t), "org1")
	in := ledgertest.NewIssue()
	begun := time.Now()
	at, err := c.Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := c.Blocks(t.Context(), at.Block, 3)
	if err != nil || len(blocks) != 3 {
		t.Fatalf("Blocks(%d, 3) = %d blocks, %v; want 3", at.Block, len(blocks), err)
	}
	for k, b := range blocks {
		if b.Number != at.Block-uint64(k) || b.Time.IsZero() {
			t.Errorf("block %d of Blocks(%d, 3) is %d at %v", k, at.Block, b.Number, b.Time)
		}
		if k > 0 && blocks[k-1].Previous != b.Hash {
			t.Errorf("block %d names %s as the one before, which has the hash %s", b.Number+1, blocks[k-1].Previous, b.Hash)
		}
	}
	found := false
	for _, tx := range blocks[0].Transactions {
		if tx.TxID != at.TxID {
			continue
		}
		found = true
		if tx.Function != ledger.FuncIssueIdentity || tx.Caller != "Org1MSP" || !tx.Valid || tx.Code != "VALID" || tx.Size < 1000 ||
			tx.Time.Before(begun.Add(-time.Minute)) || tx.Time.After(time.Now().Add(time.Minute)) {
			t.Errorf("the transaction of the issue = %+v", tx)
		}
		if len(tx.Events) != 1 || tx.Events[0] != (ledger.Event{Kind: ledger.EventIssued, Identity: in.ID, Version: 1}) {
			t.Errorf("its events = %+v, want one, issued", tx.Events)
		}
	}
	if !found {
		t.Errorf("block %d does not have the transaction of the issue: %+v", at.Block, blocks[0])
	}
	shown, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{in.Attributes["family_names"], in.Nullifiers[0], in.HolderKey} {
		if strings.Contains(string(shown), secret) {
			t.Errorf("Blocks() shows an argument: %s", shown)
		}
	}
}

func TestBlocksFromTheHeadToTheFirst(t *testing.T) {
	t.Parallel()
	c := connect(t, fabricnet.Shared(t), "org2")
	var blocks []ledger.Block
	chain, err := c.Chain(t.Context())
	if err != nil || chain.Height < 4 || chain.Network != ledger.NetworkFabric || chain.Channel != "identity" {
		t.Fatalf("Chain() = %+v, %v; want that of the channel", chain, err)
	}
	// Others write meanwhile: the head is a later one by now.
	if blocks, err = c.Blocks(t.Context(), 1<<63, 1); err != nil || len(blocks) != 1 || blocks[0].Number < chain.Height-1 {
		t.Errorf("Blocks(beyond the head, 1) = %+v, %v; want the head", blocks, err)
	}
	if blocks, err = c.Blocks(t.Context(), chain.Height-1, 1); err != nil || blocks[0].Hash != chain.Head {
		t.Errorf("Blocks(head) = %+v, %v; want the hash %s", blocks, err, chain.Head)
	}
	if blocks, err = c.Blocks(t.Context(), 1, 10); err != nil || len(blocks) != 2 || blocks[1].Number != 0 || blocks[1].Others != 1 {
		t.Errorf("Blocks(1, 10) = %+v, %v; want block 1 and the genesis block", blocks, err)
	}
	if blocks, err = c.Blocks(t.Context(), 1, 0); err != nil || len(blocks) != 0 {
		t.Errorf("Blocks(1, 0) = %+v, %v; want none", blocks, err)
	}
}

func TestNodes(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t, fabricnet.Orderers(3))
	p, err := fabric.LoadProfile(n.Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{Now: time.Now, Timeouts: fabric.Timeouts{Node: 20 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	nodes := func() map[string]ledger.Node {
		list, err := c.Nodes(t.Context())
		if err != nil {
			t.Fatalf("Nodes() = %v", err)
		}
		byNode := map[string]ledger.Node{}
		for _, node := range []string{"orderer", "orderer1", "orderer2", "m0", "t0", "t1"} {
			addr, err := n.Addr(node)
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range list {
				if entry.Address == addr {
					byNode[node] = entry
				}
			}
		}
		if len(byNode) != len(list) {
			t.Errorf("Nodes() = %+v, want each node once", list)
		}
		return byNode
	}
	ledgertest.Eventually(t, "the peers to know one another", func() error {
		if got := nodes(); len(got) != 6 {
			return fmt.Errorf("only %d nodes", len(got))
		}
		return nil
	})
	for node, got := range nodes() {
		kind, msp := "peer", "Org2MSP"
		switch {
		case strings.HasPrefix(node, "orderer"):
			kind, msp = "orderer", "OrdererMSP"
		case node == "m0":
			msp = "Org1MSP"
		}
		if got.Kind != kind || got.MSP != msp || !got.Healthy || got.Fault != "" || got.Height < 5 || got.Took <= 0 || got.Name == "" {
			t.Errorf("%s = %+v, want a healthy %s of %s with its height", node, got, kind, msp)
		}
	}

	for _, node := range []string{"t1", "orderer1"} {
		if err := n.Kill(node); err != nil {
			t.Fatal(err)
		}
	}
	ledgertest.Eventually(t, "two nodes to be down and no others", func() error {
		for node, got := range nodes() {
			down := node == "t1" || node == "orderer1"
			if got.Healthy == down || down != strings.Contains(got.Fault, "refuses connections") {
				return fmt.Errorf("%s = %+v", node, got)
			}
		}
		return nil
	})

	// One of three orderers cannot order anything, and says that it has no leader.
	if err := n.Kill("orderer2"); err != nil {
		t.Fatal(err)
	}
	ledgertest.Eventually(t, "the last orderer to miss the others", func() error {
		if got := nodes()["orderer"]; got.Healthy || !strings.Contains(got.Fault, "no leader") {
			return fmt.Errorf("the orderer is %+v", got)
		}
		return nil
	})

	// Our own peer is the only one that could tell of the others.
	if err := n.Kill("m0"); err != nil {
		t.Fatal(err)
	}
	if got := nodes(); len(got) != 6 || got["m0"].Healthy || !got["t0"].Healthy {
		t.Errorf("Nodes() without m0 = %+v, want all six, t0 healthy and m0 not", got)
	}
}
