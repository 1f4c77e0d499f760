package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/pressly/goose/v3"
)

// Migrations are only ever appended: a file that was released is never
// changed, because databases in the world have already run it.
//
//go:embed migrations
var migrations embed.FS

// migrationLock is the advisory lock that a migrating server holds on
// PostgreSQL, so that servers started together migrate one after another.
const migrationLock = 0x766f756368 // "vouch"

// A Migration brings another package's tables in the same database to their
// present form, such as those of the queue.
type Migration func(ctx context.Context, db *sql.DB, dialect string) error

// Migrate brings the database to the schema of this program, makes the
// operator's key where there is none yet, and runs the other migrations. It
// changes nothing the second time. Servers may call it at the same time.
func Migrate(ctx context.Context, cfg Config, others ...Migration) (err error) {
	c, err := dial(cfg.DSN, mayCreate)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	unlockSchema, err := c.lockSchema(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlockSchema()) }()

	p, err := c.goose()
	if err != nil {
		return err
	}
	if err := c.refuseNewer(ctx, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return wrap("migrate", err)
	}
	for _, other := range others {
		if err := other(ctx, c.write.DB, string(c.dialect)); err != nil {
			return wrap("migrate", err)
		}
	}
	_, err = unlock(ctx, c.write, cfg.KeyFile, mayCreate)
	return err
}

func (c *connection) goose() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+string(c.dialect))
	if err != nil {
		return nil, err
	}
	d := goose.DialectSQLite3
	if c.dialect == postgres {
		d = goose.DialectPostgres
	}
	p, err := goose.NewProvider(d, c.write.DB, files, goose.WithDisableGlobalRegistry(true))
	return p, wrap("read migrations", err)
}

// checkSchema refuses a database that is older or newer than this program.
func (c *connection) checkSchema(ctx context.Context) error {
	p, err := c.goose()
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return wrap("read the schema's version", err)
	}
	if have != want {
		return fmt.Errorf("%w (it has version %d, this program %d)", ErrSchema, have, want)
	}
	return nil
}

// refuseNewer keeps an old program from running on a newer schema.
func (c *connection) refuseNewer(ctx context.Context, p *goose.Provider) error {
	have, want, err := p.GetVersions(ctx)
	if err == nil && have > want {
		err = fmt.Errorf("store: the database has schema version %d, this program only %d: use the newer program", have, want)
	}
	return err
}

// lockSchema connects and waits until no other process migrates.
func (c *connection) lockSchema(ctx context.Context) (unlock func() error, err error) {
	if c.dialect == sqlite {
		return c.lockSQLite(ctx)
	}
	conn, err := c.write.DB.Conn(ctx)
	if err != nil {
		return nil, wrap("connect to "+c.name, err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return nil, errors.Join(wrap("wait for other migrations", err), conn.Close())
	}
	return func() error {
		// The lock ends with its session, whatever becomes of this statement.
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
		return errors.Join(err, conn.Close())
	}, nil
}

// lockSQLite takes the lock before the first connection: two connections that
// turn a new file to WAL at once fail with SQLITE_BUSY without any wait, since
// SQLite's busy handler is not asked when a read lock becomes a write lock.
func (c *connection) lockSQLite(ctx context.Context) (unlock func() error, err error) {
	unlock, err = lockFile(c.file + ".migrate.lock")
	if err != nil {
		return nil, wrap("wait for other migrations", err)
	}
	if err := c.ping(ctx); err != nil {
		return nil, errors.Join(err, unlock())
	}
	return unlock, nil
}

// lockFile holds an flock, which the kernel drops when its process dies.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // beside the database
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
