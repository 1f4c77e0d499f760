package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/vouchline/vouchline/pbx/passport"
)

// A certificateShelf is a folder of the certificates that calls were signed with:
// a service that starts anew right after a renewal still serves the one that
// calls on their way name. What is in it is for everybody to read.
type certificateShelf struct {
	dir   string
	clock func() time.Time
	log   *slog.Logger
}

var shelfName = regexp.MustCompile(`^[0-9a-f]{20}\.pem$`)

// put keeps a certificate, and drops those that have ended: what they signed is
// verified by nobody any more.
func (s certificateShelf) put(p *passportPair) {
	if err := s.save(p); err != nil {
		s.log.Warn("the certificate is not kept for calls on their way when the service starts anew", "cause", err)
	}
	entries, _ := os.ReadDir(s.dir)
	for _, e := range entries {
		if shelfName.MatchString(e.Name()) && s.get(e.Name()) == nil {
			_ = os.Remove(filepath.Join(s.dir, e.Name())) // again with the next one
		}
	}
}

func (s certificateShelf) save(p *passportPair) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	return replaceFile(filepath.Join(s.dir, passport.Name(p.chain[0])), passport.EncodeChain(withoutRoot(p.chain)...))
}

// get returns a certificate of a name that follows from it and that has not
// ended: nobody is served what somebody else put there.
func (s certificateShelf) get(name string) []byte {
	if !shelfName.MatchString(name) {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(s.dir, name)) //nolint:gosec // of digits and letters alone
	if err != nil {
		return nil
	}
	chain, err := passport.ParseChain(text)
	if err != nil || passport.Name(chain[0]) != name || s.clock().After(chain[0].NotAfter) {
		return nil
	}
	return passport.EncodeChain(chain...)
}
