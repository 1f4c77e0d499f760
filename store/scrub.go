package store

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"
)

// A deleted row is not yet gone from a disk. SQLite overwrites it
// (secure_delete), but in the write-ahead log, so that the database file and
// the log's older pages keep it until a checkpoint; PostgreSQL leaves it where
// it was until the table is written anew. The transaction that destroys a key
// therefore notes the erasure, and the note says when that was done: a crash
// in between delays it and forgets nothing.
//
// What no statement reaches are copies elsewhere: backups, replicas and
// PostgreSQL's own write-ahead log. In all of them a subject's key is wrapped
// by the operator's; docs/adr/0017 says what that leaves to the operator.

// noteErasure belongs to the transaction that deletes the key and numbers it.
// PostgreSQL's own number tells later who runs since before it and can still
// see the row.
func (s *Store) noteErasure(ctx context.Context, tx bun.Tx, subject string) error {
	transaction := "(SELECT COALESCE(MAX(deleted_by), 0) + 1 FROM erasures)"
	if s.conn.dialect == postgres {
		transaction = "txid_current()"
	}
	_, err := tx.NewRaw("INSERT INTO erasures (subject_id, at, deleted_by) VALUES (?, ?, "+transaction+`)
		ON CONFLICT (subject_id) DO NOTHING`, subject, s.now()).Exec(ctx)
	return err
}

// scrub overwrites what deleted keys left behind, if there is any and it can
// be done now; otherwise the next sweep does it.
func (s *Store) scrub(ctx context.Context) error {
	var last sql.NullInt64
	err := s.db.NewRaw("SELECT MAX(deleted_by) FROM erasures WHERE NOT scrubbed").Scan(ctx, &last)
	if err != nil || !last.Valid {
		return wrap("read the erasures", err)
	}
	var done bool
	if s.conn.dialect == sqlite {
		done, err = s.truncateLog(ctx)
	} else {
		done, err = s.rewriteKeys(ctx, last.Int64)
	}
	if err != nil {
		return wrap("scrub", err)
	}
	if !done {
		s.log.WarnContext(ctx, "deleted keys are not overwritten yet: a reader holds on to an older state; the next sweep tries again")
		return nil
	}
	_, err = s.db.NewRaw("UPDATE erasures SET scrubbed = TRUE WHERE deleted_by <= ?", last.Int64).Exec(ctx)
	return wrap("note a scrub", err)
}

// truncateLog writes the log back into the database file and empties it. A
// reader that still needs the log hinders that.
func (s *Store) truncateLog(ctx context.Context) (done bool, err error) {
	var busy, pages, written int
	err = s.db.DB.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &written)
	return busy == 0, err
}

// rewriteKeys writes the table of keys anew without its dead rows, and drops
// the old file. It locks the table, for about a second a million keys. Rows
// that a transaction as old as their deletion can see would be written too.
func (s *Store) rewriteKeys(ctx context.Context, deletedBy int64) (done bool, err error) {
	err = s.db.NewRaw("SELECT ? < txid_snapshot_xmin(txid_current_snapshot())", deletedBy).Scan(ctx, &done)
	if err != nil || !done {
		return false, err
	}
	_, err = s.db.ExecContext(ctx, "VACUUM FULL subject_keys")
	return err == nil, err
}
