package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
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

// noteErasure belongs to the transaction that deletes the key, after that: a
// rewriting of the table comes either after the deletion, and covers it, or
// before, and then the note gets a higher number than those it covered.
func (s *Store) noteErasure(ctx context.Context, tx bun.Tx, subject string) error {
	_, err := tx.NewRaw(`INSERT INTO erasures (subject_id, at, serial)
		VALUES (?, ?, (SELECT COALESCE(MAX(serial), 0) + 1 FROM erasures)) ON CONFLICT (subject_id) DO NOTHING`,
		subject, s.now()).Exec(ctx)
	return err
}

// scrub overwrites what deleted rows left behind, if there is any and it can
// be done now; otherwise the next sweep does it.
func (s *Store) scrub(ctx context.Context) error {
	var last sql.NullInt64
	err := s.db.NewRaw("SELECT MAX(serial) FROM erasures WHERE NOT scrubbed").Scan(ctx, &last)
	if err != nil || !last.Valid {
		return wrap("read the erasures", err)
	}
	var done bool
	if s.conn.dialect == sqlite {
		done, err = s.truncateLog(ctx)
	} else {
		done, err = s.rewriteTables(ctx)
	}
	if err != nil {
		return wrap("scrub", err)
	}
	if !done {
		s.log.WarnContext(ctx, "what was deleted is not overwritten yet: a reader holds on to an older state; the next sweep tries again")
		return nil
	}
	_, err = s.db.NewRaw("UPDATE erasures SET scrubbed = TRUE WHERE serial <= ?", last.Int64).Exec(ctx)
	return wrap("note a scrub", err)
}

// truncateLog writes the log back into the database file and empties it. A
// reader that still needs the log hinders that; since writers wait meanwhile,
// it is not waited for long.
func (s *Store) truncateLog(ctx context.Context) (done bool, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		_, restored := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout = 10000")
		err = errors.Join(err, restored, conn.Close())
	}()
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 500"); err != nil {
		return false, err
	}
	var busy, pages, written int
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &written)
	return busy == 0, err
}

// rewritings write the tables anew in which an erased subject's values could be
// left: their key, and what a PBX was shown of them.
var rewritings = []string{
	"ALTER TABLE subject_keys ALTER COLUMN wrapped TYPE bytea USING wrapped || ''::bytea",
	"ALTER TABLE pbx.credentials ALTER COLUMN rewritten TYPE integer USING rewritten + 0",
	"ALTER TABLE pbx.endpoints ALTER COLUMN rewritten TYPE integer USING rewritten + 0",
	"ALTER TABLE pbx.lines ALTER COLUMN rewritten TYPE integer USING rewritten + 0",
}

// rewriteTables has PostgreSQL write tables anew, of the rows that exist now,
// and drop the old files. That VACUUM FULL does not do: it keeps rows for
// whoever holds an older snapshot. Each table is locked meanwhile, which is not
// waited for long either, since all others would wait behind.
func (s *Store) rewriteTables(ctx context.Context) (done bool, err error) {
	for _, statement := range rewritings {
		err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout = '2s'"); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == lockNotAvailable {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// lockNotAvailable is PostgreSQL's SQLSTATE after lock_timeout.
const lockNotAvailable = "55P03"
