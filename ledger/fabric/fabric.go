package fabric

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"github.com/vouchline/vouchline/ledger"
)

// A Client is the ledger as one organisation sees it through its peer. It is
// safe for concurrent use.
type Client struct {
	ledger.Client

	channel  string
	timeouts Timeouts
	contract *client.Contract
	blocks   *blockFinder
	close    func() error
}

var _ ledger.Transport = (*Client)(nil)

// Close ends the connection.
func (c *Client) Close() error { return c.close() }

// Submit implements [ledger.Transport]. It returns when the transaction is
// committed, or was already.
func (c *Client) Submit(ctx context.Context, call ledger.Call) (ledger.Answer, error) {
	a, err := c.transact(ctx, call)
	if unknown := new(unknownError); errors.As(err, &unknown) {
		return c.settle(ctx, call, unknown)
	}
	return a, err
}

// Evaluate implements [ledger.Transport].
func (c *Client) Evaluate(ctx context.Context, call ledger.Call) (a ledger.Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	answer, err := c.contract.EvaluateWithContext(
		ctx, call.Function, client.WithBytesArguments(call.Request), client.WithTransient(call.Transient),
	)
	if err != nil {
		return a, beforeSubmission(err)
	}
	return answerIn(answer)
}

func answerIn(b []byte) (a ledger.Answer, err error) {
	if err := json.Unmarshal(b, &a); err != nil {
		return a, fmt.Errorf("fabric: decode answer: %w", err)
	}
	return a, nil
}

// Locate implements [ledger.Transport].
func (c *Client) Locate(ctx context.Context, txID string) (ledger.Location, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	block, err := c.blocks.find(ctx, txID)
	if err != nil {
		return ledger.Location{}, err
	}
	return ledger.Location{TxID: txID, Block: block, Network: ledger.NetworkFabric, Channel: c.channel}, nil
}

// settle runs a call whose transaction had an unknown outcome again, without
// sending it, for as long as a late block may take. The contract is idempotent:
// once the transaction is committed, its answer names that transaction.
func (c *Client) settle(ctx context.Context, call ledger.Call, unknown *unknownError) (ledger.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Settle)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if a, err := c.Evaluate(ctx, call); err == nil && a.TxID == unknown.txID {
			return a, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ledger.Answer{}, unknown
		}
	}
}
