package fabricnet_test

import (
	"bufio"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// addOrg runs add-org.sh to its end, or, when a line is given, kills it and
// what it waits for as soon as it says that.
func addOrg(t *testing.T, n *fabricnet.Network, until string) {
	t.Helper()
	cmd := n.Command("add-org.sh", "bank", "First Bank", "relying_party")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if until != "" && strings.Contains(lines.Text(), until) {
			if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			return
		}
	}
	if err := cmd.Wait(); err != nil || until != "" {
		t.Fatalf("add-org.sh without having said %q: %v\n%s", until, err, stderr.String())
	}
}

// The organisation that joins is killed half way, twice, and the network goes
// on without it; then it is in, reads, and is refused at each of the layers.
func TestAddOrganisation(t *testing.T) { // one network at a time
	n := fabricnet.Start(t)
	manager, in := connect(t, n, "org1"), ledgertest.NewIssue()
	if _, err := manager.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	addOrg(t, n, "the members have admitted")
	addOrg(t, n, "has joined and approved")
	if err := n.Up(); err != nil {
		t.Fatalf("the network with an organisation half way in: %v", err)
	}
	addOrg(t, n, "")
	addOrg(t, n, "") // what is done is not done again
	if err := n.Up(); err != nil {
		t.Fatal(err)
	}
	partner := connect(t, n, "org3")
	if got, _, err := partner.Identity(t.Context(), in.ID); err != nil || got.ID != in.ID {
		t.Errorf("Identity(by org3) = %+v, %v; want the record", got, err)
	}
	if got, err := partner.Organisation(t.Context(), "bank"); err != nil || got.MSP != "Org3MSP" || got.Role != ledger.RoleRelyingParty {
		t.Errorf("Organisation(bank) = %+v, %v; want Org3MSP, a relying party", got, err)
	}

	t.Run("the contract refuses its client", func(t *testing.T) {
		if _, err := partner.Issue(t.Context(), ledgertest.NewIssue()); !errors.Is(err, ledger.ErrForbidden) {
			t.Errorf("Issue(by org3) = %v, want forbidden", err)
		}
	})
	t.Run("the contract refuses its administrator", func(t *testing.T) {
		out, err := admin(t, n, "p0", "partner.test", "chaincode", "query", "-C", "identity", "-n", "identity",
			"-c", `{"Args":["SetOrganisationStatus","{\"id\":\"bank\",\"status\":\"active\"}"]}`)
		if err == nil || !strings.Contains(out, "forbidden: ") {
			t.Errorf("a write by org3's administrator = %v, %s; want forbidden", err, out)
		}
	})
	t.Run("the orderer refuses its client", func(t *testing.T) {
		_, err := send(t, raw(t, n, "org3"), "Org1MSP", ledger.FuncOrganisation, ledger.ByID{ID: "manager"})
		if err == nil || !strings.Contains(err.Error(), "FORBIDDEN") {
			t.Errorf("a transaction sent by org3 = %v, want FORBIDDEN", err)
		}
	})
	t.Run("its endorsement counts for nothing", func(t *testing.T) {
		got, err := send(t, raw(t, n, "org1"), "Org3MSP", ledger.FuncIssueIdentity, ledgertest.NewIssue())
		if err != nil || got.Code != peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE {
			t.Errorf("a write endorsed by org3 alone = %+v, %v; want ENDORSEMENT_POLICY_FAILURE", got, err)
		}
	})
	t.Run("alone it cannot change the contract", func(t *testing.T) { defineAlone(t, n) })
}

// defineAlone has org3 approve a definition by which it would vouch for writes
// itself, and commit it. The orderer takes the administrator's transactions;
// that a majority must endorse them is seen by every peer.
func defineAlone(t *testing.T, n *fabricnet.Network) {
	t.Helper()
	orderer, err := n.Addr("orderer")
	if err != nil {
		t.Fatal(err)
	}
	definition := []string{
		"-o", orderer, "--tls", "--cafile", filepath.Join(n.Dir(), "crypto/ordererOrganizations/orderer.test/tlsca/tlsca.orderer.test-cert.pem"),
		"--channelID", "identity", "--name", "identity", "--version", "coup", "--sequence", "2", "--signature-policy", "OR('Org3MSP.peer')",
		"--collections-config", filepath.Join(n.Dir(), "cfg/collections.json"),
	}
	run := func(command string) (string, error) {
		return admin(t, n, "p0", "partner.test", append([]string{"lifecycle", "chaincode", command}, definition...)...)
	}
	if out, err := run("approveformyorg"); err != nil {
		t.Fatalf("org3's approval of its own definition = %v, %s", err, out)
	}
	out, err := run("commit")
	if err == nil || !strings.Contains(out, "ENDORSEMENT_POLICY_FAILURE") {
		t.Errorf("a definition committed by org3 alone = %v, %s; want ENDORSEMENT_POLICY_FAILURE", err, out)
	}
}
