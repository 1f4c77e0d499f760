package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stand is a small file that stands for the model of that name; put writes
// it. The manifest's digest cannot be met by a small file, so these tests
// swap the manifest and do not run in parallel.
func stand(t *testing.T) map[string][]byte {
	t.Helper()
	real := Manifest
	t.Cleanup(func() { Manifest = real })
	files := map[string][]byte{}
	Manifest = nil
	for _, name := range []string{"a.onnx", "tessdata/b.traineddata"} {
		body := []byte("weights of " + name)
		sum := sha256.Sum256(body)
		Manifest = append(Manifest, File{Name: name, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(body))})
		files[name] = body
	}
	return files
}

func put(t *testing.T, dir, name string, body []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestManifest(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Manifest {
		if seen[f.Name] {
			t.Errorf("%s is listed twice", f.Name)
		}
		seen[f.Name] = true
		if b, err := hex.DecodeString(f.SHA256); err != nil || len(b) != sha256.Size {
			t.Errorf("%s: digest %q", f.Name, f.SHA256)
		}
		for what, text := range map[string]string{
			"licence": f.Licence, "origin": f.Origin, "purpose": f.Purpose, "input": f.Input, "output": f.Output, "measured": f.Measured,
		} {
			if text == "" {
				t.Errorf("%s: no %s", f.Name, what)
			}
		}
		if f.Bytes <= 0 || strings.Contains(f.Name, "..") || filepath.IsAbs(f.Name) {
			t.Errorf("%s: %d bytes", f.Name, f.Bytes)
		}
		for _, th := range f.Thresholds {
			if th.Name == "" || th.Value <= 0 || th.Trials <= 0 || th.Measured == "" {
				t.Errorf("%s: threshold %+v is not documented", f.Name, th)
			}
		}
	}
	for _, name := range []string{YuNet, MobileFaceNet, MiniFASNetV2, MiniFASNetV1, Landmarks68, AgeSex, Expression, DocCorners, MRZ} {
		if !seen[name] {
			t.Errorf("%s is not in the manifest", name)
		}
	}
}

func TestOpen(t *testing.T) {
	files := stand(t)
	empty, wrong, right := t.TempDir(), t.TempDir(), t.TempDir()
	put(t, wrong, "a.onnx", []byte("weights of A.onnx"))
	put(t, right, "a.onnx", files["a.onnx"])
	f := Finder{Dirs: []string{filepath.Join(empty, "none"), empty, wrong, right}}
	path, err := f.Open("a.onnx")
	if err != nil || path != filepath.Join(right, "a.onnx") {
		t.Errorf("Open() = %s, %v, want the one with the right digest", path, err)
	}
	if b, err := f.Read("a.onnx"); err != nil || !bytes.Equal(b, files["a.onnx"]) {
		t.Errorf("Read() = %q, %v", b, err)
	}
	f = Finder{Dirs: []string{wrong}}
	_, err = f.Open("a.onnx")
	var missing *MissingError
	if !errors.As(err, &missing) || len(missing.Differ) != 1 {
		t.Errorf("Open(wrong digest) error = %v, want MissingError with Differ", err)
	}
	for _, want := range []string{"a.onnx", wrong, "models fetch --from", Variable} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q in it", err, want)
		}
	}
	if _, err := f.Open("../../etc/passwd"); err == nil || errors.As(err, &missing) {
		t.Errorf("Open(not in the manifest) error = %v", err)
	}
}

// TestOpenSeesChange: the digest is remembered for an unchanged file only.
func TestOpenSeesChange(t *testing.T) {
	files := stand(t)
	dir := t.TempDir()
	put(t, dir, "a.onnx", files["a.onnx"])
	f := Finder{Dirs: []string{dir}}
	if _, err := f.Open("a.onnx"); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "a.onnx", []byte("something else entirely"))
	if _, err := f.Open("a.onnx"); err == nil {
		t.Error("Open(changed) error = nil, want MissingError")
	}
	if _, err := f.Read("a.onnx"); err == nil {
		t.Error("Read(changed) error = nil, want MissingError")
	}
}

func TestMissingAndVerify(t *testing.T) {
	files := stand(t)
	dir := t.TempDir()
	put(t, dir, "a.onnx", files["a.onnx"])
	f := Finder{Dirs: []string{dir}}
	err := f.Missing("a.onnx", "tessdata/b.traineddata")
	var missing *MissingError
	if !errors.As(err, &missing) || !slices.Equal(missing.Names, []string{"tessdata/b.traineddata"}) {
		t.Errorf("Missing() = %v, want tessdata/b.traineddata", err)
	}
	if err := f.Missing("a.onnx"); err != nil {
		t.Errorf("Missing(a.onnx) = %v, want nil", err)
	}
	statuses := f.Verify()
	if len(statuses) != 2 || !statuses[0].OK() || statuses[1].OK() {
		t.Errorf("Verify() = %+v, want one there, one missing", statuses)
	}
}

func TestDefault(t *testing.T) {
	t.Setenv(Variable, "/srv/models")
	got := Default("/src")
	want := []string{"/srv/models", "/src/models/files", "/shared/models"}
	if !slices.Equal(got.Dirs, want) {
		t.Errorf("Default() = %v, want %v", got.Dirs, want)
	}
}

func TestFetch(t *testing.T) {
	files := stand(t)
	source := t.TempDir()
	for name, body := range files {
		put(t, source, name, body)
	}
	server := httptest.NewServer(http.StripPrefix("/models/", http.FileServer(http.Dir(source))))
	t.Cleanup(server.Close)
	for _, from := range []string{source, server.URL + "/models/", server.URL + "/models"} {
		into := filepath.Join(t.TempDir(), "files")
		statuses, err := Fetch(t.Context(), FetchConfig{From: from, Into: into})
		if err != nil || len(statuses) != 2 {
			t.Fatalf("Fetch(%s) = %v, %v", from, statuses, err)
		}
		if err := (Finder{Dirs: []string{into}}).Missing("a.onnx", "tessdata/b.traineddata"); err != nil {
			t.Errorf("after Fetch(%s): %v", from, err)
		}
	}
}

// TestFetchRefuses: what is not the measured file never appears, and one
// failure leaves the rest.
func TestFetchRefuses(t *testing.T) {
	files := stand(t)
	name := "tessdata/b.traineddata"
	tests := map[string][]byte{
		"other bytes": []byte("weights of tessdata/B.traineddata"),
		"cut short":   files[name][:5],
		"too long":    append(bytes.Clone(files[name]), '!'),
		"absent":      nil,
	}
	for what, body := range tests {
		source, into := t.TempDir(), t.TempDir()
		put(t, source, "a.onnx", files["a.onnx"])
		if body != nil {
			put(t, source, name, body)
		}
		if _, err := Fetch(t.Context(), FetchConfig{From: source, Into: into}); err == nil {
			t.Errorf("Fetch(%s) error = nil", what)
		}
		left, err := filepath.Glob(filepath.Join(into, "tessdata", "*"))
		if err != nil || len(left) != 0 {
			t.Errorf("Fetch(%s) left %v, %v", what, left, err)
		}
		parts, err := filepath.Glob(filepath.Join(into, "tessdata", ".part*"))
		if err != nil || len(parts) != 0 {
			t.Errorf("Fetch(%s) left %v, %v", what, parts, err)
		}
		if err := (Finder{Dirs: []string{into}}).Missing("a.onnx"); err != nil {
			t.Errorf("Fetch(%s): the good file is missing: %v", what, err)
		}
	}
}
