package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

// eraser names, in the environment of this test binary, the database whose
// subjects it shall destroy until it is killed.
const eraser = "VOUCHLINE_STORE_TEST_ERASER"

const (
	erased = 24 // subjects
	photos = 12 // of each
)

func subject(i int) (enrollment, identity string) {
	return fmt.Sprintf("en-%d", i), fmt.Sprintf("id-%d", i)
}

// TestEraser is not a test: TestAKilledErasure runs it as a process.
func TestEraser(t *testing.T) {
	dsn, dir, ok := strings.Cut(os.Getenv(eraser), "\n")
	if !ok {
		return // as a test it has nothing to show
	}
	s, err := store.Open(t.Context(), victimConfig(dsn, dir))
	if err != nil {
		t.Fatal(err)
	}
	for i := range erased {
		id, _ := subject(i)
		if _, err := s.Get(t.Context(), id); errors.Is(err, kyc.ErrNotFound) {
			continue // an earlier process has begun it; the sweep has to end it
		}
		if err := s.DestroySubject(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Printf("destroyed %s\n", id)
	}
}

// A process that erases is killed again and again, wherever it is. Each
// subject is whole afterwards, or gone from every table and folder once the
// next process has swept.
func TestAKilledErasure(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *store.Store, dsn, dir string) {
		t.Helper()
		for i := range erased {
			fillSubject(t, s, i)
		}
		gone := 0
		for round := range 6 {
			killed(t, "TestEraser", eraser+"="+dsn+"\n"+dir, "destroyed ", 1+round)
			if err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			gone = checkSubjects(t, s, dir)
		}
		if gone == 0 {
			t.Error("nobody was destroyed: nothing was killed")
		}
	})
}

func fillSubject(t *testing.T, s *store.Store, i int) {
	t.Helper()
	ctx := t.Context()
	id, identity := subject(i)
	number := fmt.Sprint(1000 + i)
	steps := []error{
		s.Create(ctx, kyc.NewEnrollment(id, time.Now(), kyc.Data{
			Profile: kyc.Profile{Email: id + "@example.org"}, Identity: kyc.Identity{ID: identity},
		})),
		s.SaveAccount(ctx, pbx.Account{
			Extension: number, Realm: "vouchline", DisplayName: "Ada", Enabled: true,
			AOR: pbx.NewAOR(number, "vouchline"), IdentityID: identity,
			Devices: []pbx.Device{{
				ID: "d1", Kind: pbx.App, Credentials: []pbx.Credential{pbx.NewCredential(number+"-k3f9ab", "vouchline", "correct horse battery staple")},
			}},
		}),
		s.Outbox().Send(ctx, notify.Message{
			To: notify.Address{Channel: notify.SMS, Value: "+22997000001"}, Kind: "code", Text: "1", Key: id, About: id,
		}),
		s.Remember(ctx, id, faces.Template{"model": {1, 2, 3}}),
	}
	for n := range photos {
		steps = append(steps, s.PutEvidence(ctx, id, fmt.Sprint("photo-", n), []byte("photograph")))
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
}

// checkSubjects checks that each subject is whole or gone and counts the
// latter.
func checkSubjects(t *testing.T, s *store.Store, dir string) (gone int) {
	t.Helper()
	for i := range erased {
		id, identity := subject(i)
		_, err := s.Get(t.Context(), id)
		if err != nil && !errors.Is(err, kyc.ErrNotFound) {
			t.Fatal(err)
		}
		want := map[string]int{"enrollment": 1, "key": 1, "lookup": 2, "message": 1, "face": 1, "word": 1, "photo": photos, "name": 1}
		if err != nil {
			gone++
			want = map[string]int{"enrollment": 0, "key": 0, "lookup": 0, "message": 0, "face": 0, "word": 0, "photo": 0, "name": 0}
		}
		for what, query := range map[string]string{
			"enrollment": "SELECT COUNT(*) FROM enrollments WHERE id = '%s'",
			"key":        "SELECT COUNT(*) FROM subject_keys WHERE subject_id = '%s'",
			"lookup":     "SELECT COUNT(*) FROM enrollment_keys WHERE enrollment_id = '%s'",
			"message":    "SELECT COUNT(*) FROM outbox WHERE subject_id = '%s'",
			"face":       "SELECT COUNT(*) FROM face_templates WHERE enrollment_id = '%s'",
			"word":       "SELECT COUNT(*) FROM account_words JOIN sip_accounts USING (extension) WHERE subject_id = '%s'",
		} {
			var n int
			if err := s.DB().QueryRowContext(t.Context(), fmt.Sprintf(query, id)).Scan(&n); err != nil || n != want[what] {
				t.Errorf("%s: %d rows of kind %s, %v, want %d", id, n, what, err, want[what])
			}
		}
		blobs, err := filepath.Glob(filepath.Join(dir, "blobs", id, "*"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) || len(blobs) != want["photo"] {
			t.Errorf("%s: %d photographs, %v, want %d", id, len(blobs), err, want["photo"])
		}
		a, err := s.Account(t.Context(), fmt.Sprint(1000+i))
		if err != nil || a.IdentityID != identity || (a.DisplayName != "") != (want["name"] == 1) || a.Enabled != (want["name"] == 1) {
			t.Errorf("%s: account = %v, %v, want name and line: %d", id, a, err, want["name"])
		}
	}
	return gone
}
