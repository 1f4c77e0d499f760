package embedded

import (
	"errors"
	"io"
	"os"
)

// A disk is the steps by which a log's folder changes, apart from the log
// itself. A crash may come between any two of them.
type disk interface {
	// create writes a file and syncs it; an old one of the name is cut first.
	create(path string, content []byte) error
	rename(from, to string) error
	// wipe overwrites a file with zeros and syncs it.
	wipe(path string) error
	remove(path string) error
	syncDir(dir string) error
}

// A file is what the core needs of *os.File.
type file interface {
	io.WriteCloser
	io.ReaderAt
	Sync() error
	Truncate(size int64) error
}

type osDisk struct{}

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) remove(path string) error     { return os.Remove(path) }

func (osDisk) create(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return finish(f, err)
}

func (osDisk) wipe(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.Write(make([]byte, info.Size()))
	}
	return finish(f, err)
}

func (osDisk) syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	return finish(d, nil)
}

// finish syncs a file, if it was written without error, and closes it.
func finish(f *os.File, err error) error {
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// replace writes a file so that a crash leaves the old one or the new one.
func replace(d disk, path string, content []byte) error {
	tmp := path + ".new"
	if err := d.create(tmp, content); err != nil {
		return err
	}
	return d.rename(tmp, path)
}
