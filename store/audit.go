package store

import (
	"context"
	"math"

	"github.com/vouchline/vouchline/kyc"
)

// Audit appends a line. The database itself refuses to change or delete one.
func (s *Store) Audit(ctx context.Context, entry kyc.AuditEntry) error {
	if entry.At.IsZero() {
		entry.At = s.clock()
	}
	_, err := s.db.NewRaw("INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
		micros(entry.At), entry.Actor, entry.Action, entry.Subject, entry.Detail).Exec(ctx)
	return wrap("audit", err)
}

// AuditLog returns the newest lines about a subject, or about everyone when
// subject is empty, newest first.
func (s *Store) AuditLog(ctx context.Context, subject string, limit int) ([]kyc.AuditEntry, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	var rows []struct {
		At      int64  `bun:"at"`
		Actor   string `bun:"actor"`
		Action  string `bun:"action"`
		Subject string `bun:"subject"`
		Detail  string `bun:"detail"`
	}
	err := s.read.NewRaw("SELECT at, actor, action, subject, detail FROM audit WHERE subject = ? OR ? = '' ORDER BY id DESC LIMIT ?",
		subject, subject, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap("read the audit log", err)
	}
	entries := make([]kyc.AuditEntry, len(rows))
	for i, r := range rows {
		entries[i] = kyc.AuditEntry{At: fromMicros(r.At), Actor: r.Actor, Action: r.Action, Subject: r.Subject, Detail: r.Detail}
	}
	return entries, nil
}
