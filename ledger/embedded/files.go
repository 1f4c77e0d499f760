package embedded

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// The files of a log's folder.
const (
	logName     = "log"
	headName    = "head"
	keyName     = "signing.key"
	lockName    = "lock"
	privateName = "private"
)

// ErrLocked says that another process writes to the log.
var ErrLocked = errors.New("ledger/embedded: another process holds the log")

// lock takes the folder for this process until the file is closed or the
// process ends, however it ends.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) //nolint:gosec // a descriptor fits an int
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrLocked
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// signingKey reads the key, or makes it if the log is new. A log whose key is
// gone can be verified but not continued.
func signingKey(dir string) (ed25519.PrivateKey, error) {
	path := filepath.Join(dir, keyName)
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if info, err := os.Stat(filepath.Join(dir, logName)); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("the log's signing key is missing: %s", path)
	}
	_, key, err = ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := replace(osDisk{}, path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return nil, fmt.Errorf("write signing key: %w", err)
	}
	return key, osDisk{}.syncDir(dir)
}

func readKey(path string) (ed25519.PrivateKey, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		return nil, errors.Join(fmt.Errorf("%s may be read by others: chmod 600 it, and think who has", path), err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("%s is not a PEM file", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is not an Ed25519 key", path)
	}
	return private, nil
}

// readHead returns the signed head line's content; nil if there is none. The
// head is read before the log: whatever it names is then in the log.
func readHead(dir string, key ed25519.PublicKey) (*head, error) {
	b, err := os.ReadFile(filepath.Join(dir, headName)) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no head is an answer
	}
	if err != nil {
		return nil, err
	}
	if len(b) == 0 || b[len(b)-1] != '\n' {
		return nil, &TamperedError{0, "the head file: " + errForm.Error()}
	}
	h, err := unseal[head](key, labelHead, b[:len(b)-1])
	if err != nil {
		return nil, &TamperedError{h.Seq, "the head file: " + err.Error()}
	}
	return &h, nil
}
