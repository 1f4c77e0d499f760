package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

const redacted = "[redacted]"

// Secret is a password, token or key from the settings. Whatever prints it
// prints "[redacted]"; only Reveal gives it away.
type Secret string

// Reveal returns the secret itself, for the one call that needs it.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) redact() string {
	if s == "" {
		return ""
	}
	return redacted
}

// String redacts.
func (s Secret) String() string { return s.redact() }

// GoString redacts for %#v.
func (s Secret) GoString() string { return s.redact() }

// LogValue redacts for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.redact()) }

// MarshalText redacts for JSON and the like.
func (s Secret) MarshalText() ([]byte, error) { //nolint:unparam // encoding.TextMarshaler's signature
	return []byte(s.redact()), nil
}

// DSN names a database; a postgres URL may hold a password, which printing
// hides.
type DSN string

// Reveal returns the whole DSN, for opening the database.
func (d DSN) Reveal() string { return string(d) }

// Postgres reports whether the DSN names a PostgreSQL server.
func (d DSN) Postgres() bool {
	return strings.HasPrefix(string(d), "postgres://") || strings.HasPrefix(string(d), "postgresql://")
}

// String hides the password, also where libpq allows it among the parameters.
func (d DSN) String() string {
	if !d.Postgres() {
		return string(d)
	}
	u, err := url.Parse(string(d))
	if err != nil {
		return redacted // what cannot be parsed may hold the password anywhere
	}
	query := u.Query()
	for key := range query {
		if strings.Contains(strings.ToLower(key), "password") {
			query.Set(key, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}

// GoString redacts for %#v.
func (d DSN) GoString() string { return fmt.Sprintf("%q", d.String()) }

// LogValue redacts for slog.
func (d DSN) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText redacts for JSON and the like.
func (d DSN) MarshalText() ([]byte, error) { //nolint:unparam // encoding.TextMarshaler's signature
	return []byte(d.String()), nil
}
