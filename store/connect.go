package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

type dialect string

const (
	sqlite   dialect = "sqlite"
	postgres dialect = "postgres"
)

// connection is the pools of one database. On SQLite writes go through one
// connection, so that writers queue in this process instead of failing with
// SQLITE_BUSY, and reads through others, which WAL lets run beside the writer.
type connection struct {
	dialect dialect
	name    string // without a password
	file    string // SQLite's
	write   *bun.DB
	read    *bun.DB
}

func connect(ctx context.Context, dsn string, create creation) (*connection, error) {
	c, err := dial(dsn, create)
	if err != nil {
		return nil, err
	}
	if err := c.ping(ctx); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *connection) ping(ctx context.Context) error {
	return wrap("connect to "+c.name, c.write.PingContext(ctx))
}

func dial(dsn string, create creation) (*connection, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return dialPostgres(dsn)
	}
	return dialSQLite(strings.TrimPrefix(strings.TrimPrefix(dsn, "file:"), "sqlite://"), create)
}

func dialPostgres(dsn string) (*connection, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("store: the database's address %s is malformed", redact(dsn)) // err may quote the password
	}
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(10)
	db.SetConnMaxLifetime(30 * time.Minute) // follows a failover behind a name
	b := bun.NewDB(db, pgdialect.New())
	return &connection{dialect: postgres, name: redact(dsn), write: b, read: b}, nil
}

func dialSQLite(file string, create creation) (*connection, error) {
	if file == "" {
		return nil, errors.New("store: no database named")
	}
	if create == mayCreate {
		if err := makePrivate(file); err != nil {
			return nil, wrap("make the database file", err)
		}
	} else if _, err := os.Stat(file); err != nil { // SQLite would make an empty one in the wrong place
		return nil, fmt.Errorf("%w (%w)", ErrSchema, err)
	}
	write, err := sql.Open("sqlite", sqliteDSN(file, "immediate"))
	if err != nil {
		return nil, wrap("open "+file, err)
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	read, err := sql.Open("sqlite", sqliteDSN(file, "deferred", "query_only(1)"))
	if err != nil {
		return nil, errors.Join(wrap("open "+file, err), write.Close())
	}
	read.SetMaxOpenConns(4)
	read.SetMaxIdleConns(4)
	return &connection{
		dialect: sqlite, name: file, file: file,
		write: bun.NewDB(write, sqlitedialect.New()), read: bun.NewDB(read, sqlitedialect.New()),
	}, nil
}

// makePrivate creates the file readable by its owner alone; the files SQLite
// puts beside it take their mode from it.
func makePrivate(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteDSN asks for full synchronisation, because a promise such as "issued"
// must outlive a power cut, and for secure deletion, because erasure must.
func sqliteDSN(file, lock string, pragmas ...string) string {
	q := url.Values{"_txlock": {lock}}
	for _, p := range append([]string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
	}, pragmas...) {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath() + "?" + q.Encode()
}

func (c *connection) close() error {
	if c.read == c.write {
		return c.write.Close()
	}
	return errors.Join(c.read.Close(), c.write.Close())
}

// redact shows a DSN without its password.
func redact(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return "the database"
	}
	return u.Redacted()
}
