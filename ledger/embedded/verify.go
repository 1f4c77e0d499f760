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
	TornBytes  int64     `json:"torn_bytes"` // an entry being written, or left by a crash
}

// Verify reads the whole log in dir and checks every entry, beside the process
// that writes to it if there is one. It trusts the signing key of the folder
// and, in a copy without it, the key that the first entry names.
func Verify(dir string) (Report, error) {
	c, err := load(dir)
	if err != nil {
		return Report{}, err
	}
	r := Report{Entries: c.next, Head: c.hash, LastEntry: c.last, PublicKey: strict.EncodeToString(c.key), TornBytes: c.torn}
	for key := range c.state {
		if strings.HasPrefix(key, "identity/") {
			r.Identities++
		}
	}
	return r, nil
}

// load replays a log without taking it.
func load(dir string) (*chain, error) {
	key, err := publicKey(dir)
	if err != nil {
		return nil, err
	}
	acknowledged, err := readHead(dir, key)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, logName)) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return replay(f, key, acknowledged)
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
