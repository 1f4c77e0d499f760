package fabric

import (
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
)

// Whoever asks dates the transaction, and by that date the contract judges
// consents and a proof says when its statements were made. Peers hold it to
// their own clocks: authFilters and authentication in their configuration.
func TestPeersRefuseProposalsOfAnotherTime(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	for _, org := range []string{"org1", "org2"} {
		c := as(t, n, org, "User1")
		for _, tt := range []struct {
			off     time.Duration
			refused bool
		}{{-time.Hour, true}, {-5 * time.Minute, false}, {0, false}, {5 * time.Minute, false}, {time.Hour, true}, {365 * 24 * time.Hour, true}} {
			p := dated(t, c, time.Now().Add(tt.off))
			for what, err := range map[string]error{"evaluates": evaluated(t, p), "endorses": endorsed(t, p)} {
				refused := err != nil && strings.Contains(strings.Join(texts(err), " "), "incorrect timestamp")
				if refused != tt.refused || (err != nil) != tt.refused {
					t.Errorf("%s's peer %s what is dated %v off: %v, want it refused for that: %t", org, what, tt.off, err, tt.refused)
				}
			}
		}
	}
}

func evaluated(t *testing.T, p *client.Proposal) error {
	t.Helper()
	_, err := p.EvaluateWithContext(t.Context())
	return err
}

func endorsed(t *testing.T, p *client.Proposal) error {
	t.Helper()
	_, err := p.EndorseWithContext(t.Context())
	return err
}

// dated is a proposal to read an organisation, of another time.
func dated(t *testing.T, c *Client, at time.Time) *client.Proposal {
	t.Helper()
	made, err := c.contract.NewProposal(
		ledger.FuncOrganisation, client.WithBytesArguments(encode(t, ledger.ByID{ID: "manager"})), client.WithEndorsingOrganizations(c.profile.MSPID),
	)
	if err != nil {
		t.Fatal(err)
	}
	b, err := made.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var (
		outer    gateway.ProposedTransaction
		proposal peer.Proposal
		header   common.Header
		channel  common.ChannelHeader
	)
	parse(t, b, &outer)
	parse(t, outer.GetProposal().GetProposalBytes(), &proposal)
	parse(t, proposal.GetHeader(), &header)
	parse(t, header.GetChannelHeader(), &channel)
	channel.Timestamp = timestamppb.New(at)
	header.ChannelHeader = pack(t, &channel)
	proposal.Header = pack(t, &header)
	outer.Proposal.ProposalBytes = pack(t, &proposal)

	gw, err := client.Connect(c.who, client.WithSign(c.who.sign), client.WithHash(hash.SHA256), client.WithClientConnection(c.peers))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gw.Close() })
	again, err := gw.NewProposal(pack(t, &outer))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func parse(t *testing.T, b []byte, into proto.Message) {
	t.Helper()
	if err := proto.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func pack(t *testing.T, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
