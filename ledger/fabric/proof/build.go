package proof

import (
	"errors"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// A Statement is a peer's signed answer to the reading function on an
// identity. Nothing of it is verified.
type Statement struct {
	MSP   string // the peer's
	Block uint64 // that the record comes from
	Place uint64 // of its transaction in that block

	payload []byte
}

// After reports whether the record comes from later in the chain.
func (s Statement) After(other Statement) bool {
	return s.Block > other.Block || s.Block == other.Block && s.Place > other.Place
}

// ReadStatement reads a statement out of the transaction that a gateway
// prepared from an endorsed call and that is not to be sent.
func ReadStatement(channel, chaincode string, prepared []byte) (Statement, error) {
	t := Trust{Channel: channel, Chaincode: chaincode}
	var p gateway.PreparedTransaction
	if err := proto.Unmarshal(prepared, &p); err != nil {
		return Statement{}, err
	}
	payload := p.GetEnvelope().GetPayload()
	tx, err := t.open(payload)
	if err != nil {
		return Statement{}, err
	}
	stated, err := t.statementIn(tx)
	if err != nil {
		return Statement{}, err
	}
	if len(tx.endorsements) != 1 {
		return Statement{}, refused("a statement is not signed by one peer")
	}
	by, err := decode[msp.SerializedIdentity]("an endorser's identity", tx.endorsements[0].GetEndorser())
	if err != nil {
		return Statement{}, err
	}
	return Statement{by.GetMspid(), stated.version.GetBlockNum(), stated.version.GetTxNum(), payload}, nil
}

// Build puts a proof together: the block that the statements name, as a peer
// hands it out, and one statement of each organisation.
func Build(block *common.Block, statements []Statement) ([]byte, error) {
	metadata := block.GetMetadata().GetMetadata()
	if len(metadata) <= int(common.BlockMetadataIndex_SIGNATURES) {
		return nil, errors.New("the block is not signed")
	}
	f := file{block: &common.Block{
		Header: block.GetHeader(), Data: block.GetData(),
		// The other metadata is each peer's own and nobody signs it.
		Metadata: &common.BlockMetadata{Metadata: [][]byte{metadata[common.BlockMetadataIndex_SIGNATURES]}},
	}}
	for _, s := range slices.SortedFunc(slices.Values(statements), func(a, b Statement) int { return strings.Compare(a.MSP, b.MSP) }) {
		f.statements = append(f.statements, s.payload)
	}
	return f.pack()
}
