package storetest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
)

var evidenceTests = map[string]func(*testing.T, *suite){
	"put evidence and read it back":     putEvidence,
	"delete evidence":                   deleteEvidence,
	"evidence of nobody":                evidenceOfNobody,
	"evidence is bound to its name":     evidenceBound,
	"damaged evidence is a clear error": evidenceDamaged,
	"names of evidence cannot leave":    evidenceNames,
	"many pieces of evidence at once":   evidenceConcurrent,
	"evidence lives through a restart":  evidenceRestart,
}

func putEvidence(t *testing.T, s *suite) {
	s.create(t, "en1")
	for _, want := range [][]byte{[]byte("first"), []byte("second, longer"), {}, bytes.Repeat([]byte{0xff, 0xd8}, 1<<20)} {
		if err := s.PutEvidence(t.Context(), "en1", "front", want); err != nil {
			t.Fatal(err)
		}
		got, err := s.Evidence(t.Context(), "en1", "front")
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("Evidence = %d bytes, %v, want the %d put there", len(got), err, len(want))
		}
	}
}

func deleteEvidence(t *testing.T, s *suite) {
	s.create(t, "en1")
	for _, name := range []string{"front", "back"} {
		if err := s.PutEvidence(t.Context(), "en1", name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // again is no error
		if err := s.DeleteEvidence(t.Context(), "en1", "front", "never put"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Evidence(t.Context(), "en1", "front"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Evidence(deleted) = %v, want ErrNotFound", err)
	}
	if got, err := s.Evidence(t.Context(), "en1", "back"); err != nil || string(got) != "back" {
		t.Errorf("Evidence(other) = %q, %v", got, err)
	}
}

func evidenceOfNobody(t *testing.T, s *suite) {
	if err := s.PutEvidence(t.Context(), "nobody", "front", []byte("x")); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("PutEvidence(nobody) = %v, want ErrNotFound", err)
	}
	if _, err := s.Evidence(t.Context(), "nobody", "front"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Evidence(nobody) = %v, want ErrNotFound", err)
	}
	s.create(t, "en1")
	if _, err := s.Evidence(t.Context(), "en1", "front"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Evidence(not put) = %v, want ErrNotFound", err)
	}
}

// blobs returns the files of the blob folder.
func (s *suite) blobs(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(s.cfg.Blobs, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func evidenceBound(t *testing.T, s *suite) {
	s.create(t, "en1")
	for _, name := range []string{"document", "selfie"} {
		if err := s.PutEvidence(t.Context(), "en1", name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	files := s.blobs(t)
	if len(files) != 2 {
		t.Fatalf("%d blobs, want 2", len(files))
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[1], b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Evidence(t.Context(), "en1", "selfie"); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Evidence of a blob put in another's place = %v, want ErrCorrupt", err)
	}
}

func evidenceDamaged(t *testing.T, s *suite) {
	s.create(t, "en1")
	if err := s.PutEvidence(t.Context(), "en1", "front", []byte("photograph")); err != nil {
		t.Fatal(err)
	}
	file := s.blobs(t)[0]
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for name, b := range map[string][]byte{"flipped bit": flipped, "cut short": whole[:len(whole)/2], "empty": nil} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Evidence(t.Context(), "en1", "front"); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("Evidence, %s = %v, want ErrCorrupt", name, err)
		}
	}
}

func evidenceNames(t *testing.T, s *suite) {
	for _, id := range []string{"en1", "en1/x", ".."} {
		s.create(t, id)
		for _, name := range []string{"x", "../front", "a/b", "/etc/passwd", "é ü", ".."} {
			want := []byte(id + name)
			if err := s.PutEvidence(t.Context(), id, name, want); err != nil {
				t.Errorf("PutEvidence(%q, %q): %v", id, name, err)
			}
			if got, err := s.Evidence(t.Context(), id, name); err != nil || !bytes.Equal(got, want) {
				t.Errorf("Evidence(%q, %q) = %q, %v", id, name, got, err)
			}
		}
	}
	if n := len(s.blobs(t)); n != 18 {
		t.Errorf("%d files in the blob folder, want 18", n)
	}
}

func evidenceConcurrent(t *testing.T, s *suite) {
	s.create(t, "en1")
	parallel(16, func(i int) {
		b := bytes.Repeat([]byte{byte(i)}, 10_000)
		if err := s.PutEvidence(t.Context(), "en1", "same", b); err != nil {
			t.Error(err)
		}
		if got, err := s.Evidence(t.Context(), "en1", "same"); err != nil || len(got) != len(b) {
			t.Errorf("Evidence while others write = %d bytes, %v", len(got), err)
		}
	})
}

func evidenceRestart(t *testing.T, s *suite) {
	s.create(t, "en1")
	if err := s.PutEvidence(t.Context(), "en1", "front", []byte("photograph")); err != nil {
		t.Fatal(err)
	}
	s.reopen(t)
	if got, err := s.Evidence(t.Context(), "en1", "front"); err != nil || string(got) != "photograph" {
		t.Errorf("Evidence after a restart = %q, %v", got, err)
	}
}
