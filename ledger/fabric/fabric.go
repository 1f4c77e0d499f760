package fabric

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"github.com/vouchline/vouchline/ledger"
)

// A Client is the ledger as one organisation sees it through its peers. It is
// safe for concurrent use.
type Client struct {
	ledger.Client

	profile  Profile
	cfg      Config
	timeouts Timeouts
	who      *party
	peers    *connection
	network  *client.Network
	contract *client.Contract
	chain    *chainReader
	blocks   *blockFinder
	nodes    *directory
	commits  ledger.Commits
	close    func() error
}

var _ ledger.Transport = (*Client)(nil)

// Close ends the connection.
func (c *Client) Close() error { return c.close() }

// Submit implements [ledger.Transport]. It returns when the transaction is
// committed, or was already.
func (c *Client) Submit(ctx context.Context, call ledger.Call) (ledger.Answer, error) {
	return c.transact(ctx, call)
}

// Evaluate implements [ledger.Transport]. Only our own organisation's peers
// are asked: an answer is believed because of who gives it, and what a call
// carries, or reads of the private collection, is not for others.
func (c *Client) Evaluate(ctx context.Context, call ledger.Call) (a ledger.Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	answer, err := again(func() ([]byte, error) {
		return c.contract.EvaluateWithContext(
			ctx, call.Function, client.WithBytesArguments(call.Request), client.WithTransient(call.Transient),
			client.WithEndorsingOrganizations(c.profile.MSPID),
		)
	})
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
	return ledger.Location{TxID: txID, Block: block, Network: ledger.NetworkFabric, Channel: c.profile.Channel}, nil
}
