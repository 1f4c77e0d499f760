package fabric

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric/proof"
)

// Prove returns what [proof.Check] verifies offline: the block whose
// transaction wrote the identity's record last, and the statement of a peer of
// every organisation that can be had now. An organisation whose peers are down
// is missing in it; one that is behind is waited for, for a moment.
func (c *Client) Prove(ctx context.Context, id string) ([]byte, error) {
	config, err := c.configBlock(ctx)
	if err != nil {
		return nil, err
	}
	msps, err := proof.Organisations(config)
	if err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	statements, err := c.statements(ctx, id, msps)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	block, err := c.chain.block(ctx, statements[0].Block)
	if err != nil {
		return nil, err
	}
	b, err := proof.Build(block, statements)
	if err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	if err := c.tryProof(b, config, msps); err != nil {
		return nil, fmt.Errorf("fabric: the proof as made: %w", err)
	}
	return b, nil
}

// tryProof checks what was made before anybody relies on it: a channel may be
// of a kind that the checker does not support. Who may write is the reader's
// question, so here everybody may.
func (c *Client) tryProof(b []byte, config *common.Block, msps []string) error {
	trust, err := proof.TrustFile(config, c.profile.Channel, c.profile.Chaincode, msps)
	if err != nil {
		return err
	}
	_, err = proof.Check(b, trust)
	return err
}

// Trust returns a trust file for proofs of this channel, out of its own
// configuration. Writers are the MSPs of which any one may endorse a write;
// without any it is our own.
func (c *Client) Trust(ctx context.Context, writers ...string) ([]byte, error) {
	config, err := c.configBlock(ctx)
	if err != nil {
		return nil, err
	}
	if len(writers) == 0 {
		writers = []string{c.profile.MSPID}
	}
	b, err := proof.TrustFile(config, c.profile.Channel, c.profile.Chaincode, writers)
	if err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	return b, nil
}

// configBlock returns the block with the channel's present configuration.
func (c *Client) configBlock(ctx context.Context) (*common.Block, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Evaluate)
	defer cancel()
	info, err := c.chain.info(ctx)
	if err != nil {
		return nil, err
	}
	head, err := c.chain.block(ctx, info.GetHeight()-1)
	if err != nil {
		return nil, err
	}
	number, err := proof.LastConfig(head)
	if err != nil {
		return nil, fmt.Errorf("fabric: block %d: %w", info.GetHeight()-1, err)
	}
	return c.chain.block(ctx, number)
}

// statements asks one peer of each organisation until those that answer agree,
// and leaves out who still says something older in the end.
func (c *Client) statements(ctx context.Context, id string, msps []string) ([]proof.Statement, error) {
	settle, cancel := context.WithTimeout(ctx, c.timeouts.Settle)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		newest, behind, err := c.gather(ctx, id, msps)
		if err != nil || behind == 0 {
			return newest, err
		}
		select {
		case <-tick.C:
		case <-settle.Done():
			return newest, nil
		}
	}
}

// gather returns the newest statements that can be had and how many others
// answered something older. The error is why there are none.
func (c *Client) gather(ctx context.Context, id string, msps []string) (newest []proof.Statement, behind int, err error) {
	var faults []error
	for _, m := range msps {
		s, err := c.statement(ctx, id, m)
		switch refusal := new(ledger.Error); {
		case errors.As(err, &refusal):
			behind++ // of what others may have already
			faults = append(faults, err)
		case err != nil:
			faults = append(faults, err)
		case len(newest) == 0 || s.After(newest[0]):
			behind += len(newest)
			newest = []proof.Statement{s}
		case newest[0].After(s):
			behind++
		default:
			newest = append(newest, s)
		}
	}
	if len(newest) == 0 {
		return nil, behind, errors.Join(faults...)
	}
	return newest, behind, nil
}

// statement has one peer of an organisation endorse what it reads. Nothing is
// sent to the orderer.
func (c *Client) statement(ctx context.Context, id, mspID string) (s proof.Statement, err error) {
	request, err := json.Marshal(ledger.ByID{ID: id})
	if err != nil {
		return s, err
	}
	proposal, err := c.contract.NewProposal(
		ledger.FuncIdentity, client.WithBytesArguments(request), client.WithEndorsingOrganizations(mspID),
	)
	if err != nil {
		return s, fmt.Errorf("fabric: %w", err)
	}
	tx, err := within(ctx, c.timeouts.Evaluate, proposal.EndorseWithContext)
	if err != nil {
		return s, beforeSubmission(err)
	}
	prepared, err := tx.Bytes()
	if err != nil {
		return s, fmt.Errorf("fabric: %w", err)
	}
	if s, err = proof.ReadStatement(c.profile.Channel, c.profile.Chaincode, prepared); err != nil {
		return s, fmt.Errorf("fabric: statement of %s: %w", mspID, err)
	}
	return s, nil
}
