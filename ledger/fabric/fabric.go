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
	channel  string
	timeouts Timeouts
	contract *client.Contract
	blocks   *blockFinder
	close    func() error
}

// Close ends the connection.
func (c *Client) Close() error { return c.close() }

// Issue mints an identity; see [ledger.Contract.IssueIdentity]. It returns
// when the transaction is committed, or was already.
func (c *Client) Issue(ctx context.Context, in ledger.Issue) (ledger.Location, error) {
	now, err := c.transact(ctx, ledger.FuncIssueIdentity, in)
	if errors.Is(err, ledger.ErrUnknown) {
		now, err = c.settle(ctx, in.ID, err, func(i ledger.Identity) error {
			if !i.IssuedFrom(in) {
				return &ledger.Error{Code: ledger.CodeExists, Detail: "another identity has this id"}
			}
			return nil
		})
	}
	if err != nil {
		return ledger.Location{}, err
	}
	return c.locate(ctx, now.TxID)
}

// SetStatus moves an identity; see [ledger.Contract.SetStatus].
func (c *Client) SetStatus(ctx context.Context, id string, status ledger.Status, reason string) (ledger.Location, error) {
	now, err := c.transact(ctx, ledger.FuncSetStatus, ledger.StatusChange{ID: id, Status: status, Reason: reason})
	if errors.Is(err, ledger.ErrUnknown) {
		unknown := err
		now, err = c.settle(ctx, id, err, func(i ledger.Identity) error {
			if i.Status != status || i.Reason != reason {
				return unknown
			}
			return nil
		})
	}
	if err != nil {
		return ledger.Location{}, err
	}
	return c.locate(ctx, now.UpdateTxID)
}

// Identity returns a record as our peer holds it, and where it was issued.
func (c *Client) Identity(ctx context.Context, id string) (ledger.Identity, ledger.Location, error) {
	i, err := c.read(ctx, id)
	if err != nil {
		return ledger.Identity{}, ledger.Location{}, err
	}
	at, err := c.locate(ctx, i.TxID)
	return i, at, err
}

func (c *Client) read(ctx context.Context, id string) (i ledger.Identity, err error) {
	request, err := json.Marshal(ledger.ByID{ID: id})
	if err != nil {
		return i, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	answer, err := c.contract.EvaluateWithContext(ctx, ledger.FuncIdentity, client.WithBytesArguments(request))
	if err != nil {
		return i, beforeSubmission(err)
	}
	if err := json.Unmarshal(answer, &i); err != nil {
		return i, fmt.Errorf("fabric: decode identity: %w", err)
	}
	return i, nil
}

func (c *Client) locate(ctx context.Context, txID string) (ledger.Location, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	block, err := c.blocks.find(ctx, txID)
	if err != nil {
		return ledger.Location{}, err
	}
	return ledger.Location{TxID: txID, Block: block, Network: ledger.NetworkFabric, Channel: c.channel}, nil
}

// settle reads an id whose transaction had an unknown outcome until found
// accepts or refuses the record, for as long as a late block may take.
func (c *Client) settle(
	ctx context.Context, id string, unknown error, found func(ledger.Identity) error,
) (ledger.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Settle)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if i, err := c.read(ctx, id); err == nil {
			if err = found(i); !errors.Is(err, ledger.ErrUnknown) {
				return i, err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ledger.Identity{}, unknown
		}
	}
}
