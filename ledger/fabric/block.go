package fabric

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/ledger"
)

// maxRemembered bounds the cache; a transaction's block never changes.
const maxRemembered = 10_000

// A blockFinder knows in which block a transaction is. The record cannot say:
// the contract runs before the orderer forms the block.
type blockFinder struct {
	query   *client.Contract // qscc, the peer's own chaincode over its blocks
	channel string

	mu    sync.Mutex
	known map[string]uint64
}

func (f *blockFinder) remember(txID string, block uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil || len(f.known) >= maxRemembered {
		f.known = map[string]uint64{}
	}
	f.known[txID] = block
}

func (f *blockFinder) recall(txID string) (uint64, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	block, ok := f.known[txID]
	return block, ok
}

func (f *blockFinder) find(ctx context.Context, txID string) (uint64, error) {
	if block, ok := f.recall(txID); ok {
		return block, nil
	}
	answer, err := f.query.EvaluateWithContext(ctx, "GetBlockByTxID", client.WithArguments(f.channel, txID))
	if err != nil {
		return 0, fmt.Errorf("%w: find block: %w", ledger.ErrUnavailable, err)
	}
	var block common.Block
	if err := proto.Unmarshal(answer, &block); err != nil {
		return 0, fmt.Errorf("fabric: decode block: %w", err)
	}
	f.remember(txID, block.GetHeader().GetNumber())
	return block.GetHeader().GetNumber(), nil
}

// within bounds one step of a call.
func within[T any](
	ctx context.Context, limit time.Duration, step func(context.Context, ...grpc.CallOption) (T, error),
) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return step(ctx)
}
