package fabricnet_test

import (
	"crypto/x509"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// connect is an organisation's client, as the service has it.
func connect(t *testing.T, n *fabricnet.Network, org string) *fabric.Client {
	t.Helper()
	p, err := fabric.LoadProfile(n.Profile(org))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// raw is the same client without the care of package fabric.
func raw(t *testing.T, n *fabricnet.Network, org string) *client.Contract {
	t.Helper()
	p, err := fabric.LoadProfile(n.Profile(org))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(p.Peers[0].TLSCA)
	conn, err := grpc.NewClient(p.Peers[0].Address, grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(roots, "")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	certificate, err := identity.CertificateFromPEM(read(t, p.Certificate))
	if err != nil {
		t.Fatal(err)
	}
	key, err := identity.PrivateKeyFromPEM(read(t, p.Key))
	if err != nil {
		t.Fatal(err)
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		t.Fatal(err)
	}
	id, err := identity.NewX509Identity(p.MSPID, certificate)
	if err != nil {
		t.Fatal(err)
	}
	g, err := client.Connect(id, client.WithSign(sign), client.WithHash(hash.SHA256), client.WithClientConnection(conn))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g.GetNetwork(p.Channel).GetContract(p.Chaincode)
}

// send takes a transaction to its commit with one organisation's endorsement.
func send(t *testing.T, c *client.Contract, endorser, function string, request any) (*client.Status, error) {
	t.Helper()
	b, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	proposal, err := c.NewProposal(function, client.WithBytesArguments(b), client.WithEndorsingOrganizations(endorser))
	if err != nil {
		t.Fatal(err)
	}
	var tx *client.Transaction
	ledgertest.Eventually(t, "an endorsement by "+endorser, func() error {
		tx, err = proposal.EndorseWithContext(t.Context())
		return err
	})
	commit, err := tx.SubmitWithContext(t.Context())
	if err != nil {
		return nil, err
	}
	return commit.StatusWithContext(t.Context())
}

// admin runs the peer command as the administrator of the peer's organisation.
func admin(t *testing.T, n *fabricnet.Network, node, organisation string, args ...string) (string, error) {
	t.Helper()
	msp, err := filepath.Glob(filepath.Join(n.Dir(), "*", "peerOrganizations", organisation, "users", "Admin@"+organisation, "msp"))
	if err != nil || len(msp) != 1 {
		t.Fatalf("folder of the administrator of %s: %v, %v", organisation, msp, err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(fabricnet.Programs(t), "peer"), args...) //nolint:gosec // Fabric's own program
	cmd.Env = append(os.Environ(),
		"FABRIC_CFG_PATH="+filepath.Join(n.Dir(), "cfg", node), "FABRIC_LOGGING_SPEC=error", "CORE_PEER_MSPCONFIGPATH="+msp[0])
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path) //nolint:gosec // the network's own folder
	if err != nil {
		t.Fatal(err)
	}
	return b
}
