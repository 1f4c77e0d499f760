package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// FetchConfig says where model files come from and go to.
type FetchConfig struct {
	// From is a folder, or an http(s) address below which each file is found
	// under its name.
	From string
	// Into is the folder to fill; it is made.
	Into string
	// Client makes the requests; nil is http.DefaultClient. The context
	// bounds the time.
	Client *http.Client
}

// Fetch gets every file of the manifest that Into does not hold yet. A file
// appears in Into whole and with the right digest, or not at all. One failure
// does not stop the others; all are in the error.
func Fetch(ctx context.Context, c FetchConfig) ([]Status, error) {
	if c.From == "" || c.Into == "" {
		return nil, errors.New("models: fetch needs a source and a folder")
	}
	have := Finder{Dirs: []string{c.Into}}
	statuses := make([]Status, 0, len(Manifest))
	var failed []error
	for _, file := range Manifest {
		path, err := have.Open(file.Name)
		if err != nil {
			path, err = c.fetch(ctx, file)
		}
		if err != nil {
			failed = append(failed, err)
		}
		statuses = append(statuses, Status{File: file, Path: path, Err: err})
	}
	return statuses, errors.Join(failed...)
}

// fetch writes one file beside its place and moves it there once its digest
// is proved.
func (c FetchConfig) fetch(ctx context.Context, file File) (string, error) {
	source, err := c.open(ctx, file.Name)
	if err != nil {
		return "", fmt.Errorf("models: %s: %w", file.Name, err)
	}
	defer source.Close()
	path := filepath.Join(c.Into, filepath.FromSlash(file.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("models: %w", err)
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return "", fmt.Errorf("models: %w", err)
	}
	defer os.Remove(part.Name()) // nothing to remove once it was moved
	if err := copyProved(part, source, file); err != nil {
		part.Close()
		return "", fmt.Errorf("models: %s: %w", file.Name, err)
	}
	if err := errors.Join(part.Chmod(0o644), part.Sync(), part.Close()); err != nil {
		return "", fmt.Errorf("models: %s: %w", file.Name, err)
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return "", fmt.Errorf("models: %w", err)
	}
	return path, nil
}

// copyProved copies no more than the manifest's length and fails unless the
// digest is the manifest's.
func copyProved(dst io.Writer, src io.Reader, file File) error {
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(dst, hash), io.LimitReader(src, file.Bytes+1))
	if err != nil {
		return err
	}
	if digest := hex.EncodeToString(hash.Sum(nil)); n != file.Bytes || digest != file.SHA256 {
		return fmt.Errorf("not the file of the manifest (digest %s)", digest)
	}
	return nil
}

// open finds a file below the source.
func (c FetchConfig) open(ctx context.Context, name string) (io.ReadCloser, error) {
	if !strings.HasPrefix(c.From, "http://") && !strings.HasPrefix(c.From, "https://") {
		return os.Open(filepath.Join(c.From, filepath.FromSlash(name)))
	}
	address, err := url.JoinPath(c.From, name)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := c.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("%s answers %s", address, response.Status)
	}
	return response.Body, nil
}
