package asterisk

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// bundleFile is all lines in one file, which pjsip.conf should include rather
// than the files of the lines: Asterisk compares each file that it includes with
// all others, for each type of object, so that the time of a reload grows with
// the square of their number. Its name keeps it from being included twice.
const bundleFile = "lines.all"

// writeBundle gathers the files of the lines. One that is not as we write it now
// is among them, as it may be of an earlier version, unless it could take its
// neighbours' place or their meaning; pbx/drift reports either. One that cannot
// be read is as it was: it must keep no other line from being taken away.
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
			p.config.Logger.Error("a line's file is not read, and the line stays as it was", "file", e.Name(), "cause", err)
			b = bundledBefore(path, e.Name())
		}
		if reason := reachesOut(b, extension); reason != "" {
			p.config.Logger.Warn("not a line's file", "file", e.Name(), "reason", reason)
			continue
		}
		all.WriteString(bundled(e.Name()))
		all.Write(b)
		if !bytes.HasSuffix(b, []byte("\n")) {
			all.WriteByte('\n')
		}
	}
	return errors.Join(replace(path, all.Bytes()), syncDir(p.config.Dir))
}

// bundled is the line before what a file holds.
func bundled(name string) string { return "; " + name + "\n" }

var bundledFile = regexp.MustCompile(`(?m)^; [0-9]+\.conf$`)

// bundledBefore is what the bundle has of a file, nothing where it has none.
func bundledBefore(path, name string) []byte {
	all, _ := os.ReadFile(path) //nolint:gosec // our own file
	_, held, _ := bytes.Cut(append([]byte("\n"), all...), []byte("\n"+bundled(name)))
	if next := bundledFile.FindIndex(held); next != nil {
		held = held[:next[0]]
	}
	return held
}

// longestLine is what Asterisk reads at a time, and less: of a longer line the
// rest is a line of its own.
const longestLine = 4096

// reachesOut reports why a file could mean something for other lines than its
// own: a section that is not the line's, another file, a comment that does not
// end, or what Asterisk and we may not read alike.
func reachesOut(b []byte, extension string) (reason string) {
	for line := range strings.SplitSeq(string(b), "\n") {
		line = strings.TrimSpace(line)
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "["), "]")
		switch {
		case len(line) > longestLine || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' }):
			return "a line that is too long, or has a control character"
		case strings.Contains(line, ";--"):
			return "a comment of several lines"
		case line == "" || line[0] == ';':
		case line[0] == '[' && name != extension && !strings.HasPrefix(name, extension+"-"):
			return "a section of another line"
		case line[0] != '[' && !option.MatchString(line):
			return "neither a section nor an option"
		}
	}
	return ""
}

// option is what stands in a section.
var option = regexp.MustCompile(`^[a-z][0-9a-z_]*[ \t]*=`)
