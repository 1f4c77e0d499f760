package fabric

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"github.com/vouchline/vouchline/ledger"
)

// Events hands the contract's events to handle, in the order of the chain and
// at least once, from after the checkpoint, until ctx ends or handle fails. A
// connection that breaks is made anew and goes on from what handle did last.
// A checkpoint that is not in the chain is [ledger.ErrCheckpoint].
func (c *Client) Events(ctx context.Context, after ledger.Checkpoint, handle func(context.Context, ledger.Notice) error) error {
	l := &listener{client: c, at: after, handle: handle}
	var late <-chan time.Time // set while the peer is behind the checkpoint
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		before := l.at
		err := l.listen(ctx)
		behind := new(behindError)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.As(err, &behind):
			late = nil
		case late == nil:
			late = time.After(c.timeouts.CatchUp)
		}
		if final := new(finalError); errors.As(err, &final) {
			return final.err
		}
		if l.at != before {
			pause = firstPause
		}
		c.cfg.Log.Warn("ledger events: listening again", "after_block", l.at.Block, "pause", pause, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return elsewhere(l.at, behind.height)
		case <-time.After(pause):
		}
	}
}

const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

// A finalError ends Events.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }

// A behindError says that the peer does not have the checkpoint's block. It may
// be catching up.
type behindError struct{ height uint64 }

func (e *behindError) Error() string {
	return fmt.Sprintf("the peer has only %d blocks", e.height)
}

var errBroken = errors.New("the peer ended the stream")

// A listener is one call of Events.
type listener struct {
	client *Client
	at     ledger.Checkpoint
	handle func(context.Context, ledger.Notice) error
}

// listen follows one stream until it breaks.
//
// It asks for the whole block of the checkpoint and passes over what was
// handled. Fabric's own "after this transaction" would wait for an event of
// that transaction, and if it has none pass over everything.
func (l *listener) listen(ctx context.Context) error {
	handled, err := l.handled(ctx)
	if err != nil {
		return err
	}
	// Whoever listens has time to learn who else could stand in for our peer.
	if err := l.client.lookAround(ctx); err != nil {
		l.client.cfg.Log.Debug("ledger events: discovery failed", "error", err)
	}
	from := l.at.Block
	ctx, cancel := context.WithCancel(ctx)
	stream, err := l.client.network.ChaincodeEvents(ctx, l.client.profile.Chaincode, client.WithStartBlock(from))
	if err != nil {
		cancel()
		return err
	}
	defer func() {
		cancel()
		for range stream { // the gateway waits for who reads
		}
	}()
	for e := range stream {
		if e.BlockNumber < from || (e.BlockNumber == from && handled[e.TransactionID]) || e.EventName != ledger.EventName {
			continue
		}
		if err := l.take(ctx, e); err != nil {
			return err
		}
	}
	return errBroken
}

func (l *listener) take(ctx context.Context, e *client.ChaincodeEvent) error {
	events, err := decodeEvents(e.Payload)
	if err != nil {
		return &finalError{fmt.Errorf("fabric: events of transaction %s: %w", e.TransactionID, err)}
	}
	notice := ledger.Notice{Checkpoint: ledger.Checkpoint{Block: e.BlockNumber, TxID: e.TransactionID}, Events: events}
	if err := l.handle(ctx, notice); err != nil {
		return &finalError{err}
	}
	l.at = notice.Checkpoint
	return nil
}

// handled returns the transactions of the checkpoint's block up to the
// checkpoint, having made sure that it is there.
func (l *listener) handled(ctx context.Context) (map[string]bool, error) {
	if l.at == (ledger.Checkpoint{}) {
		return nil, nil //nolint:nilnil // nothing was handled
	}
	ctx, cancel := context.WithTimeout(ctx, l.client.timeouts.Evaluate)
	defer cancel()
	info, err := l.client.chain.info(ctx)
	if err != nil {
		return nil, err
	}
	if info.GetHeight() <= l.at.Block {
		return nil, &behindError{info.GetHeight()}
	}
	if l.at.TxID == "" {
		return nil, nil //nolint:nilnil // nothing of that block was
	}
	b, err := l.client.chain.block(ctx, l.at.Block)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, data := range b.GetData().GetData() {
		id := idOf(data)
		out[id] = true
		if id == l.at.TxID {
			return out, nil
		}
	}
	return nil, &finalError{elsewhere(l.at, info.GetHeight())}
}

func elsewhere(at ledger.Checkpoint, height uint64) error {
	return fmt.Errorf("%w: block %d and transaction %q, of a channel of %d blocks", ledger.ErrCheckpoint, at.Block, at.TxID, height)
}
