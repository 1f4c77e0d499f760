package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"
)

// Sessions keeps scs sessions: sealed, under a hash of their token, so that a
// copy of the database opens nobody's session. It satisfies scs.CtxStore;
// scs never calls the methods without a context of a store that has these.
type Sessions struct{ s *Store }

// Sessions returns the session store.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

var errNoContext = errors.New("store: sessions need a context")

// Delete is not supported.
func (*Sessions) Delete(string) error { return errNoContext }

// Find is not supported.
func (*Sessions) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is not supported.
func (*Sessions) Commit(string, []byte, time.Time) error { return errNoContext }

func sessionPlace(hash []byte) []byte { return place("session", hex.EncodeToString(hash)) }

// DeleteCtx ends a session.
func (x *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := x.s.db.NewRaw("DELETE FROM sessions WHERE hash = ?", x.s.keys.hash("session", token)).Exec(ctx)
	return wrap("delete a session", err)
}

// FindCtx returns a session that has not expired.
func (x *Sessions) FindCtx(ctx context.Context, token string) (b []byte, found bool, err error) {
	hash := x.s.keys.hash("session", token)
	var sealed []byte
	err = x.s.read.NewRaw("SELECT sealed FROM sessions WHERE hash = ? AND expires_at > ?", hash, x.s.now()).Scan(ctx, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, wrap("read a session", err)
	}
	b, err = x.s.keys.aead.Decrypt(sealed, sessionPlace(hash))
	if err != nil {
		return nil, false, ErrCorrupt
	}
	return b, true, nil
}

// CommitCtx saves a session.
func (x *Sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	hash := x.s.keys.hash("session", token)
	sealed, err := x.s.keys.aead.Encrypt(b, sessionPlace(hash))
	if err != nil {
		return wrap("seal a session", err)
	}
	_, err = x.s.db.NewRaw(`INSERT INTO sessions (hash, expires_at, sealed) VALUES (?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at, sealed = excluded.sealed`,
		hash, micros(expiry), sealed).Exec(ctx)
	return wrap("save a session", err)
}
