package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/pbx"
)

// A line that another organisation gets, or that goes altogether, is not among
// the changes of the one that had it: it would go on believing in what it read
// last. departed_lines keeps that it is gone, and nothing of what became of it.

// depart notes that a line leaves the organisation that has it, unless that is
// the one it is for, where it is back.
func depart(ctx context.Context, tx bun.Tx, extension, to string, revision, now int64) error {
	_, err := tx.NewRaw(`INSERT INTO departed_lines (organisation, extension, aor, revision, departed_at)
		SELECT organisation, extension, aor, ?, ? FROM sip_accounts WHERE extension = ? AND organisation <> '' AND organisation <> ?
		ON CONFLICT (organisation, extension) DO UPDATE SET aor = excluded.aor, revision = excluded.revision, departed_at = excluded.departed_at`,
		revision, now, extension, to).Exec(ctx)
	if err != nil || to == "" {
		return err
	}
	_, err = tx.NewRaw("DELETE FROM departed_lines WHERE organisation = ? AND extension = ?", to, extension).Exec(ctx)
	return err
}

// deleteAccount takes away what was on a number that goes to an organisation, or
// to nobody. It belongs to a transaction that holds the line's lock.
func (s *Store) deleteAccount(ctx context.Context, tx bun.Tx, extension, to string) error {
	var leaves []string
	err := tx.NewRaw("SELECT organisation FROM sip_accounts WHERE extension = ? AND organisation <> '' AND organisation <> ?", extension, to).Scan(ctx, &leaves)
	if err != nil {
		return err
	}
	if len(leaves) > 0 {
		revision, err := nextRevision(ctx, tx)
		if err != nil {
			return err
		}
		if err := depart(ctx, tx, extension, to, revision, s.now()); err != nil {
			return err
		}
	}
	_, err = tx.NewRaw("DELETE FROM sip_accounts WHERE extension = ?", extension).Exec(ctx)
	return err
}

// withDeparted adds the lines that an organisation lost to those that changed
// since the same revision, in their order. They have no holder and no name, so
// that no question for one finds them. Read after the others: a line that moves
// in between is found twice, not never.
func (s *Store) withDeparted(ctx context.Context, rows []accountRow, q pbx.Query, at cursor) ([]accountRow, error) {
	if q.Within == "" || q.Since == 0 || q.Name != "" || q.IdentityID != "" ||
		q.Status != "" && q.Status != pbx.StatusReleased || q.Organisation != "" && q.Organisation != q.Within {
		return rows, nil
	}
	var gone []accountRow
	err := s.read.NewRaw(`SELECT extension, aor, organisation, departed_at AS updated_at, revision FROM departed_lines
		WHERE organisation = ? AND revision > ? AND substr(extension, 1, ?) = ? ORDER BY revision LIMIT ?`,
		q.Within, max(q.Since, at.Last), len(q.Extension), q.Extension, pageSize(q.Limit)+1).Scan(ctx, &gone)
	if err != nil {
		return nil, wrap("read departed lines", err)
	}
	for _, row := range gone {
		row.departed = true
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b accountRow) int { return cmp.Compare(a.Revision, b.Revision) })
	return rows, nil
}

// openFound opens what a search found.
func (s *Store) openFound(row accountRow) (pbx.Account, error) {
	if !row.departed {
		return s.openAccount(row)
	}
	a := row.shell()
	a.ReleasedAt = a.UpdatedAt
	return a, nil
}
