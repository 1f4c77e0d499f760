package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ErrNoAPIKey reports a token or id that is no key, or no longer one.
var ErrNoAPIKey = errors.New("store: no such API key")

// apiKeyPrefix lets secret scanners find a key that leaked into a repository.
const apiKeyPrefix = "vlk_"

// usedEvery bounds how often the last use of a key is written.
const usedEvery = time.Minute

var scopeForm = regexp.MustCompile(`^[a-z_]+:[a-z_]+$`)

// An APIKey is what is known of a key after its token was shown once.
type APIKey struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
	// Organisation is whose key it is, as the ledger and the numbering plan name
	// it: it reads what was consented to for that one, and beside its lines there
	// are none. Empty is the operator's own, which reads no attributes and sees
	// every line.
	Organisation string    `json:"organisation,omitempty"`
	CreatedAt    time.Time `json:"created_at"`
	UsedAt       time.Time `json:"used_at,omitzero"`
	RevokedAt    time.Time `json:"revoked_at,omitzero"`
}

// May reports whether the key has a scope.
func (k APIKey) May(scope string) bool { return slices.Contains(k.Scopes, scope) }

type apiKeyRow struct {
	ID           string `bun:"id"`
	Hash         []byte `bun:"hash"`
	Name         string `bun:"name"`
	Scopes       string `bun:"scopes"`
	Organisation string `bun:"organisation"`
	CreatedAt    int64  `bun:"created_at"`
	UsedAt       int64  `bun:"used_at"`
	RevokedAt    int64  `bun:"revoked_at"`
}

func (r apiKeyRow) key() APIKey {
	return APIKey{
		ID: r.ID, Name: r.Name, Scopes: strings.Fields(r.Scopes), Organisation: r.Organisation,
		CreatedAt: fromMicros(r.CreatedAt), UsedAt: fromMicros(r.UsedAt), RevokedAt: fromMicros(r.RevokedAt),
	}
}

const selectAPIKey = "SELECT id, hash, name, scopes, organisation, created_at, used_at, revoked_at FROM api_keys "

// newToken returns 256 random bits; they need no salt and no slow hash.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// CreateAPIKey makes a key and returns its token, which is not kept: nobody
// can show it again. The organisation is empty for the operator's own; the
// ledger knows whether there is one of that name.
func (s *Store) CreateAPIKey(ctx context.Context, name string, scopes []string, organisation string) (key APIKey, token string, err error) {
	if name == "" || len(scopes) == 0 {
		return APIKey{}, "", errors.New("store: an API key needs a name and a scope")
	}
	for _, scope := range scopes {
		if !scopeForm.MatchString(scope) {
			return APIKey{}, "", fmt.Errorf("store: %q is not a scope such as pbx:read", scope)
		}
	}
	token = apiKeyPrefix + newToken()
	var id [6]byte
	_, _ = rand.Read(id[:])
	row := apiKeyRow{
		ID: hex.EncodeToString(id[:]), Hash: s.keys.hash("api_key", token), Name: name,
		Scopes: strings.Join(scopes, " "), Organisation: organisation, CreatedAt: s.now(),
	}
	_, err = s.db.NewRaw("INSERT INTO api_keys (id, hash, name, scopes, organisation, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		row.ID, row.Hash, row.Name, row.Scopes, row.Organisation, row.CreatedAt).Exec(ctx)
	if err != nil {
		return APIKey{}, "", wrap("insert an API key", err)
	}
	return row.key(), token, nil
}

// APIKey returns the key of a token; [ErrNoAPIKey] when unknown or revoked.
func (s *Store) APIKey(ctx context.Context, token string) (APIKey, error) {
	if !strings.HasPrefix(token, apiKeyPrefix) {
		return APIKey{}, ErrNoAPIKey
	}
	hash := s.keys.hash("api_key", token)
	var row apiKeyRow
	err := s.read.NewRaw(selectAPIKey+"WHERE hash = ?", hash).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return APIKey{}, ErrNoAPIKey
	}
	if err != nil {
		return APIKey{}, wrap("read an API key", err)
	}
	if subtle.ConstantTimeCompare(hash, row.Hash) != 1 || row.RevokedAt != 0 {
		return APIKey{}, ErrNoAPIKey
	}
	s.noteUse(ctx, row)
	return row.key(), nil
}

// noteUse is for the operator's eyes: a failure must not refuse the request.
func (s *Store) noteUse(ctx context.Context, row apiKeyRow) {
	now := s.now()
	if now-row.UsedAt < usedEvery.Microseconds() {
		return
	}
	_, err := s.db.NewRaw("UPDATE api_keys SET used_at = ? WHERE id = ? AND used_at < ?", now, row.ID, now).Exec(ctx)
	if err != nil {
		s.log.WarnContext(ctx, "an API key's use was not noted", "key", row.ID, "cause", err)
	}
}

// APIKeys lists all keys, the newest first.
func (s *Store) APIKeys(ctx context.Context) ([]APIKey, error) {
	var rows []apiKeyRow
	if err := s.read.NewRaw(selectAPIKey+"ORDER BY created_at DESC, id").Scan(ctx, &rows); err != nil {
		return nil, wrap("list API keys", err)
	}
	keys := make([]APIKey, len(rows))
	for i, row := range rows {
		keys[i] = row.key()
	}
	return keys, nil
}

// RevokeAPIKey ends a key for good. Revoking twice is no error.
func (s *Store) RevokeAPIKey(ctx context.Context, id string) error {
	res, err := s.db.NewRaw("UPDATE api_keys SET revoked_at = CASE revoked_at WHEN 0 THEN ? ELSE revoked_at END WHERE id = ?", s.now(), id).Exec(ctx)
	if err != nil {
		return wrap("revoke an API key", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fmt.Errorf("%w: %s", ErrNoAPIKey, id), err)
	}
	return nil
}
