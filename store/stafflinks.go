package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// StaffLinkLifetime is how long a staff link works unless told otherwise.
const StaffLinkLifetime = 15 * time.Minute

// ErrLinkInvalid reports a staff link that is unknown, used or too old. Which
// of these is not told to whoever holds it.
var ErrLinkInvalid = errors.New("store: the link is unknown, used or expired")

// A StaffLink signs a member of staff in, once.
type StaffLink struct {
	Name string `json:"name"` // who it is for, as the audit log will say
	Role string `json:"role"` // what they may do, such as "administrator"
}

// CreateStaffLink makes a link and returns its token, kept as a hash only.
func (s *Store) CreateStaffLink(ctx context.Context, link StaffLink, lifetime time.Duration) (token string, expires time.Time, err error) {
	if link.Role == "" {
		return "", time.Time{}, errors.New("store: a staff link needs a role")
	}
	if lifetime <= 0 {
		lifetime = StaffLinkLifetime
	}
	token = newToken()
	now := s.clock()
	expires = fromMicros(micros(now.Add(lifetime)))
	_, err = s.db.NewRaw("INSERT INTO staff_links (hash, name, role, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
		s.keys.hash("staff_link", token), link.Name, link.Role, micros(now), micros(expires)).Exec(ctx)
	return token, expires, wrap("insert a staff link", err)
}

// UseStaffLink redeems a token. Of two uses at the same time one succeeds.
func (s *Store) UseStaffLink(ctx context.Context, token string) (StaffLink, error) {
	now := s.now()
	var link StaffLink
	err := s.db.NewRaw("UPDATE staff_links SET used_at = ? WHERE hash = ? AND used_at = 0 AND expires_at > ? RETURNING name, role",
		now, s.keys.hash("staff_link", token), now).Scan(ctx, &link.Name, &link.Role)
	if errors.Is(err, sql.ErrNoRows) {
		return StaffLink{}, ErrLinkInvalid
	}
	return link, wrap("use a staff link", err)
}
