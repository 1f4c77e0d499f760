package asterisk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// contactFamily is where Asterisk's registrar keeps devices, under keys such
// as "1001;@8ec4eaef20...".
const contactFamily = "registrar/contact"

// maxContacts bounds the devices of one line: templates allow five.
const maxContacts = 100

// Contacts returns the devices of a line that are registered now. They are
// read from the registrar's own records rather than from its listing: there
// what a phone wrote is quoted, and every one of them can be dropped.
func (a *AMI) Contacts(ctx context.Context, aor pbx.AOR) ([]pbx.Contact, error) {
	extension, err := number(aor)
	if err != nil {
		return nil, err
	}
	select {
	case a.looks <- struct{}{}:
		defer func() { <-a.looks }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var contacts []pbx.Contact
	err = a.with(ctx, func(s *session) error {
		return s.contacts(extension, func(c pbx.Contact) {
			c.AOR = aor
			contacts = append(contacts, c)
		})
	})
	return contacts, err
}

// Drop makes Asterisk forget one device of a line, or all of them where
// contactID is empty. What is not there is no error.
func (a *AMI) Drop(ctx context.Context, aor pbx.AOR, contactID string) error {
	extension, err := number(aor)
	if err != nil {
		return err
	}
	return a.with(ctx, func(s *session) error { return s.drop(extension, contactID) })
}

// HangUp ends the calls of a line, those it made and those it took.
func (a *AMI) HangUp(ctx context.Context, aor pbx.AOR) error {
	extension, err := number(aor)
	if err != nil {
		return err
	}
	return a.with(ctx, func(s *session) error { return s.hangUp(extension) })
}

// drop deletes the records of contacts that are there, and looks again where
// one would not go: another hand may have been faster.
func (s *session) drop(extension, contactID string) error {
	keys, err := s.keys(extension, contactID)
	if err != nil {
		return err
	}
	refused := false
	for _, key := range keys {
		_, err := s.do("DBDel", field{"Family", contactFamily}, field{"Key", key})
		switch {
		case errors.Is(err, ErrRefused):
			refused = true
		case err != nil:
			return err
		}
	}
	if !refused {
		return nil
	}
	left, err := s.keys(extension, contactID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(left, func(key string) bool { return slices.Contains(keys, key) }) {
		return ErrNotDropped
	}
	return nil
}

// keys returns the records of a line's contacts, or of the one that is meant.
func (s *session) keys(extension, contactID string) ([]string, error) {
	var keys []string
	err := s.contacts(extension, func(c pbx.Contact) {
		if contactID == "" || contactID == c.ID {
			keys = append(keys, c.ID)
		}
	})
	return keys, err
}

var contactKey = regexp.MustCompile(`^/` + contactFamily + `/([0-9]+);@[0-9a-f]+$`)

// contacts hands on the records of one line. Asterisk is asked for that line's
// alone: its database matches names with SQL's LIKE, and of AMI's lists no other
// has a line's contacts without everybody's once its endpoint is gone. An Asterisk
// that took the sign for itself would find nothing, so that nobody's devices
// would be dropped: of such a one all are read.
func (s *session) contacts(extension string, each func(pbx.Contact)) error {
	found, err := s.records(extension, each, field{"Family", contactFamily}, field{"Key", extension + ";@%"})
	if err != nil || found > 0 {
		return err
	}
	if like, err := s.matchesLike(); err != nil || like {
		return err
	}
	_, err = s.records(extension, each, field{"Family", contactFamily})
	return err
}

// matchesLike reports whether the database matches with LIKE, by what each
// Asterisk has in it: /pbx/UUID, its own name.
func (s *session) matchesLike() (bool, error) {
	found := 0
	err := s.tree([]field{{"Family", "pbx"}, {"Key", "UU%"}}, func(message) error { found++; return nil })
	return found > 0, err
}

// records hands on those records of a part of the database that are a line's
// contacts, and counts them.
func (s *session) records(extension string, each func(pbx.Contact), part ...field) (found int, err error) {
	err = s.tree(part, func(m message) error {
		key := m.get("Key")
		match := contactKey.FindStringSubmatch(key)
		if len(match) != 2 || match[1] != extension {
			return nil
		}
		if found++; found > maxContacts {
			return fmt.Errorf("asterisk: line %s has over %d devices", extension, maxContacts)
		}
		c := readContact(m.get("Val"))
		c.ID = strings.TrimPrefix(key, "/"+contactFamily+"/")
		each(c)
		return nil
	})
	return found, err
}

// tree lists a part of Asterisk's database, which may have nothing in it.
func (s *session) tree(part []field, each func(message) error) error {
	err := s.list("DBGetTree", part, each)
	if errors.Is(err, ErrRefused) && strings.Contains(err.Error(), "not found") {
		return nil
	}
	return err
}

// readContact reads a record. One that cannot be read is still a device, which
// can be dropped.
func readContact(record string) pbx.Contact {
	var r struct {
		URI       string `json:"uri"`
		UserAgent string `json:"user_agent"`
		Expires   string `json:"expiration_time"`
	}
	if json.Unmarshal([]byte(record), &r) != nil {
		return pbx.Contact{}
	}
	c := pbx.Contact{URI: unescape(r.URI), UserAgent: unescape(r.UserAgent)}
	if seconds, err := strconv.ParseInt(r.Expires, 10, 64); err == nil && seconds > 0 {
		c.Expires = time.Unix(seconds, 0).UTC()
	}
	c.Address = hostPort(c.URI)
	return c
}

var escape = regexp.MustCompile(`\^[0-9A-Fa-f]{2}`)

// unescape undoes what the registrar does to a semicolon, "^3B".
func unescape(s string) string {
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		n, _ := strconv.ParseUint(e[1:], 16, 8) // two hexadecimal digits
		return string(rune(n))
	})
}

// hostPort returns where a contact is reached, which is where it came from:
// the templates have Asterisk rewrite it (rewrite_contact).
func hostPort(uri string) string {
	_, rest, ok := strings.Cut(uri, "@")
	if !ok {
		_, rest, _ = strings.Cut(uri, ":")
	}
	address, _, _ := strings.Cut(rest, ";")
	if _, _, err := net.SplitHostPort(address); err != nil {
		return ""
	}
	return address
}
