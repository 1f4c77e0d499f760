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
	"regexp"
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
	l := loader{statics: statics{byName: map[string]File{}, byHash: map[string]File{}}, open: map[string]bool{}}
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = l.load(strings.TrimPrefix(name, "static/"))
		return err
	})
	return l.statics, err
}

// loader loads a script after the modules that it imports: their names in
// URLs are part of its content, and so of its own name.
type loader struct {
	statics
	open map[string]bool // being loaded; an import of one of these is a circle
}

// moduleImport is how our scripts name their neighbours, at once or when needed.
var moduleImport = regexp.MustCompile(`(from |import\()"\./([\w-]+\.js)"`)

func (l loader) load(name string) (File, error) {
	if f, ok := l.byName[name]; ok {
		return f, nil
	}
	if l.open[name] {
		return File{}, fmt.Errorf("templates: %s imports itself through others", name)
	}
	l.open[name] = true
	b, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		return File{}, err
	}
	ext := path.Ext(name)
	if ext == ".js" {
		for _, m := range moduleImport.FindAllStringSubmatch(string(b), -1) {
			imported, err := l.load(m[2])
			if err != nil {
				return File{}, err
			}
			b = bytes.ReplaceAll(b, []byte(m[0]), []byte(m[1]+`"./`+imported.Hashed+`"`))
		}
	}
	sum := sha256.Sum256(b)
	f := File{Name: name, Hashed: strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext, Content: b}
	if f.Gzip, err = compress(b); err != nil {
		return File{}, err
	}
	l.byName[name], l.byHash[f.Hashed] = f, f
	return f, nil
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
