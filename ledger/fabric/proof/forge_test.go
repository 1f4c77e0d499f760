package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The tests' channel, its chaincode and the time at which all happens.
const (
	testChannel   = "identity"
	testChaincode = "vouchline"
)

var testTime = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A call is a transaction to be forged.
type call struct {
	channel, chaincode string // as the header says
	runs               string // the chaincode that the endorsers ran
	creator            *node
	endorsers          []*node
	function           string
	request            []byte
	at                 time.Time
	status             int32
	answer             []byte
	results            []byte
	transient          map[string][]byte
	largeS             bool // of the endorsements
	kind               common.HeaderType
	nonce              []byte
	otherID            bool // a transaction id of somebody else
	otherProposal      bool // endorsed another proposal
}

func (c *call) id() string {
	sum := sha256.Sum256(slices.Concat(c.nonce, c.creator.identity))
	return hex.EncodeToString(sum[:])
}

func (c *call) payload(t testing.TB) []byte {
	t.Helper()
	id := c.id()
	if c.otherID {
		id = hex.EncodeToString(make([]byte, sha256.Size))
	}
	header := &common.Header{
		ChannelHeader: marshal(t, &common.ChannelHeader{
			Type: int32(c.kind), Timestamp: timestamppb.New(c.at), ChannelId: c.channel, TxId: id,
			Extension: marshal(t, &peer.ChaincodeHeaderExtension{ChaincodeId: &peer.ChaincodeID{Name: c.chaincode}}),
		}),
		SignatureHeader: marshal(t, &common.SignatureHeader{Creator: c.creator.identity, Nonce: c.nonce}),
	}
	proposal := marshal(t, &peer.ChaincodeProposalPayload{
		Input: marshal(t, &peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{
			ChaincodeId: &peer.ChaincodeID{Name: c.chaincode},
			Input:       &peer.ChaincodeInput{Args: [][]byte{[]byte(c.function), c.request}},
		}}),
		TransientMap: c.transient,
	})
	hashed := slices.Concat(header.GetChannelHeader(), header.GetSignatureHeader(), proposal)
	if c.otherProposal {
		hashed = nil
	}
	sum := sha256.Sum256(hashed)
	response := marshal(t, &peer.ProposalResponsePayload{
		ProposalHash: sum[:],
		Extension: marshal(t, &peer.ChaincodeAction{
			Results: c.results, Response: &peer.Response{Status: c.status, Payload: c.answer},
			ChaincodeId: &peer.ChaincodeID{Name: c.runs, Version: "1"},
		}),
	})
	action := &peer.ChaincodeActionPayload{
		ChaincodeProposalPayload: proposal, Action: &peer.ChaincodeEndorsedAction{ProposalResponsePayload: response},
	}
	for _, e := range c.endorsers {
		action.Action.Endorsements = append(action.Action.Endorsements, &peer.Endorsement{
			Endorser: e.identity, Signature: e.sign(t, c.largeS, response, e.identity),
		})
	}
	return marshal(t, &common.Payload{Header: header, Data: marshal(t, &peer.Transaction{
		Actions: []*peer.TransactionAction{{Header: header.GetSignatureHeader(), Payload: marshal(t, action)}},
	})})
}

func (c *call) envelope(t testing.TB) []byte {
	t.Helper()
	payload := c.payload(t)
	return marshal(t, &common.Envelope{Payload: payload, Signature: c.creator.sign(t, false, payload)})
}
