package fabric

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// A nodeFault is what a node that answered says is wrong.
type nodeFault string

func (f nodeFault) Error() string { return string(f) }

// askPeer evaluates a function on one peer and no other, as a gateway would
// not promise.
func (c *Client) askPeer(ctx context.Context, conn grpc.ClientConnInterface, contract *client.Contract, function string, arguments ...[]byte) ([]byte, error) {
	proposal, err := contract.NewProposal(function, client.WithBytesArguments(arguments...))
	if err != nil {
		return nil, err
	}
	b, err := proposal.Bytes()
	if err != nil {
		return nil, err
	}
	var proposed gateway.ProposedTransaction
	if err := proto.Unmarshal(b, &proposed); err != nil {
		return nil, err
	}
	signed := proposed.GetProposal()
	if signed.Signature, err = c.who.sign(proposal.Digest()); err != nil {
		return nil, err
	}
	answer, err := peer.NewEndorserClient(conn).ProcessProposal(ctx, signed)
	if err != nil {
		return nil, err
	}
	if r := answer.GetResponse(); r.GetStatus() < 200 || r.GetStatus() >= 400 {
		return nil, nodeFault(fmt.Sprintf("chaincode response %d, %s", r.GetStatus(), r.GetMessage()))
	}
	return answer.GetResponse().GetPayload(), nil
}

// peerHeight asks a peer how far its copy of the channel reaches.
func (c *Client) peerHeight(ctx context.Context, conn grpc.ClientConnInterface) (uint64, error) {
	b, err := c.askPeer(ctx, conn, c.chain.query, "GetChainInfo", []byte(c.profile.Channel))
	if err != nil {
		return 0, err
	}
	var info common.BlockchainInfo
	if err := proto.Unmarshal(b, &info); err != nil {
		return 0, err
	}
	return info.GetHeight(), nil
}

// ordererHeight asks an orderer for its newest block. One that has no leader
// refuses.
func (c *Client) ordererHeight(ctx context.Context, conn grpc.ClientConnInterface) (uint64, error) {
	request, err := c.seekNewest()
	if err != nil {
		return 0, err
	}
	stream, err := orderer.NewAtomicBroadcastClient(conn).Deliver(ctx)
	if err != nil {
		return 0, err
	}
	if err := stream.Send(request); err != nil {
		_, err = stream.Recv() // has the reason
		return 0, err
	}
	answer, err := stream.Recv()
	if err != nil {
		return 0, err
	}
	if b := answer.GetBlock(); b != nil {
		return b.GetHeader().GetNumber() + 1, nil
	}
	switch answer.GetStatus() {
	case common.Status_SERVICE_UNAVAILABLE:
		return 0, nodeFault("has no leader among the orderers")
	case common.Status_FORBIDDEN:
		return 0, nodeFault("does not let us read")
	case common.Status_NOT_FOUND:
		return 0, nodeFault("is not on the channel")
	default:
		return 0, nodeFault("answered " + answer.GetStatus().String())
	}
}

func (c *Client) seekNewest() (*common.Envelope, error) {
	newest := &orderer.SeekPosition{Type: &orderer.SeekPosition_Newest{Newest: &orderer.SeekNewest{}}}
	creator, err := c.who.serialized()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, 24)
	_, _ = rand.Read(nonce)
	channel, err1 := proto.Marshal(&common.ChannelHeader{
		Type: int32(common.HeaderType_DELIVER_SEEK_INFO), ChannelId: c.profile.Channel, Timestamp: timestamppb.Now(),
	})
	signature, err2 := proto.Marshal(&common.SignatureHeader{Creator: creator, Nonce: nonce})
	seek, err3 := proto.Marshal(&orderer.SeekInfo{Start: newest, Stop: newest, Behavior: orderer.SeekInfo_FAIL_IF_NOT_READY})
	payload, err4 := proto.Marshal(&common.Payload{Header: &common.Header{ChannelHeader: channel, SignatureHeader: signature}, Data: seek})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	digest := sha256.Sum256(payload)
	signed, err := c.who.sign(digest[:])
	return &common.Envelope{Payload: payload, Signature: signed}, err
}

// serialized is the party as Fabric's messages carry it.
func (p *party) serialized() ([]byte, error) {
	return proto.Marshal(&msp.SerializedIdentity{Mspid: p.mspID, IdBytes: p.certificate})
}
