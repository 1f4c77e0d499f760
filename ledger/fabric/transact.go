package fabric

import (
	"context"
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

// An unknownError is [ledger.ErrUnknown] with the transaction it is about.
type unknownError struct {
	txID string
	err  error
}

func (e *unknownError) Error() string { return fmt.Sprintf("transaction %s: %v", e.txID, e.err) }
func (e *unknownError) Unwrap() error { return e.err }

// transact runs one writing function until it is committed, refused or
// unknown, and returns its answer.
func (c *Client) transact(ctx context.Context, call ledger.Call) (a ledger.Answer, err error) {
	for range maxConflicts {
		if a, err = c.attempt(ctx, call); !errors.Is(err, errConflict) {
			return a, err
		}
	}
	return ledger.Answer{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
}

func (c *Client) attempt(ctx context.Context, call ledger.Call) (a ledger.Answer, err error) {
	proposal, err := c.contract.NewProposal(
		call.Function, client.WithBytesArguments(call.Request), client.WithTransient(call.Transient),
	)
	if err != nil {
		return a, fmt.Errorf("fabric: %w", err)
	}
	tx, err := within(ctx, c.timeouts.Endorse, proposal.EndorseWithContext)
	if err != nil {
		return a, beforeSubmission(err)
	}
	if a, err = answerIn(tx.Result()); err != nil {
		return a, err
	}
	if a.TxID != proposal.TransactionID() {
		return a, nil // an earlier transaction did this already: nothing to write
	}
	commit, err := within(ctx, c.timeouts.Submit, tx.SubmitWithContext)
	if err != nil {
		return a, c.sent(proposal, err)
	}
	result, err := within(ctx, c.timeouts.CommitStatus, commit.StatusWithContext)
	if err != nil {
		return a, c.sent(proposal, err)
	}
	switch {
	case result.Successful:
		c.blocks.remember(result.TransactionID, result.BlockNumber)
		return a, nil
	case result.Code == peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE:
		return a, &ledger.Error{Code: ledger.CodeForbidden, Detail: "the channel's endorsement policy refused it"}
	default:
		return a, fmt.Errorf("%w: %s", errConflict, result.Code)
	}
}

// sent judges an error after submission.
func (c *Client) sent(proposal *client.Proposal, err error) error {
	if err = afterSubmission(err); errors.Is(err, ledger.ErrUnknown) {
		return &unknownError{proposal.TransactionID(), err}
	}
	return err
}

// beforeSubmission tells a refusal by the contract from a network that does
// not work. Either way nothing was written.
func beforeSubmission(err error) error {
	if refusal := refusalIn(err); refusal != nil {
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

// refusalIn finds the contract's own words in what the gateway reports; nil
// where there are none. The
// chaincode's text is in the details, behind Fabric's words for the fact.
func refusalIn(err error) error {
	for _, text := range texts(err) {
		_, words, found := strings.Cut(text, "chaincode response 500, ")
		if !found {
			continue
		}
		if refusal, ok := ledger.ParseError(words); ok {
			return refusal
		}
		if refusal, ok := ledger.ParseItemError(words); ok {
			return refusal
		}
	}
	return nil
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
