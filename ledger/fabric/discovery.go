package fabric

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"slices"
	"strconv"

	"github.com/hyperledger/fabric-protos-go-apiv2/discovery"
	"github.com/hyperledger/fabric-protos-go-apiv2/gossip"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/ledger"
)

// A place is a node of the channel and how to speak to it.
type place struct {
	node  ledger.Node // Name, Kind, MSP and Address
	tlsCA []byte      // PEM
}

// The kinds of nodes.
const (
	kindPeer    = "peer"
	kindOrderer = "orderer"
)

// discover asks our peer for the channel's peers and orderers and for the TLS
// authorities of their organisations. Peers that are down disappear from
// Fabric's list after a while, so the directory remembers them.
//
// Fabric answers only who is among the channel's writers.
func (c *Client) discover(ctx context.Context) ([]place, error) {
	channel := c.profile.Channel
	results, err := c.askDiscovery(
		ctx,
		&discovery.Query{Channel: channel, Query: &discovery.Query_ConfigQuery{ConfigQuery: &discovery.ConfigQuery{}}},
		&discovery.Query{Channel: channel, Query: &discovery.Query_PeerQuery{PeerQuery: &discovery.PeerMembershipQuery{}}},
	)
	if err != nil {
		return nil, err
	}
	config := results[0].GetConfigResult()
	var out []place
	for id, endpoints := range config.GetOrderers() {
		for _, e := range endpoints.GetEndpoint() {
			address := net.JoinHostPort(e.GetHost(), strconv.Itoa(int(e.GetPort())))
			out = append(out, place{ledger.Node{Name: address, Kind: kindOrderer, MSP: id, Address: address}, authoritiesOf(config, id)})
		}
	}
	for id, peers := range results[1].GetMembers().GetPeersByOrg() {
		for _, p := range peers.GetPeers() {
			if address := endpointOf(p); address != "" {
				out = append(out, place{ledger.Node{Name: nameOf(p, address), Kind: kindPeer, MSP: id, Address: address}, authoritiesOf(config, id)})
			}
		}
	}
	return out, nil
}

func (c *Client) askDiscovery(ctx context.Context, queries ...*discovery.Query) ([]*discovery.QueryResult, error) {
	creator, err := c.who.serialized()
	if err != nil {
		return nil, err
	}
	payload, err := proto.Marshal(&discovery.Request{
		Authentication: &discovery.AuthInfo{ClientIdentity: creator}, Queries: queries,
	})
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(payload)
	signature, err := c.who.sign(digest[:])
	if err != nil {
		return nil, err
	}
	response, err := discovery.NewDiscoveryClient(c.peers).Discover(ctx, &discovery.SignedRequest{Payload: payload, Signature: signature})
	if err != nil {
		return nil, err
	}
	if len(response.GetResults()) != len(queries) {
		return nil, errors.New("fabric: discovery left a question unanswered")
	}
	for _, r := range response.GetResults() {
		if e := r.GetError(); e != nil {
			return nil, errors.New("fabric: discovery: " + e.GetContent())
		}
	}
	return response.GetResults(), nil
}

func authoritiesOf(config *discovery.ConfigResult, mspID string) []byte {
	m := config.GetMsps()[mspID]
	return slices.Concat(slices.Concat(m.GetTlsRootCerts()...), slices.Concat(m.GetTlsIntermediateCerts()...))
}

func endpointOf(p *discovery.Peer) string {
	var m gossip.GossipMessage
	if proto.Unmarshal(p.GetMembershipInfo().GetPayload(), &m) != nil {
		return ""
	}
	return m.GetAliveMsg().GetMembership().GetEndpoint()
}

// nameOf is the name in the peer's certificate.
func nameOf(p *discovery.Peer, otherwise string) string {
	var id msp.SerializedIdentity
	if proto.Unmarshal(p.GetIdentity(), &id) != nil {
		return otherwise
	}
	block, _ := pem.Decode(id.GetIdBytes())
	if block == nil {
		return otherwise
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil || certificate.Subject.CommonName == "" {
		return otherwise
	}
	return certificate.Subject.CommonName
}
