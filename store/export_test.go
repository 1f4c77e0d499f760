package store

import (
	"context"
	"errors"
)

// MigrateTo brings an empty database to an older version, for tests of what
// comes after it.
func MigrateTo(ctx context.Context, dsn string, version int64) (err error) {
	c, err := connect(ctx, dsn, mayCreate)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	p, err := c.goose()
	if err != nil {
		return err
	}
	_, err = p.UpTo(ctx, version)
	return err
}
