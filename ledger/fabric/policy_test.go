package fabric

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// as connects as one of an organisation's people, through their own peers.
func as(t *testing.T, n *fabricnet.Network, org, person string) *Client {
	t.Helper()
	p, err := LoadProfile(n.Profile(org))
	if err != nil {
		t.Fatal(err)
	}
	p.Certificate, p.Key = strings.ReplaceAll(p.Certificate, "User1", person), strings.ReplaceAll(p.Key, "User1", person)
	return open(t, p)
}

func open(t *testing.T, p Profile) *Client {
	t.Helper()
	c, err := Connect(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Who refuses a transaction.
const (
	byContract    = "the contract" // at endorsement
	byPeer        = "the peer"     // which takes no proposal from this caller
	byOrderer     = "the orderer"  // the channel's Writers
	byEndorsement = "the endorsement policy"
	byNobody      = "nobody" // it is valid
)

// refuser takes a transaction as far as it comes, past the client's own care
// and endorsed by one organisation, and says who stopped it.
func refuser(t *testing.T, c *Client, endorser string, contract *client.Contract, function string, request []byte) string {
	t.Helper()
	proposal, err := contract.NewProposal(function, client.WithBytesArguments(request), client.WithEndorsingOrganizations(endorser))
	if err != nil {
		t.Fatal(err)
	}
	var (
		tx *client.Transaction
		by string
	)
	ledgertest.Eventually(t, "an answer of "+endorser, func() error {
		tx, err = proposal.EndorseWithContext(t.Context())
		switch {
		case err == nil:
		case errors.Is(beforeSubmission(err), ledger.ErrForbidden):
			by = byContract
		case strings.Contains(strings.Join(texts(err), " "), "failed evaluating policy"):
			by = byPeer
		default:
			return errors.New(strings.Join(texts(err), ": "))
		}
		return nil
	})
	if by != "" {
		return by
	}
	commit, err := tx.SubmitWithContext(t.Context())
	if err != nil {
		if !errors.Is(afterSubmission(err), ledger.ErrForbidden) {
			t.Fatalf("Submit() of %s = %v, want it taken or forbidden", function, err)
		}
		return byOrderer
	}
	status, err := commit.StatusWithContext(t.Context())
	switch {
	case err != nil:
		t.Fatal(err)
	case status.Code == peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE:
		return byEndorsement
	case !status.Successful:
		t.Fatalf("%s was committed as %s", function, status.Code)
	}
	return byNobody
}

// onPeers evaluates a function on each peer by itself, as the manager's user.
func onPeers(t *testing.T, n *fabricnet.Network, function string, request any) map[string]string {
	t.Helper()
	manager := as(t, n, "org1", "User1")
	out := map[string]string{}
	for node, org := range map[string]string{"m0": "org1", "t0": "org2", "t1": "org2"} {
		p, err := LoadProfile(n.Profile(org))
		if err != nil {
			t.Fatal(err)
		}
		addr, err := n.Addr(node)
		if err != nil {
			t.Fatal(err)
		}
		creds, err := Peer{Address: addr, TLSCA: p.Peers[0].TLSCA}.credentials()
		if err != nil {
			t.Fatal(err)
		}
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(creds))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := manager.askPeer(t.Context(), conn, manager.contract, function, encode(t, request))
		if err != nil {
			answer = []byte(err.Error())
		}
		out[node] = string(answer)
		_ = conn.Close()
	}
	return out
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everywhere waits until all peers answer alike, and returns the answer.
func everywhere(t *testing.T, n *fabricnet.Network, function string, request any) string {
	t.Helper()
	var answers map[string]string
	ledgertest.Eventually(t, "all peers to hold the same", func() error {
		if answers = onPeers(t, n, function, request); answers["m0"] != answers["t0"] || answers["m0"] != answers["t1"] {
			return errors.New(cmp.Diff(answers["m0"], answers["t0"]) + cmp.Diff(answers["m0"], answers["t1"]))
		}
		return nil
	})
	return answers["m0"]
}

// A write is one that nobody but the manager may make.
type write struct {
	function string
	request  any
}

func forbiddenWrites(id string) []write {
	return []write{
		{ledger.FuncIssueIdentity, ledgertest.NewIssue()},
		{ledger.FuncSetStatus, ledger.StatusChange{ID: id, Status: ledger.StatusRevoked, Reason: ledger.ReasonFraud}},
		{ledger.FuncEraseIdentity, ledger.ByID{ID: id}},
		{ledger.FuncAddKey, ledger.KeyRequest{Identity: id, Key: ledgertest.NewKey()}},
		{ledger.FuncSetOrganisationStatus, ledger.OrganisationStatus{ID: "manager", Status: ledger.StatusSuspended}},
	}
}

// Who may write: the whole table, and after each try the record as it was, on
// every peer.
func TestOnlyTheManagerWrites(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	manager, in := as(t, n, "org1", "User1"), ledgertest.NewIssue()
	if _, err := manager.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	before := everywhere(t, n, ledger.FuncIdentity, ledger.ByID{ID: in.ID})
	orderers := manager.profile
	orderers.MSPID = "OrdererMSP"
	orderers.Certificate = strings.NewReplacer("peerOrganizations/manager.test", "ordererOrganizations/orderer.test", "User1@manager", "Admin@orderer").Replace(orderers.Certificate)
	orderers.Key = strings.NewReplacer("peerOrganizations/manager.test", "ordererOrganizations/orderer.test", "User1@manager", "Admin@orderer").Replace(orderers.Key)

	for _, c := range []struct {
		name     string
		client   *Client
		endorser string
		writes   string // who refuses what would write
		reads    string // who refuses what only reads, when it is sent as a transaction
	}{
		{"org2's user, endorsed by org1", as(t, n, "org2", "User1"), "Org1MSP", byContract, byOrderer},
		{"org2's user, endorsed by org2", as(t, n, "org2", "User1"), "Org2MSP", byContract, byOrderer},
		{"org2's admin, endorsed by org1", as(t, n, "org2", "Admin"), "Org1MSP", byContract, byNobody},
		{"org2's admin, endorsed by org2", as(t, n, "org2", "Admin"), "Org2MSP", byContract, byEndorsement},
		{"org1's user, endorsed by org2", manager, "Org2MSP", byEndorsement, byEndorsement},
		{"the orderers' admin, endorsed by org1", open(t, orderers), "Org1MSP", byPeer, byPeer},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, w := range forbiddenWrites(in.ID) {
				if got := refuser(t, c.client, c.endorser, c.client.contract, w.function, encode(t, w.request)); got != c.writes {
					t.Errorf("%s is refused by %s, want %s", w.function, got, c.writes)
				}
				if issue, ok := w.request.(ledger.Issue); ok {
					if got := everywhere(t, n, ledger.FuncIdentity, ledger.ByID{ID: issue.ID}); !strings.Contains(got, "not_found") {
						t.Errorf("%s left %s", w.function, got)
					}
				}
			}
			if got := refuser(t, c.client, c.endorser, c.client.contract, ledger.FuncIdentity, encode(t, ledger.ByID{ID: in.ID})); got != c.reads {
				t.Errorf("a transaction that reads is refused by %s, want %s", got, c.reads)
			}
			if diff := cmp.Diff(before, everywhere(t, n, ledger.FuncIdentity, ledger.ByID{ID: in.ID})); diff != "" {
				t.Errorf("the record afterwards (-before +after):\n%s", diff)
			}
		})
	}
}

// Both organisations' people read, each from their own peers.
func TestEverybodyOfTheChannelReads(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	in := ledgertest.NewIssue()
	at, err := as(t, n, "org1", "User1").Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range [][2]string{{"org1", "User1"}, {"org1", "Admin"}, {"org2", "User1"}, {"org2", "Admin"}} {
		c := as(t, n, who[0], who[1])
		ledgertest.Eventually(t, who[1]+" of "+who[0]+" to read", func() error {
			got, where, err := c.Identity(t.Context(), in.ID)
			if err == nil && (!got.IssuedFrom(in) || where != at) {
				t.Errorf("Identity() by %s of %s = %+v at %+v, want it as issued", who[1], who[0], got, where)
			}
			return err
		})
		if history, err := c.History(t.Context(), in.ID); err != nil || len(history) != 1 {
			t.Errorf("History() by %s of %s = %+v, %v; want the issue", who[1], who[0], history, err)
		}
	}
}
