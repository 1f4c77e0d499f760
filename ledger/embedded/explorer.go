package embedded

import (
	"context"
	"errors"

	"github.com/vouchline/vouchline/ledger"
)

// Chain says how far the log reaches.
func (l *Log) Chain(context.Context) (ledger.ChainInfo, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return ledger.ChainInfo{Network: ledger.NetworkEmbedded, Height: l.chain.next, Head: l.chain.hash}, nil
}

// maxBlocks bounds one call of Blocks.
const maxBlocks = 100

// Blocks returns up to n entries, newest first, from the entry `from`
// downwards, each as a block of one transaction; from beyond the head is the
// head. At most 100 are returned.
func (l *Log) Blocks(ctx context.Context, from uint64, n int) ([]ledger.Block, error) {
	height, _, _ := l.reach()
	if height == 0 {
		return []ledger.Block{}, nil
	}
	from, n = min(from, height-1), min(n, maxBlocks)
	blocks := []ledger.Block{}
	for k := uint64(0); k <= from && len(blocks) < n; k++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, line, err := l.entry(from - k)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, blockOf(e, line))
	}
	return blocks, nil
}

func blockOf(e entry, line []byte) ledger.Block {
	b := ledger.Block{Number: e.Seq, Hash: hashOf(line), Previous: e.Prev, Time: e.Time, Transactions: []ledger.Transaction{}}
	if e.Function == funcBegin {
		b.Others = 1
		return b
	}
	b.Transactions = []ledger.Transaction{{
		TxID: e.TxID, Function: e.Function, Caller: e.Caller, Time: e.Time,
		Valid: true, Code: "VALID", // what is invalid never gets an entry
		Events: e.Events, Size: len(line) + 1,
	}}
	return b
}

// Nodes returns one node: this process and its log.
func (l *Log) Nodes(context.Context) ([]ledger.Node, error) {
	start := l.now()
	height, _, broken := l.reach()
	n := ledger.Node{
		Name: "log", Kind: "log", MSP: l.writer, Address: l.dir,
		Healthy: broken == nil || errors.Is(broken, errReadOnly), Height: height, Took: l.now().Sub(start),
	}
	if !n.Healthy {
		n.Fault = broken.Error()
	}
	return []ledger.Node{n}, nil
}

// Commits returns the last transactions that this process committed, oldest
// first.
func (l *Log) Commits() []ledger.Commit { return l.commits.List() }
