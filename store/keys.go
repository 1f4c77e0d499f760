package store

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
	"github.com/uptrace/bun"
)

// Keys is the operator's key, open: an AEAD that wraps the subjects' keys and
// seals what belongs to no subject, and a PRF that other keys derive from.
type Keys struct {
	aead    tink.AEAD
	prf     *prf.Set
	lookup  []byte // HMAC key of hashes that values are found by
	exposed string // file that others can read
}

// keyFile is the operator's key at rest: two cleartext Tink keysets, so that
// Tink's own tools can rotate them.
type keyFile struct {
	About string          `json:"about"`
	AEAD  json.RawMessage `json:"aead"`
	PRF   json.RawMessage `json:"prf"`
}

const aboutKeyFile = "Vouchline operator's key. Whoever has it and the database can read all evidence; without it nobody can. Keep a backup apart from the database's."

// Derive returns the 32-byte key for one purpose.
func (k *Keys) Derive(purpose string) []byte {
	out, err := k.prf.ComputePrimaryPRF([]byte("vouchline/"+purpose), 32)
	if err != nil {
		panic(err) // 32 bytes are within every PRF that unmarshalKeys accepts: it tried
	}
	return out
}

// hash returns the keyed hash by which a value of a kind is found. Without
// the key nobody can test guesses of phone numbers against a stolen database.
func (k *Keys) hash(kind, value string) []byte {
	m := hmac.New(sha256.New, k.lookup)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return m.Sum(nil)
}

func (k *Keys) fingerprint() string {
	return hex.EncodeToString(k.Derive("fingerprint of the operator's key")[:16])
}

// String keeps the key out of formatted text.
func (k *Keys) String() string { return "[operator's key]" }

// GoString keeps the key out of %#v.
func (k *Keys) GoString() string { return "[operator's key]" }

// LogValue keeps the key out of the logs.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

func (k *Keys) warn(log *slog.Logger) {
	if k.exposed != "" {
		log.Warn("the operator's key file can be read by others: chmod 600", "file", k.exposed)
	}
}

// creation says whether what is missing may be made, as on a first start.
type creation bool

const (
	mustExist creation = false
	mayCreate creation = true
)

// unlock reads the operator's key and compares it with the fingerprint in the
// database. It makes a key only for a database that has none: a new key beside
// sealed data would hide that the old one is lost.
func unlock(ctx context.Context, db *bun.DB, file string, c creation) (*Keys, error) {
	var known string
	err := db.NewRaw("SELECT value FROM meta WHERE name = 'operator_key'").Scan(ctx, &known)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, wrap("read the key's fingerprint", err)
	}
	keys, err := loadKeys(file)
	if errors.Is(err, fs.ErrNotExist) {
		if known != "" || c == mustExist {
			return nil, fmt.Errorf("%w (%s)", ErrKeyMissing, file)
		}
		keys, err = createKeys(file)
	}
	if err != nil {
		return nil, err
	}
	if known == "" {
		_, err := db.NewRaw("INSERT INTO meta (name, value) VALUES ('operator_key', ?)", keys.fingerprint()).Exec(ctx)
		return keys, wrap("note the key's fingerprint", err)
	}
	if !hmac.Equal([]byte(known), []byte(keys.fingerprint())) {
		return nil, fmt.Errorf("%w (%s)", ErrKeyWrong, file)
	}
	return keys, nil
}

func loadKeys(file string) (*Keys, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, wrap("read the operator's key", err)
	}
	b, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, wrap("read the operator's key", err)
	}
	keys, err := unmarshalKeys(b)
	if err != nil {
		return nil, fmt.Errorf("store: %s is not an operator's key file: %w", file, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		keys.exposed = file
	}
	return keys, nil
}

func unmarshalKeys(b []byte) (*Keys, error) {
	var kf keyFile
	if err := json.Unmarshal(b, &kf); err != nil {
		return nil, errors.New("not JSON") // the decoder's error could quote key material
	}
	sealing, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(kf.AEAD)))
	if err != nil {
		return nil, fmt.Errorf("keyset \"aead\": %w", err)
	}
	deriving, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(kf.PRF)))
	if err != nil {
		return nil, fmt.Errorf("keyset \"prf\": %w", err)
	}
	keys := &Keys{}
	if keys.aead, err = aead.New(sealing); err != nil {
		return nil, fmt.Errorf("keyset \"aead\": %w", err)
	}
	if keys.prf, err = prf.NewPRFSet(deriving); err != nil {
		return nil, fmt.Errorf("keyset \"prf\": %w", err)
	}
	if _, err := keys.prf.ComputePrimaryPRF([]byte("vouchline/try"), 32); err != nil {
		return nil, fmt.Errorf("keyset \"prf\": %w", err)
	}
	keys.lookup = keys.Derive("lookup")
	return keys, nil
}

// createKeys writes a new key whole or not at all. A process that starts at
// the same time and loses the race gets the winner's key.
func createKeys(file string) (*Keys, error) {
	b, err := newKeyFile()
	if err != nil {
		return nil, wrap("make the operator's key", err)
	}
	if err := writeOnce(file, b); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, wrap("make the operator's key", err)
	}
	return loadKeys(file)
}

func newKeyFile() ([]byte, error) {
	sealing, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	deriving, err := keyset.NewHandle(prf.HKDFSHA256PRFKeyTemplate())
	if err != nil {
		return nil, err
	}
	var a, p bytes.Buffer
	if err := insecurecleartextkeyset.Write(sealing, keyset.NewJSONWriter(&a)); err != nil {
		return nil, err
	}
	if err := insecurecleartextkeyset.Write(deriving, keyset.NewJSONWriter(&p)); err != nil {
		return nil, err
	}
	return json.MarshalIndent(keyFile{About: aboutKeyFile, AEAD: a.Bytes(), PRF: p.Bytes()}, "", "  ")
}

// writeOnce makes a file that survives a power cut, or fails with ErrExist.
func writeOnce(file string, b []byte) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".operator-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), file); err != nil { // unlike a rename it never replaces a key
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the folder of a file just written
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
