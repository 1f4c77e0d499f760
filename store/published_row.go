package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/pbx"
)

// shownLine is a line as PBXs are shown it.
type shownLine struct {
	Extension    string `bun:"extension"`
	Domain       string `bun:"domain"`
	Realm        string `bun:"realm"`
	DisplayName  string `bun:"display_name"`
	IdentityID   string `bun:"identity_id"`
	Organisation string `bun:"organisation"`

	Credentials []shownCredential `bun:"-"`
}

type shownLines []shownLine

// shownCredential is comparable: its times are rounded as they are stored.
type shownCredential struct {
	Extension    string         `bun:"extension"`
	Username     string         `bun:"username"`
	Browser      bool           `bun:"browser"`
	HA1MD5       sql.NullString `bun:"ha1_md5"`
	HA1SHA256    sql.NullString `bun:"ha1_sha256"`
	HA1SHA512256 sql.NullString `bun:"ha1_sha512_256"`
	HA1B         sql.NullString `bun:"ha1b"`
	NotAfter     int64          `bun:"not_after"`
}

func showCredential(c pbx.Credential, browser bool) shownCredential {
	null := func(ha1 string) sql.NullString { return sql.NullString{String: ha1, Valid: ha1 != ""} }
	return shownCredential{
		Username: c.Username, Browser: browser, HA1MD5: null(c.HA1MD5), HA1SHA256: null(c.HA1SHA256),
		HA1SHA512256: null(c.HA1SHA512256), HA1B: null(c.HA1B), NotAfter: micros(c.NotAfter),
	}
}

func (c shownCredential) credential() pbx.Credential {
	return pbx.Credential{
		Username: c.Username, HA1MD5: c.HA1MD5.String, HA1SHA256: c.HA1SHA256.String, HA1SHA512256: c.HA1SHA512256.String,
		HA1B: c.HA1B.String, NotAfter: fromMicros(c.NotAfter),
	}
}

// equal compares everything that a PBX sees.
func (l shownLine) equal(other shownLine) bool {
	same := func(a, b shownCredential) bool {
		a.Extension, b.Extension = "", ""
		return a == b
	}
	return l.Extension == other.Extension && l.Domain == other.Domain && l.Realm == other.Realm && l.DisplayName == other.DisplayName &&
		l.IdentityID == other.IdentityID && l.Organisation == other.Organisation && slices.EqualFunc(l.Credentials, other.Credentials, same)
}

func (lines shownLines) insert(ctx context.Context, tx bun.Tx) error {
	for _, l := range lines {
		_, err := tx.NewRaw("INSERT INTO pbx.lines (extension, domain, realm, display_name, identity_id, organisation) VALUES (?, ?, ?, ?, ?, ?)",
			l.Extension, l.Domain, l.Realm, l.DisplayName, l.IdentityID, l.Organisation).Exec(ctx)
		if err != nil {
			return err
		}
		if err := l.insertEndpoint(ctx, tx, l.Extension, false); err != nil {
			return err
		}
		for i, c := range l.Credentials {
			if err := l.insertCredential(ctx, tx, i, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertCredential adds a credential, and a browser's endpoint.
func (l shownLine) insertCredential(ctx context.Context, tx bun.Tx, place int, c shownCredential) error {
	var end sql.NullTime
	if c.NotAfter != 0 {
		end = sql.NullTime{Time: time.UnixMicro(c.NotAfter).UTC(), Valid: true}
	}
	_, err := tx.NewRaw(`INSERT INTO pbx.credentials (username, extension, realm, place, browser, ha1_md5, ha1_sha256, ha1_sha512_256, ha1b, not_after)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.Username, l.Extension, l.Realm, place, c.Browser, c.HA1MD5, c.HA1SHA256, c.HA1SHA512256, c.HA1B, end).Exec(ctx)
	if err != nil || !c.Browser {
		return err
	}
	return l.insertEndpoint(ctx, tx, c.Username, true)
}

func (l shownLine) insertEndpoint(ctx context.Context, tx bun.Tx, id string, browser bool) error {
	callerID := "<" + l.Extension + ">"
	if l.DisplayName != "" {
		callerID = `"` + l.DisplayName + `" ` + callerID
	}
	_, err := tx.NewRaw("INSERT INTO pbx.endpoints (id, extension, browser, callerid, identity_id) VALUES (?, ?, ?, ?, ?)",
		id, l.Extension, browser, callerID, l.IdentityID).Exec(ctx)
	return err
}

// shown reads lines and their credentials as of one moment.
func (s *Store) shown(ctx context.Context, where string, args ...any) (lines shownLines, err error) {
	err = s.read.RunInTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(ctx context.Context, tx bun.Tx) error {
		err := tx.NewRaw(`SELECT l.extension, l.domain, l.realm, l.display_name, l.identity_id, l.organisation FROM pbx.lines l `+where+`
			ORDER BY length(l.extension), l.extension`, args...).Scan(ctx, &lines)
		if err != nil {
			return err
		}
		var credentials []shownCredential
		err = tx.NewRaw(`SELECT l.extension, l.username, l.browser, l.ha1_md5, l.ha1_sha256, l.ha1_sha512_256, l.ha1b,
			COALESCE((EXTRACT(EPOCH FROM l.not_after) * 1000000)::bigint, 0) AS not_after FROM pbx.credentials l `+where+`
			ORDER BY l.extension, l.place`, args...).Scan(ctx, &credentials)
		if err != nil {
			return err
		}
		of := map[string][]shownCredential{}
		for _, c := range credentials {
			of[c.Extension] = append(of[c.Extension], c)
		}
		for i := range lines {
			lines[i].Credentials = of[lines[i].Extension]
		}
		return nil
	})
	return lines, wrap("read what is published", err)
}
