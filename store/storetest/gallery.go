package storetest

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
)

var galleryTests = map[string]func(*testing.T, *suite){
	"remember faces and visit them":               rememberFaces,
	"a face remembered twice is replaced":         rememberTwice,
	"a face of nobody":                            rememberNobody,
	"a face lies sealed":                          faceSealed,
	"an erased subject is not visited":            erasedNotVisited,
	"a face whose key is gone is not visited":     keyGone,
	"a damaged face does not end the visit":       damagedFace,
	"a face moved between subjects does not open": faceMoved,
	"faces are remembered and visited at once":    galleryConcurrent,
	"a visit ends by its error":                   visitEnds,
	"faces live through a restart":                facesRestart,
}

// face is a template that tells itself from others.
func face(n int) faces.Template {
	return faces.Template{"first.onnx": {float32(n), 0.5, -1}, "second.onnx": {float32(-n)}}
}

func (s *suite) remember(t *testing.T, id string, f faces.Template) {
	t.Helper()
	if err := s.Remember(t.Context(), id, f); err != nil {
		t.Fatal(err)
	}
}

// visited returns every face that the store visits.
func (s *suite) visited(t *testing.T) map[string]faces.Template {
	t.Helper()
	found := map[string]faces.Template{}
	err := s.Templates(t.Context(), func(id string, f faces.Template) error {
		if _, again := found[id]; again {
			t.Errorf("%s is visited twice", id)
		}
		found[id] = f
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (s *suite) wantVisited(t *testing.T, want map[string]faces.Template) {
	t.Helper()
	if diff := cmp.Diff(want, s.visited(t)); diff != "" {
		t.Errorf("Templates (-want +got):\n%s", diff)
	}
}

func rememberFaces(t *testing.T, s *suite) {
	s.wantVisited(t, map[string]faces.Template{})
	s.create(t, "en1")
	s.create(t, "en2")
	s.create(t, "en3") // without a face
	s.remember(t, "en1", face(1))
	s.remember(t, "en2", face(2))
	s.wantVisited(t, map[string]faces.Template{"en1": face(1), "en2": face(2)})
	for name, bad := range map[string]faces.Template{"none": nil, "empty": {"m": nil}} {
		if err := s.Remember(t.Context(), "en3", bad); err == nil {
			t.Errorf("Remember(%s) = nil, want an error", name)
		}
	}
}

func rememberTwice(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.remember(t, "en1", face(1))
	later := faces.Template{"another.onnx": {0.25}}
	s.remember(t, "en1", later)
	s.wantVisited(t, map[string]faces.Template{"en1": later})
}

func rememberNobody(t *testing.T, s *suite) {
	if err := s.Remember(t.Context(), "nobody", face(1)); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Remember(nobody) = %v, want ErrNotFound", err)
	}
	s.create(t, "en1")
	if err := s.DestroySubject(t.Context(), "en1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Remember(t.Context(), "en1", face(1)); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Remember(erased) = %v, want ErrNotFound", err)
	}
}

// faceSealed looks for the bytes of an embedding in everything that is stored.
func faceSealed(t *testing.T, s *suite) {
	const legible = "FACE-BYTES-CLEAR"
	e := make(faces.Embedding, 0, len(legible)/4)
	for word := range slices.Chunk([]byte(legible), 4) {
		e = append(e, math.Float32frombits(uint32(word[0])|uint32(word[1])<<8|uint32(word[2])<<16|uint32(word[3])<<24))
	}
	s.create(t, "en1")
	s.remember(t, "en1", faces.Template{"first.onnx": e})
	for place, content := range s.raw(t) {
		if visible(content, legible) {
			t.Errorf("an embedding can be read in %s", place)
		}
	}
}

func erasedNotVisited(t *testing.T, s *suite) {
	for i, id := range []string{"en1", "en2", "en3"} {
		s.create(t, id)
		s.remember(t, id, face(i))
	}
	if err := s.DestroySubject(t.Context(), "en2"); err != nil {
		t.Fatal(err)
	}
	s.wantVisited(t, map[string]faces.Template{"en1": face(0), "en3": face(2)})
	if n := s.column(t, "SELECT COUNT(*) FROM face_templates"); n[0] != "2" {
		t.Errorf("%s rows left, want 2", n[0])
	}
}

// keyGone is what a backup that lost a key, or an erasure that was cut off,
// leaves: a row that nobody can open.
func keyGone(t *testing.T, s *suite) {
	for i, id := range []string{"en1", "en2"} {
		s.create(t, id)
		s.remember(t, id, face(i))
	}
	if err := s.exec(t, "DELETE FROM subject_keys WHERE subject_id = 'en1'"); err != nil {
		t.Fatal(err)
	}
	s.wantVisited(t, map[string]faces.Template{"en2": face(1)})
}

func damagedFace(t *testing.T, s *suite) {
	var log strings.Builder
	s.cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s.reopen(t)
	for i, id := range []string{"en1", "en2", "en3"} {
		s.create(t, id)
		s.remember(t, id, face(i))
	}
	damage := "UPDATE face_templates SET sealed = X'00' WHERE enrollment_id = 'en2'"
	if s.Dialect() == "postgres" {
		damage = `UPDATE face_templates SET sealed = '\x00' WHERE enrollment_id = 'en2'`
	}
	for _, statement := range []string{damage, "UPDATE subject_keys SET wrapped = sealed FROM face_templates WHERE subject_id = 'en3' AND enrollment_id = 'en3'"} {
		if err := s.exec(t, statement); err != nil {
			t.Fatal(err)
		}
	}
	s.wantVisited(t, map[string]faces.Template{"en1": face(0)})
	for _, id := range []string{"en2", "en3"} {
		if !strings.Contains(log.String(), "enrollment="+id) {
			t.Errorf("the log does not name %s:\n%s", id, log.String())
		}
	}
	s.remember(t, "en2", face(7))
	s.wantVisited(t, map[string]faces.Template{"en1": face(0), "en2": face(7)})
}

func faceMoved(t *testing.T, s *suite) {
	for i, id := range []string{"en1", "en2"} {
		s.create(t, id)
		s.remember(t, id, face(i))
	}
	if err := s.exec(t, "UPDATE face_templates SET sealed = (SELECT sealed FROM face_templates WHERE enrollment_id = 'en1') WHERE enrollment_id = 'en2'"); err != nil {
		t.Fatal(err)
	}
	s.wantVisited(t, map[string]faces.Template{"en1": face(0)})
}

// galleryConcurrent: whoever looks after having been remembered sees itself,
// and of two the later sees the earlier (kyc relies on it).
func galleryConcurrent(t *testing.T, s *suite) {
	const people = 16
	for i := range people {
		s.create(t, fmt.Sprint("en", i))
	}
	var all atomic.Int32
	parallel(people, func(i int) {
		id := fmt.Sprint("en", i)
		if err := s.Remember(t.Context(), id, face(i)); err != nil {
			t.Error(err)
			return
		}
		seen := 0
		var own faces.Template
		err := s.Templates(t.Context(), func(visited string, f faces.Template) error {
			seen++
			if visited == id {
				own = f
			}
			return nil
		})
		if err != nil || !cmp.Equal(own, face(i)) {
			t.Errorf("%s does not find itself: %v", id, err)
		}
		if seen == people {
			all.Add(1)
		}
	})
	if all.Load() == 0 {
		t.Error("nobody saw all, want it of the last to be remembered at least")
	}
}

func visitEnds(t *testing.T, s *suite) {
	for i := range 3 {
		id := fmt.Sprint("en", i)
		s.create(t, id)
		s.remember(t, id, face(i))
	}
	stop := errors.New("stop")
	n := 0
	if err := s.Templates(t.Context(), func(string, faces.Template) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
		t.Errorf("Templates = %v after %d visits, want the visit's error after 1", err, n)
	}
	if len(s.visited(t)) != 3 {
		t.Error("a visit after one that ended early does not see all")
	}
}

func facesRestart(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.remember(t, "en1", face(1))
	s.reopen(t)
	s.wantVisited(t, map[string]faces.Template{"en1": face(1)})
}
