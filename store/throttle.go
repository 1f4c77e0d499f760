package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/otp"
)

// throttleKept is how long uses are remembered; no window may be longer.
const throttleKept = 48 * time.Hour

// Take notes one use of key unless a window is full.
func (s *Store) Take(ctx context.Context, key string, windows ...otp.Window) (retryAfter time.Duration, err error) {
	if otp.Longest(windows...) > throttleKept {
		return 0, errors.New("store: a throttle window is longer than uses are kept")
	}
	hash := s.keys.hash("throttle", key) // a phone number or a source address
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// Without this, two servers could each see the last free place.
		if err := s.serialize(ctx, tx, "throttle:"+hex.EncodeToString(hash)); err != nil {
			return err
		}
		now := s.clock()
		past, err := uses(ctx, tx, hash, now.Add(-otp.Longest(windows...)))
		if err != nil {
			return err
		}
		ok, wait := otp.Allow(now, past, windows...)
		if !ok {
			retryAfter = wait
			return nil
		}
		_, err = tx.NewRaw("INSERT INTO throttle (hash, at) VALUES (?, ?)", hash, micros(now)).Exec(ctx)
		return err
	})
	return retryAfter, wrap("throttle", err)
}

func uses(ctx context.Context, tx bun.Tx, hash []byte, since time.Time) ([]time.Time, error) {
	var at []int64
	if err := tx.NewRaw("SELECT at FROM throttle WHERE hash = ? AND at >= ?", hash, micros(since)).Scan(ctx, &at); err != nil {
		return nil, err
	}
	past := make([]time.Time, len(at))
	for i, us := range at {
		past[i] = fromMicros(us)
	}
	return past, nil
}

// Fail counts one more failure in a row of an authenticator.
func (s *Store) Fail(ctx context.Context, authenticator string) (count int, err error) {
	err = s.db.NewRaw(`INSERT INTO failures (hash, count) VALUES (?, 1)
		ON CONFLICT (hash) DO UPDATE SET count = failures.count + 1 RETURNING count`,
		s.keys.hash("failures", authenticator)).Scan(ctx, &count)
	return count, wrap("count a failure", err)
}

// Succeed ends a row of failures.
func (s *Store) Succeed(ctx context.Context, authenticator string) error {
	_, err := s.db.NewRaw("DELETE FROM failures WHERE hash = ?", s.keys.hash("failures", authenticator)).Exec(ctx)
	return wrap("reset failures", err)
}

// Failures returns the failures in a row of an authenticator.
func (s *Store) Failures(ctx context.Context, authenticator string) (count int, err error) {
	err = s.read.NewRaw("SELECT count FROM failures WHERE hash = ?", s.keys.hash("failures", authenticator)).Scan(ctx, &count)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return count, wrap("read failures", err)
}
