package fabricnet_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
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
	t.Run("without the manager nobody changes the contract", func(t *testing.T) { defineWithoutManager(t, n) })
	t.Run("without the manager nobody changes the channel", func(t *testing.T) { reconfigureWithoutManager(t, n) })
}

// defineWithoutManager has org3 approve a definition by which it would vouch
// for writes itself, and commit it, first alone and then with org2: two of three
// are a majority. The orderer takes the administrators' transactions; that the
// manager must endorse a definition is seen by every peer.
func defineWithoutManager(t *testing.T, n *fabricnet.Network) {
	t.Helper()
	definition := append(
		orderer(t, n), "--channelID", "identity", "--name", "identity", "--version", "coup", "--sequence", "2",
		"--signature-policy", "OR('Org3MSP.peer')", "--collections-config", filepath.Join(n.Dir(), "cfg/collections.json"),
	)
	chaincode := func(node, domain, command string, more ...string) (string, error) {
		return admin(t, n, node, domain, slices.Concat([]string{"lifecycle", "chaincode", command}, definition, more)...)
	}
	if out, err := chaincode("p0", "partner.test", "approveformyorg"); err != nil {
		t.Fatalf("org3's approval of its own definition = %v, %s", err, out)
	}
	refused := func(who string, more ...string) {
		t.Helper()
		if out, err := chaincode("p0", "partner.test", "commit", more...); err == nil || !strings.Contains(out, "ENDORSEMENT_POLICY_FAILURE") {
			t.Errorf("a definition committed by %s = %v, %s; want ENDORSEMENT_POLICY_FAILURE", who, err, out)
		}
	}
	refused("org3 alone")
	if out, err := chaincode("t0", "telecom.test", "approveformyorg"); err != nil {
		t.Fatalf("org2's approval of org3's definition = %v, %s", err, out)
	}
	refused("org2 and org3", slices.Concat(endorser(t, n, "org2"), endorser(t, n, "org3"))...)
}

// reconfigureWithoutManager has org2 and org3 ask for a channel on which any one
// of them could change the contract.
func reconfigureWithoutManager(t *testing.T, n *fabricnet.Network) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", `set -euo pipefail
		SCRIPTS=$PWD/deploy/fabric
		. "$SCRIPTS/lib/all.sh"
		topology saved
		mapfile -t ord < <(to_orderer)
		cd "$1"
		as_admin t0 channel fetch config block.pb -c "$CHANNEL" "${ord[@]}"
		decode common.Block block.pb | jq '.data.data[0].payload.data.config' >config.json
		jq '.channel_group.groups.Application.policies.LifecycleEndorsement.policy =
			{type: 3, value: {rule: "ANY", sub_policy: "Endorsement"}}' config.json >updated.json
		encode common.Config config.json >config.pb
		encode common.Config updated.json >updated.pb
		"$FABRIC_BIN/configtxlator" compute_update --channel_id "$CHANNEL" --original config.pb --updated updated.pb --output update.pb
		decode common.ConfigUpdate update.pb |
			jq --arg channel "$CHANNEL" '{payload: {header: {channel_header: {channel_id: $channel, type: 2}}, data: {config_update: .}}}' >envelope.json
		encode common.Envelope envelope.json >envelope.pb
		as_admin p0 channel signconfigtx -f envelope.pb
		echo "the update is made"
		as_admin t0 channel update -f envelope.pb -c "$CHANNEL" "${ord[@]}"`, "bash", t.TempDir())
	cmd.Dir, cmd.Env = testenv.Root(), n.Command("network.sh").Env
	out, err := cmd.CombinedOutput()
	if said := string(out); err == nil || !strings.Contains(said, "the update is made") || !strings.Contains(said, "policy for [Policy]") {
		t.Errorf("a channel as org2 and org3 want it = %v, %s; want it refused by the policy", err, said)
	}
}

// orderer names the orderer to the peer's command.
func orderer(t *testing.T, n *fabricnet.Network) []string {
	t.Helper()
	address, err := n.Addr("orderer")
	if err != nil {
		t.Fatal(err)
	}
	return []string{"-o", address, "--tls", "--cafile", filepath.Join(n.Dir(), "crypto/ordererOrganizations/orderer.test/tlsca/tlsca.orderer.test-cert.pem")}
}

// endorser names an organisation's first peer to the peer's command.
func endorser(t *testing.T, n *fabricnet.Network, org string) []string {
	t.Helper()
	p, err := fabric.LoadProfile(n.Profile(org))
	if err != nil {
		t.Fatal(err)
	}
	authority := filepath.Join(t.TempDir(), org+".pem")
	if err := os.WriteFile(authority, p.Peers[0].TLSCA, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--peerAddresses", p.Peers[0].Address, "--tlsRootCertFiles", authority}
}
