package fabric

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric/proof"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// Two changes of one identity are made from the same version. Both are on the
// chain, in blocks that the orderer signed, endorsed and signed by who may
// write; one of them without effect. Only the other proves.
func TestTransactionWithoutEffectProvesNothing(t *testing.T) {
	t.Parallel()
	c, in := as(t, fabricnet.Shared(t), "org1", "User1"), ledgertest.NewIssue()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	var prepared []*client.Transaction
	for _, reason := range []string{ledger.ReasonUnderReview, ledger.ReasonAdministrative} {
		request, err := json.Marshal(ledger.StatusChange{ID: in.ID, Status: ledger.StatusSuspended, Reason: reason})
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.contract.NewProposal(ledger.FuncSetStatus, client.WithBytesArguments(request), client.WithEndorsingOrganizations("Org1MSP"))
		if err != nil {
			t.Fatal(err)
		}
		tx, err := p.EndorseWithContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		prepared = append(prepared, tx)
	}
	var outcomes []*client.Status
	for _, tx := range prepared {
		commit, err := tx.SubmitWithContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s, err := commit.StatusWithContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		outcomes = append(outcomes, s)
	}
	if outcomes[0].Code != peer.TxValidationCode_VALID || outcomes[1].Code != peer.TxValidationCode_MVCC_READ_CONFLICT {
		t.Fatalf("outcomes %s, %s; want the second without effect", outcomes[0].Code, outcomes[1].Code)
	}
	b, err := c.Prove(t.Context(), in.ID)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := c.Trust(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := proof.Check(b, trust)
	if err != nil || got.Location.TxID != prepared[0].TransactionID() || got.Record.Reason != ledger.ReasonUnderReview {
		t.Errorf("Check() = %+v, %v; want the transaction that had effect", got, err)
	}

	// The other's block with all that peers can be brought to state.
	block, err := c.chain.block(t.Context(), outcomes[1].BlockNumber)
	if err != nil {
		t.Fatal(err)
	}
	statements, err := c.statements(t.Context(), in.ID, []string{"Org1MSP"})
	if err != nil {
		t.Fatal(err)
	}
	if b, err = proof.Build(block, statements); err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Check(b, trust); !errors.Is(err, proof.ErrRefused) || !strings.Contains(err.Error(), "another block") {
		t.Errorf("Check(the block of the one without effect) = %v, want a refusal", err)
	}
}

// An organisation whose peers are down is missing in a proof; so is, in the
// end, one that has not heard of the record.
func TestProofWithoutTheOtherOrganisation(t *testing.T) {
	t.Parallel()
	n := fabricnet.Start(t)
	c, in := as(t, n, "org1", "User1"), ledgertest.NewIssue()
	trust, err := c.Trust(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range []string{"t0", "t1"} {
		if err := n.Kill(node); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	b, err := c.Prove(t.Context(), in.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := proof.Check(b, trust)
	if last := got.Signers[len(got.Signers)-1]; err != nil || last.Role != "witness" || last.MSP != "Org1MSP" {
		t.Errorf("Check() = %+v, %v; want the statement of Org1MSP alone", got, err)
	}
	parsed, err := proof.ParseTrust(trust)
	if err != nil {
		t.Fatal(err)
	}
	parsed.Witnesses = []string{"Org2MSP"}
	if _, err := parsed.Check(b); !errors.Is(err, proof.ErrRefused) {
		t.Errorf("Check(org2 must witness) = %v, want a refusal", err)
	}
}
