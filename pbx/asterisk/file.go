package asterisk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// unfinished is the pattern of the names under which a file's next content is
// written. It does not end in ".conf", so that it is never included.
func unfinished(path string) string { return "." + filepath.Base(path) + ".*" }

// replace puts a file in place as a whole: written beside it, flushed, and
// renamed over it. It lasts once the folder is flushed too. The group may read
// it, which is how Asterisk, under its own user, does.
func replace(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), unfinished(path))
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(0o640), handOver(f), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// handOver gives a file of the superuser's to the owner and group of its folder:
// the service has to read what the operator's commands wrote, and Asterisk too,
// whose lines would all be gone with one file.
func handOver(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	dir, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	owner, ok := dir.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}

// remove deletes a file, and with it what processes left that were
// killed while they wrote it: a name and digests that would outlive an erasure.
// What is not there is no error.
func remove(path string) error {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), unfinished(path)))
	if err != nil {
		return err
	}
	for _, file := range append(left, path) {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator's folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
