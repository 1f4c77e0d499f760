package store

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// outboxKept is how long messages stay on the outbox page.
const outboxKept = 7 * 24 * time.Hour

// DestroySubject erases a person: the data key first, so that what a later
// line fails to delete can be read by nobody, then rows and blobs. The line's
// account stays as a disabled shell without name or digests, so that PBXs that
// poll learn that it is gone; its number and the audit log stay. Doing it
// again finishes what was left undone.
func (s *Store) DestroySubject(ctx context.Context, id string) error {
	identity := ""
	if e, err := s.Get(ctx, id); err == nil {
		identity = e.Data.Identity.ID
	} else if !errors.Is(err, kyc.ErrNotFound) && !errors.Is(err, ErrCorrupt) {
		return err
	}
	if identity != "" {
		if err := s.emptyAccount(ctx, identity); err != nil {
			return err
		}
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, statement := range []string{
			"DELETE FROM subject_keys WHERE subject_id = ?",
			"DELETE FROM enrollments WHERE id = ?", // and, by reference, its lookup keys and its face
		} {
			if _, err := tx.NewRaw(statement, id).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return wrap("destroy a subject", err)
	}
	return s.deleteEvidence(ctx, id)
}

func (s *Store) emptyAccount(ctx context.Context, identity string) error {
	a, err := s.AccountOf(ctx, identity)
	if errors.Is(err, kyc.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.SaveAccount(ctx, pbx.Account{
		Extension: a.Extension, AuthUsername: a.AuthUsername, Realm: a.Realm, AOR: a.AOR, IdentityID: a.IdentityID,
	})
}

// Sweep deletes what time has made useless: sessions and links that expired,
// throttle uses beyond every window, old messages of the outbox.
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
	} {
		if _, err := s.db.NewRaw(sweep.statement, micros(sweep.before)).Exec(ctx); err != nil {
			return wrap("sweep", err)
		}
	}
	return nil
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
