package templates

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed static
var staticFiles embed.FS

// StaticPrefix is where an edge serves the static files.
const StaticPrefix = "/static/"

// A File is one static file. Its name in a URL holds a digest of its content,
// so that a browser may keep it for ever.
type File struct {
	Name    string // in the source: "style.css"
	Hashed  string // in a URL: "style.0123456789ab.css"
	Content []byte
	Gzip    []byte // Content compressed, or nil where that saves nothing
}

// statics are the static files by both their names.
type statics struct{ byName, byHash map[string]File }

var staticSet = sync.OnceValues(loadStatic)

func loadStatic() (statics, error) {
	s := statics{byName: map[string]File{}, byHash: map[string]File{}}
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		name = strings.TrimPrefix(name, "static/")
		ext := path.Ext(name)
		f := File{Name: name, Hashed: strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext, Content: b}
		if f.Gzip, err = compress(b); err != nil {
			return err
		}
		s.byName[name], s.byHash[f.Hashed] = f, f
		return nil
	})
	return s, err
}

// compress is done once, at the best level: the files never change while the
// program runs.
func compress(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(b)
	if err = errors.Join(err, w.Close()); err != nil || out.Len() >= len(b) {
		return nil, err
	}
	return out.Bytes(), nil
}

// Asset returns the URL path of a static file. A file that does not exist is
// an error that breaks the page in its first test.
func Asset(name string) (string, error) {
	s, err := staticSet()
	if err != nil {
		return "", err
	}
	f, ok := s.byName[name]
	if !ok {
		return "", fmt.Errorf("templates: no static file %q", name)
	}
	return StaticPrefix + f.Hashed, nil
}

// Static returns the file with a hashed name.
func Static(hashed string) (File, bool) {
	s, err := staticSet()
	if err != nil {
		return File{}, false
	}
	f, ok := s.byHash[hashed]
	return f, ok
}

// Source returns the static file with a name of the source, for the few files
// that have a fixed address (the icon).
func Source(name string) (File, bool) {
	s, err := staticSet()
	if err != nil {
		return File{}, false
	}
	f, ok := s.byName[name]
	return f, ok
}
