package fabric

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/status"

	"github.com/vouchline/vouchline/ledger"
)

// maxConflicts is how often a transaction is endorsed anew because another one
// changed what it had read. After one conflict the peer has the winner's
// record, so the second try normally ends the matter.
const maxConflicts = 5

// errConflict says that the transaction was committed as invalid: no effect.
var errConflict = errors.New("fabric: another transaction was faster")

// transact runs one writing function until it is committed, refused or
// unknown, and returns the record it leaves.
func (c *Client) transact(ctx context.Context, function string, request any) (ledger.Identity, error) {
	b, err := json.Marshal(request)
	if err != nil {
		return ledger.Identity{}, err
	}
	for range maxConflicts {
		var i ledger.Identity
		if i, err = c.attempt(ctx, function, b); !errors.Is(err, errConflict) {
			return i, err
		}
	}
	return ledger.Identity{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
}

func (c *Client) attempt(ctx context.Context, function string, request []byte) (i ledger.Identity, err error) {
	proposal, err := c.contract.NewProposal(function, client.WithBytesArguments(request))
	if err != nil {
		return i, fmt.Errorf("fabric: %w", err)
	}
	tx, err := within(ctx, c.timeouts.Endorse, proposal.EndorseWithContext)
	if err != nil {
		return i, beforeSubmission(err)
	}
	if err := json.Unmarshal(tx.Result(), &i); err != nil {
		return i, fmt.Errorf("fabric: decode record: %w", err)
	}
	if i.UpdateTxID != proposal.TransactionID() {
		return i, nil // an earlier transaction did this already: nothing to write
	}
	commit, err := within(ctx, c.timeouts.Submit, tx.SubmitWithContext)
	if err != nil {
		return i, afterSubmission(err)
	}
	result, err := within(ctx, c.timeouts.CommitStatus, commit.StatusWithContext)
	if err != nil {
		return i, afterSubmission(err)
	}
	switch {
	case result.Successful:
		c.blocks.remember(result.TransactionID, result.BlockNumber)
		return i, nil
	case result.Code == peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE:
		return i, &ledger.Error{Code: ledger.CodeForbidden, Detail: "the channel's endorsement policy refused it"}
	default:
		return i, fmt.Errorf("%w: %s", errConflict, result.Code)
	}
}

// beforeSubmission tells a refusal by the contract from a network that does
// not work. Either way nothing was written.
func beforeSubmission(err error) error {
	if refusal, ok := refusalIn(err); ok {
		return refusal
	}
	return fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
}

// afterSubmission: the orderer's refusal is the only certain answer.
func afterSubmission(err error) error {
	for _, text := range texts(err) {
		if strings.Contains(text, "status=FORBIDDEN") {
			return &ledger.Error{Code: ledger.CodeForbidden, Detail: "the channel's policy refused it"}
		}
	}
	return fmt.Errorf("%w: %w", ledger.ErrUnknown, err)
}

// refusalIn finds the contract's own words in what the gateway reports. The
// chaincode's text is in the details, behind Fabric's words for the fact.
func refusalIn(err error) (*ledger.Error, bool) {
	for _, text := range texts(err) {
		_, words, found := strings.Cut(text, "chaincode response 500, ")
		if !found {
			continue
		}
		if refusal, ok := ledger.ParseError(words); ok {
			return refusal, true
		}
	}
	return nil, false
}

func texts(err error) []string {
	s := status.Convert(err)
	out := []string{s.Message()}
	for _, d := range s.Details() {
		if detail, ok := d.(*gateway.ErrorDetail); ok {
			out = append(out, detail.GetMessage())
		}
	}
	return out
}
