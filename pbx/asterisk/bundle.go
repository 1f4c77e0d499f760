package asterisk

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vouchline/vouchline/pbx/format"
)

// bundleFile is all lines in one file, which pjsip.conf should include rather
// than the files of the lines: Asterisk compares each file that it includes with
// all others, for each type of object, so that the time of a reload grows with
// the square of their number. Its name keeps it from being included twice.
const bundleFile = "lines.all"

// writeBundle gathers the files of the lines. One that is not as we write it
// stays out, as it could take its neighbours' place or their meaning; pbx/drift
// reports it. One that cannot be read is an error: its line would be gone.
func (p *Provisioner) writeBundle() error {
	path := filepath.Join(p.config.Dir, bundleFile)
	entries, err := os.ReadDir(p.config.Dir)
	if err != nil {
		return err
	}
	var all bytes.Buffer
	for _, e := range entries {
		if left, _ := filepath.Match(unfinished(path), e.Name()); left {
			// Of a process that was killed: names and digests that would outlive an erasure.
			if err := os.Remove(filepath.Join(p.config.Dir, e.Name())); err != nil {
				return err
			}
		}
		extension, ok := strings.CutSuffix(e.Name(), ".conf")
		if !ok || e.IsDir() || strings.Trim(extension, "0123456789") != "" {
			continue // the operator's
		}
		b, err := os.ReadFile(p.path(extension))
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away by hand meanwhile
		}
		if err != nil {
			return err
		}
		if err := isLine(b, extension); err != nil {
			p.config.Logger.Warn("not a line's file", "file", e.Name(), "reason", err)
			continue
		}
		all.Write(b)
	}
	return errors.Join(replace(path, all.Bytes()), syncDir(p.config.Dir))
}

// isLine reports why a file is not the one of a line.
func isLine(b []byte, extension string) error {
	accounts, err := format.ParseAsterisk(b)
	if err != nil {
		return err
	}
	if len(accounts) != 1 || accounts[0].Extension != extension {
		return fmt.Errorf("%d lines, want the one of its name", len(accounts))
	}
	return nil
}
