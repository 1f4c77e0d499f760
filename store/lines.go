package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/pbx"
)

// AllocateExtension gives an identity a number of its own, for good. Numbers
// go up through the plan and round again, so that one that becomes free rests
// as long as the plan allows.
func (s *Store) AllocateExtension(ctx context.Context, c pbx.Claim, plan pbx.Numbering) (ext string, err error) {
	if c.IdentityID == "" {
		return "", errors.New("store: an extension for nobody")
	}
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.serialize(ctx, tx, "extensions"); err != nil {
			return err
		}
		err := tx.NewRaw("SELECT extension FROM extensions WHERE identity_id = ?", c.IdentityID).Scan(ctx, &ext)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		ext, err = s.nextExtension(ctx, tx, c, plan)
		return err
	})
	return ext, wrap("allocate an extension", err)
}

func (s *Store) nextExtension(ctx context.Context, tx bun.Tx, c pbx.Claim, plan pbx.Numbering) (string, error) {
	var last struct {
		Extension string `bun:"extension"`
		Serial    int64  `bun:"serial"`
	}
	err := tx.NewRaw("SELECT extension, serial FROM extensions ORDER BY serial DESC LIMIT 1").Scan(ctx, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	var failed error
	ext, err := plan.Next(c.Organisation, last.Extension, func(candidate string) bool {
		n, err := tx.NewSelect().Table("extensions").Where("extension = ?", candidate).Count(ctx)
		failed = errors.Join(failed, err)
		return n > 0 && err == nil
	})
	if err := errors.Join(err, failed); err != nil {
		return "", err
	}
	_, err = tx.NewRaw("INSERT INTO extensions (extension, identity_id, serial, allocated_at) VALUES (?, ?, ?, ?)",
		ext, c.IdentityID, last.Serial+1, s.now()).Exec(ctx)
	return ext, err
}
