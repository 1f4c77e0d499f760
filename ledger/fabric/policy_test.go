package fabric

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func dialNet(t *testing.T, org string) *Client {
	t.Helper()
	p, err := LoadProfile(fabricnet.Shared(t).Profile(org))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Connect(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// send takes a transaction to its commit past the client's own care, with
// another organisation's endorsement.
func send(t *testing.T, c *Client, endorser, function string, request any) (*client.Status, error) {
	t.Helper()
	b, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	proposal, err := c.contract.NewProposal(function, client.WithBytesArguments(b), client.WithEndorsingOrganizations(endorser))
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

// Layer 1 of deploy/fabric's four: a write needs org1's endorsement.
func TestOrg2sEndorsementIsNotEnough(t *testing.T) {
	t.Parallel()
	c, in := dialNet(t, "org1"), ledgertest.NewIssue()
	got, err := send(t, c, "Org2MSP", ledger.FuncIssueIdentity, in)
	if err != nil || got.Code != peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE {
		t.Errorf("a write endorsed by org2 alone = %+v, %v; want ENDORSEMENT_POLICY_FAILURE", got, err)
	}
	if _, _, err := c.Identity(t.Context(), in.ID); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Identity() afterwards = %v, want ErrNotFound", err)
	}
}

// Layer 2: the orderer takes no transaction from org2's clients, not even one
// that the contract would let pass because it only reads.
func TestOrdererRefusesOrg2(t *testing.T) {
	t.Parallel()
	c := dialNet(t, "org2")
	_, err := send(t, c, "Org1MSP", ledger.FuncOrganisation, ledger.ByID{ID: "manager"})
	if err == nil || !errors.Is(afterSubmission(err), ledger.ErrForbidden) {
		t.Errorf("a transaction sent by org2 = %v, want it forbidden by the orderer", err)
	}
}

// Whatever else a request carries would be kept in the block.
func TestChaincodeTakesOneRequest(t *testing.T) {
	t.Parallel()
	c := dialNet(t, "org1")
	_, err := c.contract.EvaluateWithContext(t.Context(), ledger.FuncIdentity, client.WithArguments(`{"id":"manager"}`, "Erika"))
	if refusal := refusalIn(err); !errors.Is(refusal, ledger.ErrInvalid) {
		t.Errorf("a call with two requests = %v, want invalid", err)
	}
}

// The chaincode service's port answers only who shows a certificate of its own
// organisation's peers.
func TestChaincodeServiceWantsACertificate(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	addr, err := n.Addr("cc-manager")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}} //nolint:gosec // what is tested is whether we are let in
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err == nil {
		// In TLS 1.3 the client hears of the refusal when it first reads.
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err = conn.Read(make([]byte, 1))
		_ = conn.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "certificate required") {
		t.Errorf("a connection without a certificate = %v, want a refusal", err)
	}
}

func TestErrorsOfTheGateway(t *testing.T) {
	t.Parallel()
	with := func(code codes.Code, message string, details ...string) error {
		s := status.New(code, message)
		for _, d := range details {
			next, err := s.WithDetails(&gateway.ErrorDetail{Message: d})
			if err != nil {
				t.Fatal(err)
			}
			s = next
		}
		return s.Err()
	}
	for _, c := range []struct {
		name  string
		judge func(error) error
		err   error
		want  error
	}{
		{"the contract refuses an endorsement", beforeSubmission, with(codes.Aborted, "failed to endorse", "chaincode response 500, exists: another identity has this id"), ledger.ErrExists},
		{"the contract refuses a query", beforeSubmission, with(codes.Unknown, "evaluate call: chaincode response 500, not_found: no such identity"), ledger.ErrNotFound},
		{"a chaincode that is down", beforeSubmission, with(codes.Aborted, "failed to endorse", "error in simulation: connection refused"), ledger.ErrUnavailable},
		{"another text of the chaincode", beforeSubmission, with(codes.Aborted, "failed", "chaincode response 500, decode record: not_found"), ledger.ErrUnavailable},
		{"a peer that is down", beforeSubmission, with(codes.Unavailable, "connection refused"), ledger.ErrUnavailable},
		{"an orderer that is down", afterSubmission, with(codes.Unavailable, "no orderers could successfully process transaction"), ledger.ErrUnknown},
		{"no commit status in time", afterSubmission, context.DeadlineExceeded, ledger.ErrUnknown},
		{"the channel refuses", afterSubmission, with(codes.Aborted, "no orderers", "rejected: status=FORBIDDEN, info=Writers"), ledger.ErrForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.judge(c.err); !errors.Is(got, c.want) {
				t.Errorf("judge(%v) = %v, want %v", c.err, got, c.want)
			}
		})
	}
}
