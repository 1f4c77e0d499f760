package fabric

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// turn restarts an organisation's copy of the contract so that it takes org2
// for the writer, as whoever runs org2's machines could do with theirs.
func turn(t *testing.T, n *fabricnet.Network, node string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.Dir(n.Profile("org1")), "run", node+".pid"))
	if err != nil {
		t.Fatal(err)
	}
	proc := filepath.Join("/proc", strings.TrimSpace(string(b)))
	program, err1 := os.Readlink(filepath.Join(proc, "exe"))
	environment, err2 := os.ReadFile(filepath.Join(proc, "environ"))
	if err := errors.Join(err1, err2, n.Kill(node)); err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(environment, []byte("CHAINCODE_WRITER_MSP=Org1MSP"), []byte("CHAINCODE_WRITER_MSP=Org2MSP"), 1)
	cmd := exec.Command(program)
	// The network's name is in its environment: whatever ends the network ends this.
	cmd.Env = strings.Split(strings.TrimRight(string(changed), "\x00"), "\x00")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
}

// Each layer refuses by itself: here the layer before it, the contract, lets
// org2 pass, because whoever runs a copy of it may run another program.
func TestEachLayerRefusesByItself(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	manager, in := as(t, n, "org1", "User1"), ledgertest.NewSealedIssue()
	if _, err := manager.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	consent(t, manager, in)
	user, admin := as(t, n, "org2", "User1"), as(t, n, "org2", "Admin")
	before := everywhere(t, n, ledger.FuncIdentity, ledger.ByID{ID: in.ID})
	revoke := encode(t, ledger.StatusChange{ID: in.ID, Status: ledger.StatusRevoked, Reason: ledger.ReasonFraud})

	t.Run("lifecycle endorsement", func(t *testing.T) { org2CannotChangeTheContract(t, n) })
	t.Run("private collection, on a peer that is not of it", func(t *testing.T) {
		notDisclosed(t, manager, "Org2MSP", in, "private data")
	})

	turn(t, n, "cc-telecom")
	t.Run("endorsement policy", func(t *testing.T) { // the admin passes the channel's Writers
		if got := refuser(t, admin, "Org2MSP", admin.contract, ledger.FuncSetStatus, revoke); got != byEndorsement {
			t.Errorf("org2's admin with org2's own contract is refused by %s, want %s", got, byEndorsement)
		}
	})
	t.Run("private collection, for org2 on its own peer", func(t *testing.T) {
		notDisclosed(t, user, "Org2MSP", in, noAccess)
		notDisclosed(t, admin, "Org2MSP", in, noAccess)
	})

	turn(t, n, "cc-manager") // worse than anybody outside can do: now org1's peer endorses for org2
	t.Run("channel writers", func(t *testing.T) {
		for _, endorser := range []string{"Org1MSP", "Org2MSP"} {
			if got := refuser(t, user, endorser, user.contract, ledger.FuncSetStatus, revoke); got != byOrderer {
				t.Errorf("org2's user, endorsed by %s, is refused by %s, want %s", endorser, got, byOrderer)
			}
		}
	})
	t.Run("private collection, for org2 on the peer that holds it", func(t *testing.T) {
		notDisclosed(t, user, "Org1MSP", in, noAccess)
		notDisclosed(t, admin, "Org1MSP", in, noAccess)
	})
	if got := everywhere(t, n, ledger.FuncIdentity, ledger.ByID{ID: in.ID}); got != before {
		t.Errorf("the record afterwards = %s, want %s", got, before)
	}
}

// consent lets an organisation read, so that only the layers are in the way.
func consent(t *testing.T, manager *Client, in ledger.Issue) {
	t.Helper()
	_, err1 := manager.SetOrganisationKey(t.Context(), "telecom", ledgertest.NewKey())
	_, err2 := manager.GrantConsent(t.Context(), ledger.Consent{
		Identity: in.ID, Organisation: "telecom", Attributes: []string{"birth_date"},
		Until: time.Now().Add(time.Hour).UTC().Truncate(time.Second),
	})
	disclosed, err3 := manager.Disclose(t.Context(), ledger.Pair{Identity: in.ID, Organisation: "telecom"})
	if err := errors.Join(err1, err2, err3); err != nil || len(disclosed.Sealed) != 1 {
		t.Fatalf("Disclose() by the manager = %+v, %v; want one attribute", disclosed, err)
	}
}

const noAccess = "tx creator does not have read access permission on privatedata"

