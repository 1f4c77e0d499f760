package storetest

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/pbx"
)

var eraseTests = map[string]func(*testing.T, *suite){
	"a destroyed subject is gone":                destroyed,
	"destroying a damaged subject":               destroyDamaged,
	"a destroyed key leaves no bytes":            keyBytesGone,
	"a reader delays the scrub and no more":      scrubDelayed,
	"blobs that outlived an erasure are swept":   blobsSwept,
	"messages go with whom they are about":       messagesErased,
	"a subject destroyed twice at the same time": destroyedTwice,
}

func destroyed(t *testing.T, s *suite) {
	ctx := t.Context()
	s.enrolled(t, "en1", "id1")
	s.create(t, "en2")
	for _, id := range []string{"en1", "en2"} {
		if err := s.PutEvidence(ctx, id, "front", []byte("photograph")); err != nil {
			t.Fatal(err)
		}
	}
	ext := s.allocate(t, "id1", plan)
	if err := s.SaveAccount(ctx, account(0, "id1")); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Minute)
	for range 2 { // the second time is no error
		if err := s.DestroySubject(ctx, "en1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Get(ctx, "en1"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Get = %v, want ErrNotFound", err)
	}
	if _, err := s.Evidence(ctx, "en1", "front"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Evidence = %v, want ErrNotFound", err)
	}
	s.found(t, kyc.ByEmail, "en1@example.org")
	s.found(t, kyc.ByPhone, "+22997000001", "en2")
	if n := len(s.blobs(t)); n != 1 {
		t.Errorf("%d blobs left, want the other subject's", n)
	}
	page, err := s.FindAccounts(ctx, pbx.Query{})
	if err != nil || len(page.Accounts) != 1 || !page.Accounts[0].IsShell() {
		t.Errorf("FindAccounts = %v, %v, want one empty and disabled", page.Accounts, err)
	}
	if other := s.allocate(t, "id2", plan); other == ext {
		t.Errorf("the extension %s was given away at once", ext)
	}
	if _, err := s.Evidence(ctx, "en2", "front"); err != nil {
		t.Errorf("Evidence of another subject = %v", err)
	}
}

