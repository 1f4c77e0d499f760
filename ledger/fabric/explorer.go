package fabric

import (
	"context"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/vouchline/vouchline/ledger"
)

// maxBlocks bounds one call of Blocks: each block is read whole.
const maxBlocks = 100

// Chain says how far the channel reaches, as our peer has it.
func (c *Client) Chain(ctx context.Context) (ledger.ChainInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	info, err := c.chain.info(ctx)
	if err != nil {
		return ledger.ChainInfo{}, err
	}
	return ledger.ChainInfo{
		Network: ledger.NetworkFabric, Channel: c.profile.Channel,
		Height: info.GetHeight(), Head: hex.EncodeToString(info.GetCurrentBlockHash()),
	}, nil
}

// Blocks returns up to n blocks, newest first, from the block `from`
// downwards; from beyond the head is the head. At most 100 are returned.
func (c *Client) Blocks(ctx context.Context, from uint64, n int) ([]ledger.Block, error) {
	chain, err := c.Chain(ctx)
	if err != nil {
		return nil, err
	}
	from = min(from, max(chain.Height, 1)-1)
	var out []ledger.Block
	for n = min(n, maxBlocks); len(out) < n; from-- {
		b, err := c.readBlock(ctx, from)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
		if from == 0 {
			break
		}
	}
	return out, nil
}

func (c *Client) readBlock(ctx context.Context, number uint64) (ledger.Block, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	b, err := c.chain.block(ctx, number)
	if err != nil {
		return ledger.Block{}, err
	}
	return showBlock(b, c.profile.Chaincode), nil
}

// showBlock shows a block without anybody's arguments. Fabric's blocks carry no
// time: what is shown is the latest that a transaction's sender wrote into it.
func showBlock(b *common.Block, chaincode string) ledger.Block {
	out := ledger.Block{
		Number: b.GetHeader().GetNumber(), Hash: hex.EncodeToString(hashOf(b.GetHeader())),
		Previous: hex.EncodeToString(b.GetHeader().GetPreviousHash()), Transactions: []ledger.Transaction{},
	}
	for k, data := range b.GetData().GetData() {
		if _, header := headersOf(data); header.GetTimestamp() != nil && header.GetTimestamp().AsTime().After(out.Time) {
			out.Time = header.GetTimestamp().AsTime()
		}
		tx, ours := transactionIn(data, chaincode)
		if !ours {
			out.Others++
			continue
		}
		code := validation(b, k)
		tx.Code, tx.Valid = code.String(), code == peer.TxValidationCode_VALID
		if !tx.Valid {
			tx.Events = nil // they did not happen
		}
		out.Transactions = append(out.Transactions, tx)
	}
	return out
}

// hashOf is Fabric's hash of a block: SHA-256 over the ASN.1 DER of number,
// previous hash and the hash of the data.
func hashOf(h *common.BlockHeader) []byte {
	der, err := asn1.Marshal(struct {
		Number             *big.Int
		Previous, DataHash []byte
	}{new(big.Int).SetUint64(h.GetNumber()), h.GetPreviousHash(), h.GetDataHash()})
	if err != nil {
		return nil // three values of fixed kinds cannot fail
	}
	sum := sha256.Sum256(der)
	return sum[:]
}
