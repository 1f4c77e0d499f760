package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// A vault is the folder of the private values. They lie beside the log, which
// knows their digests only, because nothing can be taken out of a log.
//
// A value's file is named after its key and its digest, so a new value of a key
// never touches the file of the old one: whichever of the two the log names
// after a crash is whole, and the other is deleted.
type vault struct {
	dir  string
	disk disk
}

// A privateValue is what the log says of one value in the vault.
type privateValue struct {
	digest digest
	seq    uint64 // of the entry that wrote it
}

// fileOf names a value's file.
func fileOf(key string, value digest) string {
	sum := sha256.Sum256([]byte("vouchline/ledger/private/v1\n" + key + "\n" + hex.EncodeToString(value[:])))
	return hex.EncodeToString(sum[:])
}

var (
	errPrivateMissing = "a private value that it wrote is missing"
	errPrivateChanged = "a private value that it wrote was changed"
)

// read returns a value, or an error that matches [ErrTampered] if its file is
// not what was written.
func (v vault) read(key string, p privateValue) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(v.dir, fileOf(key, p.digest)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &TamperedError{p.seq, errPrivateMissing}
	case err != nil:
		return nil, err
	case sha256.Sum256(b) != p.digest:
		return nil, &TamperedError{p.seq, errPrivateChanged}
	}
	return b, nil
}

// writers is how many files are synced at a time: the file system writes its
// journal once for all that wait for it.
const writers = 16

// write makes files durable. After an error some may be there.
func (v vault) write(files map[string][]byte) error {
	if len(files) == 0 {
		return nil
	}
	var (
		wg    sync.WaitGroup
		free  = make(chan struct{}, writers)
		mu    sync.Mutex
		fault error
	)
	for name, value := range files {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if err := v.disk.create(filepath.Join(v.dir, name), value); err != nil {
				mu.Lock()
				defer mu.Unlock()
				fault = errors.Join(fault, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(fault, v.disk.syncDir(v.dir))
}

// remove overwrites and deletes files, and returns when that is durable. What
// a journal, a snapshot or a flash cell still holds of them is beyond its reach:
// that is why only ciphertext may be put here.
func (v vault) remove(names []string) error {
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		path := filepath.Join(v.dir, name)
		err := v.disk.wipe(path)
		if err == nil {
			err = v.disk.remove(path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return v.disk.syncDir(v.dir)
}

// sweep deletes every file that the log does not name, left by a crash before
// its entry or after the entry that purged it, and reports a named one that is
// missing.
func (v vault) sweep(private map[string]privateValue) error {
	if err := v.make(); err != nil {
		return err
	}
	names, err := v.names()
	if err != nil {
		return err
	}
	missing := make(map[string]uint64, len(private))
	for key, p := range private {
		missing[fileOf(key, p.digest)] = p.seq
	}
	var unnamed []string
	for _, name := range names {
		if _, ok := missing[name]; !ok {
			unnamed = append(unnamed, name)
		}
		delete(missing, name)
	}
	for _, seq := range missing {
		return &TamperedError{seq, errPrivateMissing}
	}
	return v.remove(unnamed)
}

func (v vault) make() error {
	err := os.Mkdir(v.dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return errors.Join(err, v.disk.syncDir(filepath.Dir(v.dir)))
}

// names lists the vault's files; a log without private data has none.
func (v vault) names() ([]string, error) {
	d, err := os.Open(v.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	var names []string
	for {
		entries, err := d.ReadDir(4096)
		for _, e := range entries {
			if e.Type().IsRegular() {
				names = append(names, e.Name())
			}
		}
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
