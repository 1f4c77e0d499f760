package fabric

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/ledger"
)

// A chainReader reads blocks from our own organisation's peers, through qscc,
// their own chaincode for that.
type chainReader struct {
	query        *client.Contract
	channel, org string
}

func (r *chainReader) read(ctx context.Context, into proto.Message, function string, arguments ...string) error {
	b, err := again(func() ([]byte, error) {
		return r.query.EvaluateWithContext(
			ctx, function, client.WithArguments(append([]string{r.channel}, arguments...)...),
			client.WithEndorsingOrganizations(r.org),
		)
	})
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ledger.ErrUnavailable, function, err)
	}
	if err := proto.Unmarshal(b, into); err != nil {
		return fmt.Errorf("fabric: decode what %s answered: %w", function, err)
	}
	return nil
}

func (r *chainReader) info(ctx context.Context) (*common.BlockchainInfo, error) {
	var info common.BlockchainInfo
	return &info, r.read(ctx, &info, "GetChainInfo")
}

func (r *chainReader) block(ctx context.Context, number uint64) (*common.Block, error) {
	var b common.Block
	return &b, r.read(ctx, &b, "GetBlockByNumber", strconv.FormatUint(number, 10))
}

// blockOf returns the block that a transaction first came in.
func (r *chainReader) blockOf(ctx context.Context, txID string) (*common.Block, error) {
	var b common.Block
	return &b, r.read(ctx, &b, "GetBlockByTxID", txID)
}

var errNotInBlock = errors.New("fabric: the transaction is not in its block")

// outcomeOf says how a transaction stands in the chain; an error means that it
// is not there or that nobody could be asked.
func (r *chainReader) outcomeOf(ctx context.Context, txID string) (outcome, error) {
	b, err := r.blockOf(ctx, txID)
	if err != nil {
		return outcome{}, err
	}
	for k, data := range b.GetData().GetData() {
		if idOf(data) == txID {
			return outcome{validation(b, k), b.GetHeader().GetNumber()}, nil
		}
	}
	return outcome{}, errNotInBlock
}

// validation is what the peer found of the k-th transaction of a block.
func validation(b *common.Block, k int) peer.TxValidationCode {
	metadata := b.GetMetadata().GetMetadata()
	if filter := int(common.BlockMetadataIndex_TRANSACTIONS_FILTER); len(metadata) > filter && k < len(metadata[filter]) {
		return peer.TxValidationCode(metadata[filter][k])
	}
	return peer.TxValidationCode_NOT_VALIDATED
}
