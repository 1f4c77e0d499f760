package fabric

import (
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/ledger"
)

// What a call carries beside its arguments goes to our own organisation's
// peers; any other call to whomever the endorsement policy wants.
func TestTransientDataIsEndorsedByUsAlone(t *testing.T) {
	t.Parallel()
	f, a := newFolder(t), newAuthority(t)
	c := open(t, Profile{
		Peers: []Peer{{Address: "127.0.0.1:1", TLSCA: a.pem()}}, MSPID: "Org1MSP", Channel: "identity", Chaincode: "identity",
		Certificate: f.write("cert.pem", string(a.pem())), Key: f.write("key.pem", a.keyPEM(t)),
	})
	for _, k := range []struct {
		name string
		call ledger.Call
		want []string
	}{
		{"with transient data", ledger.Call{Function: "f", Transient: map[string][]byte{"id": []byte("sealed")}}, []string{"Org1MSP"}},
		{"without", ledger.Call{Function: "f"}, nil},
	} {
		proposal, err := c.contract.NewProposal(k.call.Function, c.proposalOf(k.call)...)
		if err != nil {
			t.Fatal(err)
		}
		b, err := proposal.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		var proposed gateway.ProposedTransaction
		if err := proto.Unmarshal(b, &proposed); err != nil {
			t.Fatal(err)
		}
		if got := proposed.GetEndorsingOrganizations(); !slices.Equal(got, k.want) {
			t.Errorf("%s: endorsers are %v, want %v", k.name, got, k.want)
		}
	}
}
