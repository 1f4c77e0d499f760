package store

import (
	"context"
	"time"
)

// outboxKept is how long messages stay on the outbox page.
const outboxKept = 7 * 24 * time.Hour

// erasureNoted is how long an erasure is remembered: longer than any request
// that could still write a photograph of its subject.
const erasureNoted = 24 * time.Hour

// Sweep deletes what time has made useless: sessions and links that expired,
// throttle uses beyond every window, old messages of the outbox, and pairings. It finishes
// erasures too: blobs that are left, keys that are not yet overwritten. And it
// brings accounts of an older version of this program into their present form.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.clock()
	for _, sweep := range []struct {
		statement string
		before    time.Time
	}{
		{"DELETE FROM sessions WHERE expires_at <= ?", now},
		{"DELETE FROM staff_links WHERE expires_at <= ?", now.Add(-24 * time.Hour)},
		{"DELETE FROM throttle WHERE at < ?", now.Add(-throttleKept)},
		{"DELETE FROM outbox WHERE sent_at < ?", now.Add(-outboxKept)},
		{"DELETE FROM pairings WHERE expires_at < ?", now.Add(-pairingKept)},
	} {
		if _, err := s.db.NewRaw(sweep.statement, micros(sweep.before)).Exec(ctx); err != nil {
			return wrap("sweep", err)
		}
	}
	if err := s.renewAccounts(ctx); err != nil {
		return err
	}
	return s.sweepErasures(ctx)
}

// sweepErasures deletes what erasures left: blobs that a crash kept, or that
// came in while they ran. It asks for the erased alone. To delete every blob
// whose subject has no key would be simpler, and the end of all evidence on
// the day a service is started beside the wrong database.
func (s *Store) sweepErasures(ctx context.Context) error {
	var subjects []string
	if err := s.db.NewRaw("SELECT subject_id FROM erasures").Scan(ctx, &subjects); err != nil {
		return wrap("read the erasures", err)
	}
	for _, subject := range subjects {
		if err := s.deleteEvidence(ctx, subject); err != nil {
			return err
		}
	}
	if err := s.scrub(ctx); err != nil {
		return err
	}
	_, err := s.db.NewRaw("DELETE FROM erasures WHERE scrubbed AND at < ?", micros(s.clock().Add(-erasureNoted))).Exec(ctx)
	return wrap("sweep", err)
}

// KeepSwept sweeps now and every hour until ctx ends. Several servers may do so.
func (s *Store) KeepSwept(ctx context.Context) {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "sweeping the database failed", "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
