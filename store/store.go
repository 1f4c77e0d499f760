package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"gocloud.dev/blob"

	"github.com/vouchline/vouchline/kyc"
)

// Errors that a start can end with; each says what the operator has to do.
var (
	// ErrSchema reports a database that [Migrate] has not brought to the
	// version of this program.
	ErrSchema = errors.New("store: the database's schema is not that of this program: run vouchline migrate")
	// ErrKeyMissing reports sealed data whose operator's key file is gone.
	ErrKeyMissing = errors.New("store: the database holds sealed data but the operator's key file is missing: restore it from the backup")
	// ErrKeyWrong reports an operator's key that is not the one the data was
	// sealed with.
	ErrKeyWrong = errors.New("store: the operator's key file is not the one this database was sealed with")
	// ErrCorrupt reports sealed data that was changed or moved outside of
	// this program.
	ErrCorrupt = errors.New("store: sealed data is corrupt")
)

// Config is what a store needs.
type Config struct {
	// DSN is a postgres:// URL or the path of an SQLite file.
	DSN string
	// Blobs is a folder or the URL of a bucket.
	Blobs string
	// KeyFile holds the operator's key; [Migrate] makes it on first start.
	KeyFile string
	Clock   func() time.Time
	Logger  *slog.Logger
}

// An Enqueuer saves effects in the transaction that saves their cause.
type Enqueuer func(ctx context.Context, tx *sql.Tx, effects []kyc.Effect) error

// A Store implements the storage ports of package kyc on one database.
type Store struct {
	conn    *connection
	db      *bun.DB // writes; on SQLite its pool is one connection
	read    *bun.DB
	bucket  *blob.Bucket
	keys    *Keys
	clock   func() time.Time
	log     *slog.Logger
	enqueue atomic.Pointer[Enqueuer]
	closed  atomic.Bool
}

var (
	_ kyc.EnrollmentStore = (*Store)(nil)
	_ kyc.EvidenceStore   = (*Store)(nil)
	_ kyc.FaceGallery     = (*Store)(nil)
	_ kyc.Throttle        = (*Store)(nil)
	_ kyc.LineStore       = (*Store)(nil)
	_ kyc.LineOpener      = (*Store)(nil)
	_ kyc.LineFinder      = (*Store)(nil)
	_ kyc.PairingStore    = (*Store)(nil)
	_ kyc.AuditReader     = (*Store)(nil)
	_ kyc.Auditor         = (*Store)(nil)
	_ kyc.Checkpoints     = (*Store)(nil)
	_ kyc.Eraser          = (*Store)(nil)
	_ kyc.Keyring         = (*Keys)(nil)
)

// Open opens a database that [Migrate] has prepared.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	conn, err := connect(ctx, cfg.DSN, mustExist)
	if err != nil {
		return nil, err
	}
	s := &Store{conn: conn, db: conn.write, read: conn.read, clock: cfg.Clock, log: cfg.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.prepare(ctx, cfg); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context, cfg Config) error {
	if s.clock == nil {
		return errors.New("store: no clock")
	}
	if err := s.conn.checkSchema(ctx); err != nil {
		return err
	}
	keys, err := unlock(ctx, s.db, cfg.KeyFile, mustExist)
	if err != nil {
		return err
	}
	s.keys = keys
	keys.warn(s.log)
	s.bucket, err = openBucket(ctx, cfg.Blobs)
	return err
}

// Close ends all connections. Closing again is no error.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var err error
	if s.bucket != nil {
		err = s.bucket.Close()
	}
	return errors.Join(err, s.conn.close())
}

// EnqueueWith sets who saves the effects of a change. Until then a change
// with effects is an error: an effect is never dropped.
func (s *Store) EnqueueWith(e Enqueuer) {
	if e == nil {
		s.enqueue.Store(nil)
		return
	}
	s.enqueue.Store(&e)
}

// Keyring returns the keys derived from the operator's key.
func (s *Store) Keyring() *Keys { return s.keys }

// DB returns the pool that a queue shares with the store, so that both write
// through SQLite's single writer.
func (s *Store) DB() *sql.DB { return s.db.DB }

// Dialect names the database: "sqlite" or "postgres".
func (s *Store) Dialect() string { return string(s.conn.dialect) }

// Ping reports whether the database answers, for health checks.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

func (s *Store) inTx(ctx context.Context, f func(ctx context.Context, tx bun.Tx) error) error {
	return s.db.RunInTx(ctx, nil, f)
}

// serialize makes transactions that share a name wait for one another until
// they end. SQLite's immediate transactions already do.
func (s *Store) serialize(ctx context.Context, tx bun.Tx, name string) error {
	if s.conn.dialect != postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name)
	return err
}

// Times are kept as microseconds since 1970 in UTC, the finest both databases
// agree on; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func (s *Store) now() int64 { return micros(s.clock()) }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %w", what, err)
}
