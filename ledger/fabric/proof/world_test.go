package proof

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"

	"github.com/vouchline/vouchline/ledger"
)

// A world is a channel of two organisations and an orderer of which the test
// has every key.
type world struct {
	ca1, ca2, caOrderer              *certifier
	client1, peer1, client2, peer2   *node
	orderer                          *node
	trust                            []byte
	number                           uint64
	write                            *call // of the identity
	neighbours                       int   // before it in the block
	statements                       []*call
	version                          *kvrwset.Version // that the statements name
	record                           ledger.Identity  // that is written
	stated                           *ledger.Identity // nil: the one that is written
	key                              string           // where it is written to
	bft, unsigned                    bool
	mendBlock                        func(*common.Block) // before it is signed
	mendSigned                       func(*common.Block) // after it was
	statementWrites, metadataOfPeers bool
}

func newWorld(t testing.TB) *world {
	t.Helper()
	from, to := testTime.AddDate(-1, 0, 0), testTime.AddDate(1, 0, 0)
	w := &world{
		ca1: newCertifier(t, "ca.manager", from, to), ca2: newCertifier(t, "ca.telecom", from, to),
		caOrderer: newCertifier(t, "ca.orderer", from, to), number: 7, neighbours: 2, key: "identity/idn-1",
	}
	w.client1, w.peer1 = w.ca1.node(t, "Org1MSP", "client"), w.ca1.node(t, "Org1MSP", "peer")
	w.client2, w.peer2 = w.ca2.node(t, "Org2MSP", "client"), w.ca2.node(t, "Org2MSP", "peer")
	w.orderer = w.caOrderer.node(t, "OrdererMSP", "orderer")
	w.trust = slices.Concat(
		trustBlock(w.ca1, "Org1MSP", "writer"), trustBlock(w.ca2, "Org2MSP", "witness"), trustBlock(w.caOrderer, "OrdererMSP", "orderer"),
	)
	w.write = w.call(w.client1, ledger.FuncSetStatus, testTime, w.peer1)
	w.statements = []*call{
		w.call(w.client1, ledger.FuncIdentity, testTime.Add(time.Hour), w.peer1),
		w.call(w.client1, ledger.FuncIdentity, testTime.Add(2*time.Hour), w.peer2),
	}
	w.version = &kvrwset.Version{BlockNum: w.number, TxNum: uint64(w.neighbours)} //nolint:gosec // two
	w.record = ledger.Identity{
		ID: "idn-1", Attributes: map[string]string{"name": "digest"}, Nullifiers: []string{}, Status: ledger.StatusSuspended,
		Reason: ledger.ReasonUnderReview, Assurance: "IAL2", Issuer: "manager", Version: 2,
		IssuedAt: testTime.AddDate(0, 0, -1), UpdatedAt: testTime, TxID: "first", UpdateTxID: w.write.id(),
	}
	return w
}

func trustBlock(c *certifier, mspID, role string) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: c.cert.Raw, Headers: map[string]string{
		headerChannel: testChannel, headerChaincode: testChaincode, headerMSP: mspID, headerRole: role,
	}})
}

func (w *world) call(creator *node, function string, at time.Time, endorsers ...*node) *call {
	return &call{
		channel: testChannel, chaincode: testChaincode, runs: testChaincode, creator: creator, endorsers: endorsers,
		function: function, request: []byte(`{"id":"idn-1"}`), at: at, status: 200,
		kind: common.HeaderType_ENDORSER_TRANSACTION, nonce: []byte(rand.Text()),
	}
}

// pemBody is the part of a PEM block that says a certificate's bytes.
func pemBody(der []byte) []byte {
	b := pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: der})
	b = b[bytes.IndexByte(b, '\n'):]
	return b[:bytes.LastIndex(b, []byte("-----END"))]
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func results(t testing.TB, sets *kvrwset.KVRWSet) []byte {
	t.Helper()
	return marshal(t, &rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{
		{Namespace: "_lifecycle", Rwset: marshal(t, &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: "x"}}})},
		{Namespace: testChaincode, Rwset: marshal(t, sets)},
	}})
}

// file forges the proof of the world as it is.
func (w *world) file(t testing.TB) file {
	t.Helper()
	if w.write.results == nil {
		w.write.results = results(t, &kvrwset.KVRWSet{Writes: []*kvrwset.KVWrite{{Key: w.key, Value: encode(t, w.record)}}})
	}
	stated := w.record
	if w.stated != nil {
		stated = *w.stated
	}
	f := file{block: w.block(t)}
	for _, s := range w.statements {
		read := &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: "identity/idn-1", Version: w.version}}}
		if w.statementWrites {
			read.Writes = []*kvrwset.KVWrite{{Key: "k", Value: []byte("v")}}
		}
		if s.results == nil {
			s.results = results(t, read)
		}
		if s.answer == nil {
			s.answer = encode(t, ledger.Answer{TxID: stated.UpdateTxID, Record: encode(t, stated)})
		}
		f.statements = append(f.statements, s.payload(t))
	}
	return f
}

func (w *world) block(t testing.TB) *common.Block {
	t.Helper()
	b := &common.Block{Header: &common.BlockHeader{Number: w.number, PreviousHash: []byte("previous")}, Data: &common.BlockData{}}
	for range w.neighbours {
		b.Data.Data = append(b.Data.Data, marshal(t, &common.Envelope{Payload: []byte("another's"), Signature: []byte("signature")}))
	}
	b.Data.Data = append(b.Data.Data, w.write.envelope(t))
	b.Header.DataHash = dataHash(b.GetData().GetData())
	if w.mendBlock != nil {
		w.mendBlock(b)
	}
	b.Metadata = &common.BlockMetadata{Metadata: [][]byte{w.signature(t, b.GetHeader())}}
	if w.mendSigned != nil {
		w.mendSigned(b)
	}
	if w.metadataOfPeers {
		b.Metadata.Metadata = append(b.Metadata.Metadata, nil, []byte{0, 0, 0})
	}
	return b
}

func (w *world) signature(t testing.TB, h *common.BlockHeader) []byte {
	t.Helper()
	header, err := headerBytes(h)
	if err != nil {
		t.Fatal(err)
	}
	value := marshal(t, &common.OrdererBlockMetadata{LastConfig: &common.LastConfig{Index: 3}, ConsenterMetadata: []byte("raft")})
	by := marshal(t, &common.SignatureHeader{Creator: w.orderer.identity, Nonce: []byte("nonce")})
	s := &common.MetadataSignature{SignatureHeader: by, Signature: w.orderer.sign(t, false, value, by, header)}
	m := &common.Metadata{Value: value}
	switch {
	case w.unsigned:
	case w.bft:
		id := marshal(t, &common.IdentifierHeader{Identifier: 1, Nonce: []byte("nonce")})
		m.Signatures = []*common.MetadataSignature{{IdentifierHeader: id, Signature: w.orderer.sign(t, false, value, id, header)}}
	default:
		m.Signatures = []*common.MetadataSignature{s}
	}
	return marshal(t, m)
}

func (w *world) proof(t testing.TB) []byte {
	t.Helper()
	b, err := w.file(t).pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
