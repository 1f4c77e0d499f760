package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Variable names the environment variable with the operator's own folder of
// model files.
const Variable = "VOUCHLINE_MODELS"

// Finder looks for model files in folders, in order.
type Finder struct {
	// Dirs are the folders. The first file with the right digest wins.
	Dirs []string
	// Files are the manifest; nil is the product's own.
	Files []File
}

// manifest returns the entries that the finder goes by.
func (f Finder) manifest() []File {
	if f.Files == nil {
		return Manifest
	}
	return f.Files
}

// Lookup returns the entry of a model.
func (f Finder) Lookup(name string) (File, bool) { return find(f.manifest(), name) }

// Embeddings returns the embedding models, the one whose score is shown first.
func (f Finder) Embeddings() []File {
	var embeddings []File
	for _, file := range f.manifest() {
		if file.Embedding != nil {
			embeddings = append(embeddings, file)
		}
	}
	return embeddings
}

// Default returns the folders for a checkout or working directory at root:
// $VOUCHLINE_MODELS, models/files, ../shared/models.
func Default(root string) Finder {
	var dirs []string
	if dir := os.Getenv(Variable); dir != "" {
		dirs = append(dirs, dir)
	}
	return Finder{Dirs: append(dirs,
		filepath.Join(root, "models", "files"),
		filepath.Join(root, "..", "shared", "models"))}
}

// MissingError names model files that are not to be had, or that are not the
// ones of the manifest.
type MissingError struct {
	// Names are the missing files.
	Names []string
	// Differ are paths where a file of that name has another digest.
	Differ []string
	// Dirs are the folders that were searched.
	Dirs []string
}

// Error names the files and says how to get them.
func (e *MissingError) Error() string {
	text := fmt.Sprintf("model files missing: %s (searched %s)", strings.Join(e.Names, ", "), strings.Join(e.Dirs, ", "))
	if len(e.Differ) > 0 {
		text += "; wrong digest: " + strings.Join(e.Differ, ", ")
	}
	return text + "; run `vouchline models fetch --from URL-or-folder`, or copy them into a folder and set " + Variable
}

// Open returns the path of a model file whose digest is the manifest's. The
// digest of a file is computed once for as long as its size and time stay.
// It returns *MissingError when no folder has it.
func (f Finder) Open(name string) (string, error) {
	file, ok := f.Lookup(name)
	if !ok {
		return "", fmt.Errorf("models: %q is not in the manifest", name)
	}
	missing := &MissingError{Names: []string{name}, Dirs: f.Dirs}
	for _, dir := range f.Dirs {
		path := filepath.Join(dir, filepath.FromSlash(file.path()))
		digest, err := digestOf(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err == nil && digest == file.SHA256:
			return path, nil
		}
		missing.Differ = append(missing.Differ, path)
	}
	return "", missing
}

// Read returns the bytes of a model file, proved by the manifest's digest:
// what is run is what was checked, whatever happens to the file meanwhile.
func (f Finder) Read(name string) ([]byte, error) {
	path, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path) //nolint:gosec // G304: a folder of the operator's and a name of the manifest
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	file, _ := f.Lookup(name)
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, &MissingError{Names: []string{name}, Differ: []string{path}, Dirs: f.Dirs}
	}
	return b, nil
}

// Missing returns a *MissingError naming all of names that Open refuses, or
// nil.
func (f Finder) Missing(names ...string) error {
	all := &MissingError{Dirs: f.Dirs}
	for _, name := range names {
		_, err := f.Open(name)
		var one *MissingError
		switch {
		case err == nil:
		case errors.As(err, &one):
			all.Names = append(all.Names, one.Names...)
			all.Differ = append(all.Differ, one.Differ...)
		default:
			return err
		}
	}
	if len(all.Names) == 0 {
		return nil
	}
	return all
}

// Status is what Verify found of one file.
type Status struct {
	File File `json:"file"`
	// Path is where it was found, empty if it was not.
	Path string `json:"path,omitempty"`
	// Err says why not.
	Err error `json:"-"`
}

// OK reports whether the file is there with the right digest.
func (s Status) OK() bool { return s.Err == nil }

// Verify looks at every file of the manifest.
func (f Finder) Verify() []Status {
	statuses := make([]Status, 0, len(f.manifest()))
	for _, file := range f.manifest() {
		path, err := f.Open(file.Name)
		statuses = append(statuses, Status{File: file, Path: path, Err: err})
	}
	return statuses
}

// stamp identifies the state of a file without reading it.
type stamp struct {
	path  string
	size  int64
	mtime int64
}

// digests remembers what was read: stamp to hexadecimal digest.
var digests sync.Map

// digestOf returns a file's SHA-256, from memory when it has not changed.
func digestOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("models: %s is not a regular file", path)
	}
	key := stamp{path: path, size: info.Size(), mtime: info.ModTime().UnixNano()}
	if digest, ok := digests.Load(key); ok {
		return digest.(string), nil
	}
	b, err := os.ReadFile(path) //nolint:gosec // G304: a folder of the operator's and a name of the manifest
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	digests.Store(key, digest)
	return digest, nil
}
