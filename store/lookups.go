package store

import (
	"context"
	"math"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
)

// saveLookups replaces the hashes an enrollment is found by.
func (s *Store) saveLookups(ctx context.Context, tx bun.Tx, id string, keys map[kyc.Lookup]string) error {
	if _, err := tx.NewRaw("DELETE FROM enrollment_keys WHERE enrollment_id = ?", id).Exec(ctx); err != nil {
		return wrap("delete lookup keys", err)
	}
	for kind, value := range keys {
		_, err := tx.NewRaw("INSERT INTO enrollment_keys (enrollment_id, kind, hash) VALUES (?, ?, ?)",
			id, string(kind), s.keys.hash(string(kind), value)).Exec(ctx)
		if err != nil {
			return wrap("insert a lookup key", err)
		}
	}
	return nil
}

// Find returns the ids of the enrollments with that value, newest first.
func (s *Store) Find(ctx context.Context, by kyc.Lookup, value string) ([]string, error) {
	ids := []string{}
	if value == "" {
		return ids, nil
	}
	err := s.read.NewRaw(`SELECT e.id FROM enrollments e JOIN enrollment_keys k ON k.enrollment_id = e.id
		WHERE k.hash = ? AND k.kind = ? ORDER BY e.created_at DESC, e.id DESC`,
		s.keys.hash(string(by), value), string(by)).Scan(ctx, &ids)
	return ids, wrap("find enrollments", err)
}

// List returns the enrollments in a state, oldest first; all of them when
// limit is not positive. One that does not open is logged and left out.
func (s *Store) List(ctx context.Context, state kyc.State, limit int) ([]*kyc.Enrollment, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	var rows []enrollmentRow
	err := s.read.NewRaw(selectEnrollment+"WHERE e.state = ? ORDER BY e.created_at, e.id LIMIT ?", string(state), limit).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap("list enrollments", err)
	}
	list := make([]*kyc.Enrollment, 0, len(rows))
	for _, row := range rows {
		l, err := s.open(row)
		if err != nil {
			// One damaged enrollment must not hide the others from everyone.
			s.log.ErrorContext(ctx, "an enrollment is left out of a list", "enrollment", row.ID, "cause", err)
			continue
		}
		list = append(list, l.enrollment)
	}
	return list, nil
}
