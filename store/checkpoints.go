package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// Checkpoint returns how far a listener has come, the zero value for one that
// never advanced.
func (s *Store) Checkpoint(ctx context.Context, listener string) (ledger.Checkpoint, error) {
	return checkpoint(ctx, s.read, listener)
}

func checkpoint(ctx context.Context, db bun.IDB, listener string) (ledger.Checkpoint, error) {
	var row struct {
		Block uint64 `bun:"block"`
		TxID  string `bun:"tx_id"`
	}
	err := db.NewRaw("SELECT block, tx_id FROM checkpoints WHERE listener = ?", listener).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return ledger.Checkpoint{Block: row.Block, TxID: row.TxID}, wrap("read a checkpoint", err)
}

// Advance moves a listener's checkpoint and enqueues the effects of what it
// passed, both or neither. Of several processes that listen under one name,
// the one whose from is no longer the checkpoint gets [kyc.ErrConflict]: none
// can go backwards, and no effect is saved for the same notice twice.
func (s *Store) Advance(ctx context.Context, listener string, from, to ledger.Checkpoint, effects []kyc.Effect) error {
	if listener == "" || to.Block > math.MaxInt64 {
		return errors.New("store: a checkpoint without a listener, or beyond every block")
	}
	return s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// A lock rather than a condition on the row alone: a listener's first
		// checkpoint has no row that two processes could contend for.
		if err := s.serialize(ctx, tx, "checkpoint:"+listener); err != nil {
			return wrap("lock a checkpoint", err)
		}
		now, err := checkpoint(ctx, tx, listener)
		if err != nil {
			return err
		}
		if now != from {
			return fmt.Errorf("%w: listener %s is at block %d", kyc.ErrConflict, listener, now.Block)
		}
		_, err = tx.NewRaw(`INSERT INTO checkpoints (listener, block, tx_id) VALUES (?, ?, ?)
			ON CONFLICT (listener) DO UPDATE SET block = excluded.block, tx_id = excluded.tx_id`,
			listener, to.Block, to.TxID).Exec(ctx)
		if err != nil {
			return wrap("save a checkpoint", err)
		}
		return s.enqueueEffects(ctx, tx, effects)
	})
}