func destroyDamaged(t *testing.T, s *suite) {
	for i, damage := range []string{
		"UPDATE enrollments SET state = 'approved' WHERE id = 'en0'",
		"UPDATE subject_keys SET wrapped = enrollments.sealed FROM enrollments WHERE id = subject_id AND id = 'en1'",
	} {
		id, identity := fmt.Sprintf("en%d", i), fmt.Sprintf("id%d", i)
		s.enrolled(t, id, identity)
		if err := s.SaveAccount(t.Context(), account(i, identity)); err != nil {
			t.Fatal(err)
		}
		if err := s.exec(t, damage); err != nil {
			t.Fatal(err)
		}
		if err := s.DestroySubject(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.column(t, "SELECT COUNT(*) FROM enrollments"); n[0] != "0" {
		t.Errorf("%s enrollments left, want 0", n[0])
	}
	page, err := s.FindAccounts(t.Context(), pbx.Query{})
	list := page.Accounts
	if err != nil || len(list) != 1 || list[0].DisplayName != "" || list[0].IdentityID != "id0" {
		t.Errorf("FindAccounts = %v, %v, want the shell of the one that could be read", list, err)
	}
}

// files returns the content of the files below the database, PostgreSQL's own
// write-ahead log apart.
func (s *suite) files(t *testing.T) map[string][]byte {
	t.Helper()
	dir := filepath.Dir(s.cfg.DSN)
	if s.Dialect() == "postgres" {
		if err := s.exec(t, "CHECKPOINT"); err != nil { // what is in memory only
			t.Fatal(err)
		}
		dir = filepath.Join(s.column(t, "SHOW data_directory")[0], "base", s.column(t, "SELECT oid::text FROM pg_database WHERE datname = current_database()")[0])
	}
	found := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found[path] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// lies returns the files in which bytes lie.
func lies(in map[string][]byte, what []byte) (places []string) {
	for path, content := range in {
		if bytes.Contains(content, what) {
			places = append(places, path)
		}
	}
	return places
}

// wrapped returns the key of a subject as it is stored.
func (s *suite) wrapped(t *testing.T, id string) []byte {
	t.Helper()
	hexadecimal := "hex(wrapped)"
	if s.Dialect() == "postgres" {
		hexadecimal = "encode(wrapped, 'hex')"
	}
	b, err := hex.DecodeString(s.column(t, "SELECT "+hexadecimal+" FROM subject_keys WHERE subject_id = '"+id+"'")[0])
	if err != nil || len(b) < 64 {
		t.Fatalf("the key of %s is %d bytes, %v", id, len(b), err)
	}
	return b
}

// Many subjects come and change, so that pages split and fill, and every
// fourth one goes. Of those no part of the key may lie in any file, not even
// where the database's own statements no longer see it.
func keyBytesGone(t *testing.T, s *suite) {
	const subjects = 120
	keys := map[string][]byte{}
	for i := range subjects {
		id := fmt.Sprintf("en%x", i*7919%subjects) // not in the order of the index
		s.create(t, id)
		keys[id] = s.wrapped(t, id)
		_, err := s.Update(t.Context(), id, func(e *kyc.Enrollment) error { e.Data.Notice = "x"; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	before := s.files(t)
	gone := map[string]bool{}
	for id, key := range keys {
		if len(lies(before, key[len(key)-48:])) == 0 {
			t.Fatalf("the key of %s is nowhere before it is destroyed: the search is blind", id)
		}
		if len(gone) < subjects/4 {
			gone[id] = true
			if err := s.DestroySubject(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s.Dialect() == "postgres" { // SQLite's are gone with the call
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	after := s.files(t)
	for id, key := range keys {
		for _, part := range [][]byte{key[:32], key[len(key)/2 : len(key)/2+24], key[len(key)-32:]} {
			if at := lies(after, part); gone[id] && len(at) > 0 {
				t.Errorf("a part of the destroyed key of %s lies in %v", id, at)
			} else if !gone[id] && len(at) == 0 {
				t.Errorf("the key of %s, which nobody destroyed, is gone", id)
			}
		}
		if _, err := s.Get(t.Context(), id); gone[id] != errors.Is(err, kyc.ErrNotFound) {
			t.Errorf("Get(%s), destroyed %t = %v", id, gone[id], err)
		}
	}
}

// reader opens a second way into the SQLite file.
func (s *suite) reader(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: s.cfg.DSN}).EscapedPath())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Who reads keeps old pages, or the table, for itself. The erasure is done all
// the same, and its bytes go with the next sweep after the reader.
func scrubDelayed(t *testing.T, s *suite) {
	ctx := t.Context()
	s.create(t, "en1")
	key := s.wrapped(t, "en1")
	db := s.DB()
	if s.Dialect() == "sqlite" {
		db = s.reader(t)
	}
	reader, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reader.QueryRowContext(ctx, "SELECT COUNT(*) FROM subject_keys").Scan(&n); err != nil || n != 1 {
		t.Fatalf("the reader sees %d keys, %v, want 1", n, err)
	}
	if err := s.DestroySubject(ctx, "en1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, "en1"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Get beside the reader = %v, want ErrNotFound", err)
	}
	if n := s.column(t, "SELECT COUNT(*) FROM erasures WHERE NOT scrubbed"); n[0] != "1" {
		t.Errorf("%s erasures are not scrubbed while a reader holds on, want 1", n[0])
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if at := lies(s.files(t), key[len(key)-32:]); len(at) > 0 {
		t.Errorf("the key lies in %v after the reader went", at)
	}
	s.clock.Advance(48 * time.Hour)
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if n := s.column(t, "SELECT COUNT(*) FROM erasures"); n[0] != "0" {
		t.Errorf("%s erasures are remembered after two days, want 0", n[0])
	}
}

func blobsSwept(t *testing.T, s *suite) {
	ctx := t.Context()
	s.create(t, "en1")
	s.create(t, "en2")
	for _, id := range []string{"en1", "en2"} {
		if err := s.PutEvidence(ctx, id, "front", []byte("photograph")); err != nil {
			t.Fatal(err)
		}
	}
	left := map[string][]byte{}
	for _, path := range s.blobs(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		left[path] = b
	}
	if err := s.DestroySubject(ctx, "en1"); err != nil {
		t.Fatal(err)
	}
	for path, content := range left { // as if the process had died before, or a photograph came in while it ran
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stranger := filepath.Join(s.cfg.Blobs, "en3")
	if err := os.Mkdir(stranger, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stranger, "front"), []byte("of another database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(s.blobs(t)); n != 2 {
		t.Errorf("%d blobs after the sweep, want the living subject's and the one that is not ours", n)
	}
	if _, err := s.Evidence(ctx, "en2", "front"); err != nil {
		t.Errorf("Evidence of the living = %v", err)
	}
}

func messagesErased(t *testing.T, s *suite) {
	ctx := t.Context()
	s.create(t, "en1")
	s.create(t, "en2")
	send := func(about, key string) error {
		return s.Outbox().Send(ctx, notify.Message{
			To: notify.Address{Channel: notify.SMS, Value: "+22997000001"}, Kind: "code", Text: "the code is 123456", Key: key, About: about,
		})
	}
	for _, about := range []string{"en1", "en2", ""} {
		if err := send(about, "to:"+about); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DestroySubject(ctx, "en1"); err != nil {
		t.Fatal(err)
	}
	left, err := s.Outbox().Messages(ctx, 0)
	if err != nil || len(left) != 2 || left[0].About != "" || left[1].About != "en2" {
		t.Errorf("messages = %d, %v, want those of the other and of nobody", len(left), err)
	}
	if err := send("en1", "late"); !errors.Is(err, notify.ErrPermanent) {
		t.Errorf("Send about an erased subject = %v, want ErrPermanent", err)
	}
	if left, err := s.Outbox().Messages(ctx, 0); err != nil || len(left) != 2 {
		t.Errorf("messages after a late one = %d, %v, want 2", len(left), err)
	}
}

func destroyedTwice(t *testing.T, s *suite) {
	s.enrolled(t, "en1", "id1")
	if err := s.SaveAccount(t.Context(), account(1, "id1")); err != nil {
		t.Fatal(err)
	}
	parallel(8, func(i int) {
		if i%2 == 0 {
			if err := s.DestroySubject(t.Context(), "en1"); err != nil {
				t.Error(err)
			}
			return
		}
		if err := s.SaveAccount(t.Context(), account(1, "id1")); err != nil && !errors.Is(err, kyc.ErrNotFound) {
			t.Error(err)
		}
	})
	if a := s.line(t, account(1, "id1").Extension); !a.IsShell() {
		t.Errorf("Account = %v, want a shell", a)
	}
}
