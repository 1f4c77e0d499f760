package embedded

import (
	"context"
	"fmt"

	"github.com/vouchline/vouchline/ledger"
)

// Events hands the events of each transaction after the checkpoint to handle,
// in the log's order, first those of the past and then those to come. It
// returns when ctx ends, handle fails or the log is closed, never with nil, and
// at once with [ledger.ErrCheckpoint] when the checkpoint is not on the log. A
// log that was opened for reading does not grow, so there it ends after the
// past.
func (l *Log) Events(ctx context.Context, after ledger.Checkpoint, handle func(context.Context, ledger.Notice) error) error {
	next, err := l.follows(after)
	if err != nil {
		return err
	}
	for {
		height, grown, broken := l.reach()
		for ; next < height; next++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			e, _, err := l.entry(next)
			if err != nil {
				return err
			}
			if len(e.Events) == 0 {
				continue
			}
			n := ledger.Notice{Checkpoint: ledger.Checkpoint{Block: e.Seq, TxID: e.TxID}, Time: e.Time, Events: e.Events}
			if err := handle(ctx, n); err != nil {
				return err
			}
		}
		if broken != nil {
			return fmt.Errorf("%w: %w", ledger.ErrUnavailable, broken)
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// follows returns the sequence number of the entry after a checkpoint.
func (l *Log) follows(after ledger.Checkpoint) (uint64, error) {
	if after == (ledger.Checkpoint{}) {
		return 0, nil
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if at, ok := l.chain.blocks[after.TxID]; !ok || at != after.Block {
		return 0, fmt.Errorf("%w: entry %d, of a log of %d", ledger.ErrCheckpoint, after.Block, l.chain.next)
	}
	return after.Block + 1, nil
}

// reach returns how far the log reaches, what is closed when it reaches
// further, and why it never will.
func (c *core) reach() (height uint64, grown <-chan struct{}, broken error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.chain.next, c.grown, c.broken
}

// entry reads one entry and its line from the file again.
func (c *core) entry(seq uint64) (e entry, line []byte, err error) {
	c.mu.RLock()
	start, end := c.chain.starts[seq], c.chain.size
	if seq+1 < c.chain.next {
		end = c.chain.starts[seq+1]
	}
	c.mu.RUnlock()
	line = make([]byte, end-start-1) // without the line's end
	if _, err := c.file.ReadAt(line, start); err != nil {
		return e, nil, fmt.Errorf("read log: %w", err)
	}
	if e, err = unseal[entry](c.chain.key, labelEntry, line); err != nil {
		return e, nil, &TamperedError{seq, err.Error()}
	}
	if e.Seq != seq {
		return e, nil, &TamperedError{seq, fmt.Sprintf("it calls itself entry %d", e.Seq)}
	}
	return e, line, nil
}
