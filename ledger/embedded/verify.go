package embedded

import (
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A Report is what [Verify] found.
type Report struct {
	Entries    uint64    `json:"entries"`
	Identities int       `json:"identities"`
	Head       string    `json:"head"` // hash of the last entry: keep it elsewhere
	LastEntry  time.Time `json:"last_entry"`
	PublicKey  string    `json:"public_key"`
	TornBytes  int64     `json:"torn_bytes"` // entries being written, or left by a crash
	Private    int       `json:"private"`    // private values, each compared with its digest
}

// Verify reads the whole log in dir and checks every entry, beside the process
// that writes to it if there is one. It trusts the signing key of the folder
// and, in a copy without it, the key that the first entry names.
func Verify(dir string) (Report, error) {
	c, f, err := load(dir, true)
	if err != nil {
		return Report{}, err
	}
	if err := f.Close(); err != nil {
		return Report{}, err
	}
	if err := verifyPrivate(dir, c.private); err != nil {
		return Report{}, err
	}
	r := Report{
		Entries: c.next, Head: c.hash, LastEntry: c.last, PublicKey: strict.EncodeToString(c.key),
		TornBytes: c.torn, Private: len(c.private),
	}
	for key := range c.state {
		if strings.HasPrefix(key, identityPrefix) {
			r.Identities++
		}
	}
	return r, nil
}

// verifyPrivate compares the private values with their digests. One that is
// gone may have been purged since the log was read: then a later reading of the
// log says so.
func verifyPrivate(dir string, private map[string]privateValue) error {
	v := vault{dir: filepath.Join(dir, privateName)}
	wrong := map[string]privateValue{}
	for key, p := range private {
		_, err := v.read(key, p)
		switch {
		case errors.Is(err, ErrTampered):
			wrong[key] = p
		case err != nil:
			return err
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	c, f, err := load(dir, false)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for key, p := range wrong {
		if c.private[key] != p {
			continue
		}
		if _, err := v.read(key, p); err != nil {
			return err
		}
	}
	return nil
}

// load replays a log without taking it, and returns it open for reading.
func load(dir string, each bool) (*chain, *os.File, error) {
	key, err := publicKey(dir)
	if err != nil {
		return nil, nil, err
	}
	acknowledged, err := readHead(dir, key)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Open(filepath.Join(dir, logName)) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, nil, err
	}
	c, err := replay(f, key, acknowledged, each)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return c, f, nil
}

func publicKey(dir string) (ed25519.PublicKey, error) {
	private, err := readKey(filepath.Join(dir, keyName))
	if err == nil {
		return private.Public().(ed25519.PublicKey), nil //nolint:forcetypeassert // by its documentation
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, logName)) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return keyOfLog(f)
}
