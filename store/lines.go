package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/pbx"
)

// AllocateExtension gives a claim a number of its own: of one slot of an
// identity always the same, until the line was released and somebody else has
// got the number. Numbers go up through the ranges of the organisation and
// round again, so that one that becomes free rests as long as the plan allows,
// and for its quarantine at the least. Without a quarantine nobody else ever
// gets it.
func (s *Store) AllocateExtension(ctx context.Context, c pbx.Claim, plan pbx.Numbering) (ext string, err error) {
	if c.IdentityID == "" || c.Slot < 0 {
		return "", errors.New("store: an extension for nobody")
	}
	for range optimistic {
		err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			ext, err = s.numberOf(ctx, tx, c, plan)
			return err
		})
		if err == nil {
			return ext, nil
		}
		if !errors.Is(err, errStale) {
			break
		}
	}
	return "", wrap("allocate an extension", err)
}

func (s *Store) numberOf(ctx context.Context, tx bun.Tx, c pbx.Claim, plan pbx.Numbering) (ext string, err error) {
	if err := s.serialize(ctx, tx, "extensions"); err != nil {
		return "", err
	}
	err = tx.NewRaw("SELECT extension FROM extensions WHERE identity_id = ? AND slot = ?", c.IdentityID, c.Slot).Scan(ctx, &ext)
	if !errors.Is(err, sql.ErrNoRows) {
		return ext, err
	}
	last, err := lastAllocated(ctx, tx, c.Organisation)
	if err != nil {
		return "", err
	}
	numbers := &takenNumbers{ctx: ctx, tx: tx, rested: s.rested(plan)}
	ext, err = plan.Next(c.Organisation, last, numbers.taken)
	if err := errors.Join(numbers.err, err); err != nil {
		return "", err
	}
	return ext, s.allocate(ctx, tx, c, ext, numbers.rested)
}

func lastAllocated(ctx context.Context, tx bun.Tx, organisation string) (ext string, err error) {
	err = tx.NewRaw("SELECT extension FROM extensions WHERE organisation = ? AND serial IS NOT NULL ORDER BY serial DESC LIMIT 1", organisation).Scan(ctx, &ext)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return ext, err
}

// rested returns until when a number must have been released to be free now.
func (s *Store) rested(plan pbx.Numbering) int64 {
	if plan.Quarantine <= 0 {
		return 0
	}
	return micros(s.clock().Add(-plan.Quarantine))
}

// allocate gives out a number, and takes it from whoever had it before, which
// may be the same person: there the line begins anew. Of the released account
// the audit log tells.
func (s *Store) allocate(ctx context.Context, tx bun.Tx, c pbx.Claim, ext string, rested int64) error {
	if err := s.serialize(ctx, tx, lineLock(ext)); err != nil {
		return err
	}
	res, err := tx.NewRaw(`INSERT INTO extensions (extension, identity_id, slot, organisation, allocated_at, serial)
		VALUES (?, ?, ?, ?, ?, (SELECT COALESCE(MAX(serial), 0) + 1 FROM extensions))
		ON CONFLICT (extension) DO UPDATE SET identity_id = excluded.identity_id, slot = excluded.slot, organisation = excluded.organisation,
			allocated_at = excluded.allocated_at, serial = excluded.serial, released_at = 0
		WHERE extensions.released_at <> 0 AND extensions.released_at <= ?`,
		ext, c.IdentityID, c.Slot, c.Organisation, s.now(), rested).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 { // brought along, or its release taken back, since it was looked at
		return errors.Join(errStale, err)
	}
	if err := s.deleteAccount(ctx, tx, ext, c.Organisation); err != nil {
		return err
	}
	return s.unpublish(ctx, tx, ext)
}

// holdNumber makes a number that of an account's identity, and begins or ends
// its rest. It refuses the number of another identity, which has got it after
// a quarantine.
func holdNumber(ctx context.Context, tx bun.Tx, a pbx.Account, now int64) error {
	res, err := tx.NewRaw(`INSERT INTO extensions (extension, identity_id, organisation, allocated_at, released_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (extension) DO UPDATE SET released_at = excluded.released_at WHERE extensions.identity_id = excluded.identity_id`,
		a.Extension, a.IdentityID, a.Organisation, now, micros(a.ReleasedAt)).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(&pbx.Error{Code: pbx.CodeDuplicate, Field: "extension"}, err)
	}
	return nil
}

// takenNumbers answers whether numbers are taken, asked in going up, with one
// query for many: a plan may have a million, and most of them taken.
type takenNumbers struct {
	ctx    context.Context //nolint:containedctx // of the one call that it serves
	tx     bun.Tx
	rested int64
	err    error

	from  string // all taken ones of its length are known from here
	until string // to here; empty is to the last one
	known map[string]bool
	limit int
}

// Of each query the least and the most numbers: the next one is mostly free.
const (
	fewNumbers  = 16
	manyNumbers = 16384
)

func (n *takenNumbers) taken(ext string) bool {
	if n.err != nil {
		return false // ends the search
	}
	if !n.covers(ext) {
		n.err = n.read(ext)
	}
	return n.known[ext]
}

// covers compares numbers of one length as text.
func (n *takenNumbers) covers(ext string) bool {
	return n.known != nil && len(ext) == len(n.from) && ext >= n.from && (n.until == "" || ext <= n.until)
}

func (n *takenNumbers) read(from string) error {
	n.limit = min(max(n.limit*8, fewNumbers), manyNumbers)
	var list []string
	err := n.tx.NewRaw(`SELECT extension FROM extensions WHERE length(extension) = ? AND extension >= ?
		AND (released_at = 0 OR released_at > ?) ORDER BY extension LIMIT ?`, len(from), from, n.rested, n.limit).Scan(n.ctx, &list)
	if err != nil {
		return err
	}
	n.from, n.until, n.known = from, "", make(map[string]bool, len(list))
	for _, ext := range list {
		n.known[ext] = true
	}
	if len(list) == n.limit {
		n.until = list[len(list)-1]
	}
	return nil
}
