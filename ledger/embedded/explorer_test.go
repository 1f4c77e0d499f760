package embedded

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

func TestExplorer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openNotes(t, dir)
	call(t, l, "put", "one") // entry 2, after the beginning and the organisation's
	explored(t, l, 3)

	r, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	explored(t, r, 3)

	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	nodes, err := l.Nodes(t.Context())
	if err != nil || nodes[0].Healthy || nodes[0].Fault == "" {
		t.Errorf("Nodes(of a closed log) = %+v, %v; want a fault", nodes, err)
	}
}

func explored(t *testing.T, l *Log, height uint64) {
	t.Helper()
	chain, err := l.Chain(t.Context())
	if err != nil || chain.Height != height || chain.Network != ledger.NetworkEmbedded {
		t.Fatalf("Chain() = %+v, %v; want %d entries", chain, err, height)
	}
	nodes, err := l.Nodes(t.Context())
	if err != nil || len(nodes) != 1 || !nodes[0].Healthy || nodes[0].Height != height || nodes[0].Kind != "log" {
		t.Errorf("Nodes() = %+v, %v; want one that is healthy", nodes, err)
	}
	blocks, err := l.Blocks(t.Context(), 99, 99)
	if err != nil || uint64(len(blocks)) != height {
		t.Fatalf("Blocks(all) = %d blocks, %v; want %d", len(blocks), err, height)
	}
	if blocks[0].Hash != chain.Head {
		t.Errorf("Blocks()[0].Hash = %s, want the head %s", blocks[0].Hash, chain.Head)
	}
	for k, b := range blocks[:len(blocks)-1] {
		if b.Number != blocks[k+1].Number+1 || b.Previous != blocks[k+1].Hash {
			t.Errorf("block %d does not follow block %d", b.Number, blocks[k+1].Number)
		}
	}
	if first := blocks[len(blocks)-1]; first.Others != 1 || len(first.Transactions) != 0 || first.Previous != "" {
		t.Errorf("the first block = %+v, want none of the contract's transactions", first)
	}
	tx := blocks[0].Transactions[0]
	want := ledger.Transaction{
		TxID: tx.TxID, Function: "put", Caller: DefaultOrganisation().MSP, Time: time.Unix(1, 0).UTC(), Valid: true, Code: "VALID",
		Events: []ledger.Event{{Identity: "one"}}, Size: tx.Size,
	}
	if diff := cmp.Diff(want, tx); diff != "" || tx.Size < 100 {
		t.Errorf("Blocks()[0] has %d bytes (-want +got):\n%s", tx.Size, diff)
	}
	one, err := l.Blocks(t.Context(), 1, 1)
	if diff := cmp.Diff(blocks[1:2], one); err != nil || diff != "" {
		t.Errorf("Blocks(1, 1) = %v (-want +got):\n%s", err, diff)
	}
}
