package models

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// ManifestVariable names the environment variable with the operator's own
// manifest.
const ManifestVariable = "VOUCHLINE_MODEL_MANIFEST"

// maxManifest bounds an operator's manifest, in bytes.
const maxManifest = 1 << 20

// operatorManifest is the file of an operator who brings embedding models.
type operatorManifest struct {
	Models []struct {
		File
		// Replaces names the embedding model whose place this one takes; empty
		// adds it as a further opinion.
		Replaces string `json:"replaces,omitempty"`
	} `json:"models"`
}

// Extend reads an operator's manifest and returns the product's with its
// embedding models added or put in place of others. Other models cannot be
// changed: what is decided with them was measured with their very bytes.
// Unknown fields are errors, since a misspelt threshold must not be a missing
// one.
func Extend(operator []byte) ([]File, error) {
	decoder := json.NewDecoder(bytes.NewReader(operator))
	decoder.DisallowUnknownFields()
	var m operatorManifest
	if err := decoder.Decode(&m); err != nil {
		return nil, fmt.Errorf("models: manifest: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("models: manifest: something follows the JSON object")
	}
	if len(m.Models) == 0 {
		return nil, errors.New("models: manifest: no models")
	}
	files := slices.Clone(Manifest)
	for i, entry := range m.Models {
		if err := entry.checkFile(); err != nil {
			return nil, fmt.Errorf("models: manifest: model %d, %q: %w", i+1, entry.Name, err)
		}
		var err error
		if files, err = install(files, entry.File, entry.Replaces); err != nil {
			return nil, fmt.Errorf("models: manifest: model %d, %q: %w", i+1, entry.Name, err)
		}
	}
	return files, nil
}

// ReadManifest is Extend of a file.
func ReadManifest(path string) ([]File, error) {
	f, err := os.Open(path) //nolint:gosec // G304: the operator's own file
	if err != nil {
		return nil, fmt.Errorf("models: manifest: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, fmt.Errorf("models: manifest: %w", err)
	}
	if len(b) > maxManifest {
		return nil, fmt.Errorf("models: manifest: %s is larger than %d bytes", path, maxManifest)
	}
	files, err := Extend(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return files, nil
}

// checkFile says what an operator's entry lacks.
func (f File) checkFile() error {
	var faults []error
	if f.Name == "" {
		faults = append(faults, errors.New("no name"))
	}
	if !fs.ValidPath(f.path()) || f.path() == "." {
		faults = append(faults, fmt.Errorf("file %q is no path below a folder of models", f.path()))
	}
	if b, err := hex.DecodeString(f.SHA256); err != nil || len(b) != 32 || hex.EncodeToString(b) != f.SHA256 {
		faults = append(faults, errors.New("sha256 is not 64 digits of lower-case hexadecimal"))
	}
	return errors.Join(append(faults, f.check())...)
}

// install appends a file to files, or puts it in the place of the embedding model
// that it replaces.
func install(files []File, file File, replaces string) ([]File, error) {
	at := len(files)
	if replaces != "" {
		at = slices.IndexFunc(files, func(f File) bool { return f.Name == replaces && f.Embedding != nil })
		if at < 0 {
			return nil, fmt.Errorf("replaces %q, which is no embedding model of the manifest", replaces)
		}
		files = slices.Delete(files, at, at+1)
	}
	if _, taken := find(files, file.Name); taken {
		return nil, errors.New("the name is taken: choose another, or say what it replaces")
	}
	return slices.Insert(files, at, file), nil
}
