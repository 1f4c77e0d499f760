package proof

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"io"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// Magic begins every proof.
const Magic = "vouchline fabric proof 1\n"

// Bounds of what is unpacked, so that a small hostile file costs little:
// deploy/fabric's orderer puts at most 10 MB and 500 transactions in a block.
const (
	maxContent      = 32 << 20
	maxTransactions = 10_000
)

// A file is what a proof holds. It is written as Magic, the SHA-256 of all
// that follows, and DEFLATE of a protobuf BlockData whose first entry is the
// block and whose others are the statements.
//
// The hash is no evidence. It is there because DEFLATE has bits that nothing
// reads; everything behind it is signed, hashed or fixed.
type file struct {
	block      *common.Block // metadata: the orderer's signature alone
	statements [][]byte      // payloads of transactions that were never sent
}

func (f file) pack() ([]byte, error) {
	block, err := proto.MarshalOptions{Deterministic: true}.Marshal(f.block)
	if err != nil {
		return nil, err
	}
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(
		&common.BlockData{Data: append([][]byte{block}, f.statements...)},
	)
	if err != nil {
		return nil, err
	}
	return seal(content)
}

func seal(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return sealedAs(packed.Bytes()), nil
}

func sealedAs(packed []byte) []byte {
	sum := sha256.Sum256(packed)
	return slices.Concat([]byte(Magic), sum[:], packed)
}

func open(content []byte) (f file, err error) {
	parts, err := decode[common.BlockData]("the content", content)
	if err != nil {
		return f, err
	}
	if len(parts.GetData()) < 2 {
		return f, refused("it holds no block and statement")
	}
	f.block, err = decode[common.Block]("the block", parts.GetData()[0])
	f.statements = parts.GetData()[1:]
	return f, err
}

func unseal(b []byte) ([]byte, error) {
	rest, found := bytes.CutPrefix(b, []byte(Magic))
	if !found {
		return nil, refused("it is not a proof of this form")
	}
	if len(rest) < sha256.Size {
		return nil, refused("it is cut short")
	}
	if sum := sha256.Sum256(rest[sha256.Size:]); !bytes.Equal(sum[:], rest[:sha256.Size]) {
		return nil, refused("its checksum does not match: it was changed or cut short")
	}
	packed := bytes.NewReader(rest[sha256.Size:]) // an io.ByteReader: flate then reads no byte too many
	content, err := io.ReadAll(io.LimitReader(flate.NewReader(packed), maxContent+1))
	switch {
	case err != nil:
		return nil, refused("it cannot be unpacked")
	case len(content) > maxContent:
		return nil, refused("it is larger than any proof")
	case packed.Len() > 0:
		return nil, refused("it has something after its end")
	}
	return content, nil
}
