package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
)

// headerBytes is what the orderer signs of a block and what the next block
// links to.
func headerBytes(h *common.BlockHeader) ([]byte, error) {
	return asn1.Marshal(struct {
		Number             *big.Int
		Previous, DataHash []byte
	}{new(big.Int).SetUint64(h.GetNumber()), h.GetPreviousHash(), h.GetDataHash()})
}

// dataHash is flat: the SHA-256 of all envelopes, one after the other. That is
// why a proof needs the whole block.
func dataHash(envelopes [][]byte) []byte {
	sum := sha256.Sum256(bytes.Join(envelopes, nil))
	return sum[:]
}

// checkData compares the header's hash with the block's envelopes. The hash
// does not say where one envelope ends; that each is in canonical form and has
// both its fields leaves one way only to cut them.
func checkData(b *common.Block) error {
	if len(b.GetData().GetData()) > maxTransactions {
		return refused("its block has more transactions than any")
	}
	for _, raw := range b.GetData().GetData() {
		e, err := decode[common.Envelope]("a transaction of the block", raw)
		if err != nil {
			return err
		}
		if len(e.GetPayload()) == 0 || len(e.GetSignature()) == 0 {
			return refused("a transaction of the block has no payload or no signature")
		}
	}
	if !bytes.Equal(dataHash(b.GetData().GetData()), b.GetHeader().GetDataHash()) {
		return refused("the block's hash is not that of its transactions")
	}
	return nil
}

// checkOrderer verifies the orderer's signature over a block's header, and
// returns the signer and the header's hash. A Raft orderer signs every block
// once, so no chain of headers is needed to reach one that is signed.
func (t Trust) checkOrderer(b *common.Block, at time.Time) (s signer, hash []byte, err error) {
	if len(b.GetMetadata().GetMetadata()) != 1 {
		return s, nil, refused("the block's metadata is more or less than the orderer's signature")
	}
	m, err := decode[common.Metadata]("the orderer's signature", b.GetMetadata().GetMetadata()[0])
	if err != nil {
		return s, nil, err
	}
	if _, err := decode[common.OrdererBlockMetadata]("what the orderer signed", m.GetValue()); err != nil {
		return s, nil, err
	}
	if len(m.GetSignatures()) != 1 || len(m.GetSignatures()[0].GetIdentifierHeader()) > 0 {
		return s, nil, refused("the block is not signed by one Raft orderer (other kinds of orderers are not supported)")
	}
	signature := m.GetSignatures()[0]
	header, err := decode[common.SignatureHeader]("the orderer's signature header", signature.GetSignatureHeader())
	if err != nil {
		return s, nil, err
	}
	if s, err = t.identify("the orderer", header.GetCreator(), at, ouOrderer, RoleOrderer); err != nil {
		return s, nil, err
	}
	signed, err := headerBytes(b.GetHeader())
	if err != nil {
		return s, nil, refused("the block has no header")
	}
	sum := sha256.Sum256(signed)
	return s, sum[:], s.verify("the orderer", signature.GetSignature(), m.GetValue(), signature.GetSignatureHeader(), signed)
}
