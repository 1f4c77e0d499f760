package fabric

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"

	"github.com/vouchline/vouchline/ledger"
)

// errConflict says that the transaction was committed as invalid: no effect.
var errConflict = errors.New("fabric: another transaction was faster")

// An outcome is how a transaction stands in the chain.
type outcome struct {
	code  peer.TxValidationCode
	block uint64
}

// transact runs one writing function until it is committed, refused or
// unknown, and returns its answer. A transaction that lost against another one
// over what both had read is endorsed anew: then it reads what the winner
// wrote. A batch loses as a whole and is tried as a whole.
func (c *Client) transact(ctx context.Context, call ledger.Call) (ledger.Answer, error) {
	begun, expired := c.now(), time.After(c.timeouts.Contend)
	for try := 1; ; try++ {
		a, wrote, err := c.attempt(ctx, call)
		if wrote && err == nil {
			c.remember(begun, written(call.Function, a))
		}
		if !errors.Is(err, errConflict) {
			return a, err
		}
		select {
		case <-time.After(conflictPause(try)):
			continue
		case <-expired:
		case <-ctx.Done():
		}
		return ledger.Answer{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
}

// conflictPause keeps many that lost to one another from meeting again.
func conflictPause(try int) time.Duration {
	return rand.N(min(time.Duration(try)*20*time.Millisecond, 300*time.Millisecond)) //nolint:gosec // no secret
}

// attempt endorses and sends one transaction. It reports whether the answer is
// that transaction's; if not, an earlier one did this already and there was
// nothing to write.
func (c *Client) attempt(ctx context.Context, call ledger.Call) (a ledger.Answer, wrote bool, err error) {
	proposal, err := c.contract.NewProposal(call.Function, c.proposalOf(call)...)
	if err != nil {
		return a, false, fmt.Errorf("fabric: %w", err)
	}
	tx, err := again(func() (*client.Transaction, error) {
		return within(ctx, c.timeouts.Endorse, proposal.EndorseWithContext)
	})
	if err != nil {
		return a, false, beforeSubmission(err)
	}
	if a, err = answerIn(tx.Result()); err != nil || a.TxID != tx.TransactionID() {
		return a, false, err
	}
	end, err := c.commit(ctx, tx)
	switch {
	case err != nil:
		return ledger.Answer{}, true, err
	case end.code == peer.TxValidationCode_VALID:
		c.blocks.remember(tx.TransactionID(), end.block)
		return a, true, nil
	case end.code == peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE:
		return ledger.Answer{}, true, &ledger.Error{Code: ledger.CodeForbidden, Detail: "the channel's endorsement policy refused it"}
	default:
		return ledger.Answer{}, true, fmt.Errorf("%w: %s", errConflict, end.code)
	}
}

// proposalOf: transient data goes to our own organisation's peers only. Other
// endorsers may be members of the channel and not of the private collection.
func (c *Client) proposalOf(call ledger.Call) []client.ProposalOption {
	options := []client.ProposalOption{client.WithBytesArguments(call.Request)}
	if len(call.Transient) > 0 {
		options = append(options, client.WithTransient(call.Transient), client.WithEndorsingOrganizations(c.profile.MSPID))
	}
	return options
}

// commit sends a transaction and waits for its place in the chain.
func (c *Client) commit(ctx context.Context, tx *client.Transaction) (outcome, error) {
	end, err := c.send(ctx, tx)
	if err == nil {
		return end, nil
	}
	if err = afterSubmission(err); errors.Is(err, ledger.ErrUnknown) {
		return c.settle(ctx, tx, err)
	}
	return outcome{}, err
}

func (c *Client) send(ctx context.Context, tx *client.Transaction) (outcome, error) {
	commit, err := within(ctx, c.timeouts.Submit, tx.SubmitWithContext)
	if err != nil {
		return outcome{}, err
	}
	status, err := within(ctx, c.timeouts.CommitStatus, commit.StatusWithContext)
	if err != nil {
		return outcome{}, err
	}
	return outcome{status.Code, status.BlockNumber}, nil
}

// settle looks for a transaction whose outcome was not seen, and sends the
// same signed transaction again while it is not in the chain: an orderer that
// died may have forgotten what it accepted. That cannot happen twice, for
// peers take a transaction id once and mark the others DUPLICATE_TXID.
func (c *Client) settle(ctx context.Context, tx *client.Transaction, cause error) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Settle)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		if end, err := c.chain.outcomeOf(ctx, tx.TransactionID()); err == nil {
			return end, nil
		}
		select {
		case <-time.After(pause):
			_, _ = within(ctx, time.Second, tx.SubmitWithContext) // what came of it is seen in the chain
		case <-ctx.Done():
			return outcome{}, fmt.Errorf("transaction %s: %w", tx.TransactionID(), cause)
		}
	}
}

// within bounds one step of a call.
func within[T any](
	ctx context.Context, limit time.Duration, step func(context.Context, ...grpc.CallOption) (T, error),
) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return step(ctx)
}
