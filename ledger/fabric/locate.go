package fabric

import (
	"context"
	"sync"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// maxRemembered bounds each half of the cache.
const maxRemembered = 20_000

// A blockFinder knows in which block a transaction is. The record cannot say:
// the contract runs before the orderer forms the block. What it learned stays
// true, for a transaction's block never changes.
type blockFinder struct {
	ask func(ctx context.Context, txID string) (*common.Block, error)

	mu         sync.Mutex
	known, old map[string]uint64 // when known is full, it becomes old
}

func (f *blockFinder) remember(txID string, block uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(txID, block)
}

func (f *blockFinder) put(txID string, block uint64) {
	if f.known == nil || len(f.known) >= maxRemembered {
		f.known, f.old = map[string]uint64{}, f.known
	}
	f.known[txID] = block
}

func (f *blockFinder) recall(txID string) (uint64, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	block, ok := f.known[txID]
	if !ok {
		block, ok = f.old[txID]
	}
	return block, ok
}

// find asks the peer at most once for all transactions of a block.
func (f *blockFinder) find(ctx context.Context, txID string) (uint64, error) {
	if block, ok := f.recall(txID); ok {
		return block, nil
	}
	b, err := f.ask(ctx, txID)
	if err != nil {
		return 0, err
	}
	number := b.GetHeader().GetNumber()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(txID, number)
	for k, data := range b.GetData().GetData() {
		// The same id may be in other blocks as a duplicate, but valid only once.
		if validation(b, k) == peer.TxValidationCode_VALID {
			f.put(idOf(data), number)
		}
	}
	return number, nil
}