// notDisclosed asks one organisation's peers for what is sealed, where the
// contract lets the caller pass: the refusal must be Fabric's own.
func notDisclosed(t *testing.T, c *Client, at string, in ledger.Issue, want string) {
	t.Helper()
	var (
		answer []byte
		err    error
	)
	ledgertest.Eventually(t, "an answer of "+at, func() error {
		answer, err = c.contract.EvaluateWithContext(
			t.Context(), ledger.FuncDisclose, client.WithBytesArguments(encode(t, ledger.Pair{Identity: in.ID, Organisation: "telecom"})),
			client.WithEndorsingOrganizations(at),
		)
		if words := strings.Join(texts(err), " "); err != nil && !strings.Contains(words, "chaincode response 500") {
			return err
		}
		return nil
	})
	if err == nil || !strings.Contains(strings.Join(texts(err), " "), want) {
		t.Errorf("Disclose() by %s at %s's peer = %s, %v; want %q", c.profile.MSPID, at, answer, err, want)
	}
}

// org2CannotChangeTheContract: another one needs both organisations. Org2 may
// approve one for itself, and that is all.
func org2CannotChangeTheContract(t *testing.T, n *fabricnet.Network) {
	t.Helper()
	admin := as(t, n, "org2", "Admin")
	contract := admin.network.GetContract("_lifecycle")
	defined := definition(t, contract)
	sequence := defined.GetSequence()
	policy := marshal(t, &peer.ApplicationPolicy{Type: &peer.ApplicationPolicy_SignaturePolicy{SignaturePolicy: anyPeerOf(t, "Org2MSP")}})

	approval := marshal(t, &lifecycle.ApproveChaincodeDefinitionForMyOrgArgs{
		Sequence: sequence + 1, Name: "identity", Version: "org2", EndorsementPlugin: "escc", ValidationPlugin: "vscc", ValidationParameter: policy,
		Collections: defined.GetCollections(),
		Source:      &lifecycle.ChaincodeSource{Type: &lifecycle.ChaincodeSource_Unavailable_{Unavailable: &lifecycle.ChaincodeSource_Unavailable{}}},
	})
	if got := refuser(t, admin, "Org2MSP", contract, "ApproveChaincodeDefinitionForMyOrg", approval); got != byNobody {
		t.Fatalf("org2's approval for itself is refused by %s, want nobody", got)
	}
	commit := marshal(t, &lifecycle.CommitChaincodeDefinitionArgs{
		Sequence: sequence + 1, Name: "identity", Version: "org2", EndorsementPlugin: "escc", ValidationPlugin: "vscc", ValidationParameter: policy,
		Collections: defined.GetCollections(),
	})
	if got := refuser(t, admin, "Org2MSP", contract, "CommitChaincodeDefinition", commit); got != byEndorsement {
		t.Errorf("a definition that org2 alone wants is refused by %s, want %s", got, byEndorsement)
	}
	proposal, err := contract.NewProposal("CommitChaincodeDefinition", client.WithBytesArguments(commit), client.WithEndorsingOrganizations("Org1MSP"))
	if err != nil {
		t.Fatal(err)
	}
	ledgertest.Eventually(t, "org1's refusal to endorse it", func() error {
		_, err := proposal.EndorseWithContext(t.Context())
		switch {
		case err == nil:
			t.Error("org1's peer endorses a definition that org1 did not approve")
		case !strings.Contains(strings.Join(texts(err), " "), "not agreed to by this org (Org1MSP)"):
			return err
		}
		return nil
	})
	if got := definition(t, as(t, n, "org1", "User1").network.GetContract("_lifecycle")); !proto.Equal(got, defined) {
		t.Errorf("the definition is %v now, want %v", got, defined)
	}
}

func definition(t *testing.T, contract *client.Contract) *lifecycle.QueryChaincodeDefinitionResult {
	t.Helper()
	var out lifecycle.QueryChaincodeDefinitionResult
	request := marshal(t, &lifecycle.QueryChaincodeDefinitionArgs{Name: "identity"})
	ledgertest.Eventually(t, "the definition", func() error {
		b, err := contract.EvaluateWithContext(t.Context(), "QueryChaincodeDefinition", client.WithBytesArguments(request))
		if err != nil {
			return err
		}
		return proto.Unmarshal(b, &out)
	})
	return &out
}

func anyPeerOf(t *testing.T, mspID string) *common.SignaturePolicyEnvelope {
	t.Helper()
	role := marshal(t, &msp.MSPRole{MspIdentifier: mspID, Role: msp.MSPRole_PEER})
	return &common.SignaturePolicyEnvelope{
		Rule: &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{NOutOf: &common.SignaturePolicy_NOutOf{
			N: 1, Rules: []*common.SignaturePolicy{{Type: &common.SignaturePolicy_SignedBy{SignedBy: 0}}},
		}}},
		Identities: []*msp.MSPPrincipal{{PrincipalClassification: msp.MSPPrincipal_ROLE, Principal: role}},
	}
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
