package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/store"
)

var sealTests = map[string]func(*testing.T, *suite){
	"nothing personal lies in the clear":        nothingInTheClear,
	"a state written by hand does not open":     stateByHand,
	"data moved between rows does not open":     dataMoved,
	"data of an older version does not open":    dataRolledBack,
	"a key moved between subjects fails":        keyMoved,
	"a SIP account moved or aged does not open": accountMoved,
}

// secrets are the values that fillWithSecrets puts into every table.
var secrets = []string{"Eriksson-Plaintext", "+22997000001", "secret@example.org", "PHOTOGRAPH-BYTES", "SESSION-CONTENT", "the code is 123456"}

func fillWithSecrets(t *testing.T, s *suite) {
	t.Helper()
	ctx := t.Context()
	e := applicant("en1", Start)
	e.Data.Profile.Email = "secret@example.org"
	e.Data.Identity.ID = "id1"
	a := account(1, "id1")
	secrets := append(secrets, a.Devices[0].Name, a.Devices[0].Credentials[0].HA1MD5, a.Devices[0].Credentials[0].HA1SHA256)
	_, apiToken, errKey := s.CreateAPIKey(ctx, "asterisk", []string{"pbx:read"}, "bank-of-x")
	staffToken, _, errLink := s.CreateStaffLink(ctx, store.StaffLink{Role: "administrator"}, 0)
	_, errTake := s.Take(ctx, "phone:+22997000001")
	_, errFail := s.Fail(ctx, "phone:+22997000001")
	for _, err := range []error{
		s.Create(ctx, e),
		s.PutEvidence(ctx, "en1", "front", bytes.Repeat([]byte("PHOTOGRAPH-BYTES"), 100)),
		s.SaveAccount(ctx, a),
		s.Sessions().CommitCtx(ctx, "session-token-in-the-clear", []byte("SESSION-CONTENT"), Start.AddDate(1, 0, 0)),
		s.Outbox().Send(ctx, notify.Message{
			To: notify.Address{Channel: notify.SMS, Value: "+22997000001"}, Kind: "code", Text: "the code is 123456", Key: "k1", About: "en1",
		}),
		s.CreatePairing(ctx, pairingRecord(1)),
		errKey, errLink, errTake, errFail,
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p := pairingRecord(1)
	secrets = append(secrets, "session-token-in-the-clear", apiToken, staffToken, p.Client, p.Source, p.UserCode, p.DeviceHash)
	for place, content := range s.raw(t) {
		for _, secret := range secrets {
			if visible(content, secret) {
				t.Errorf("%q can be read in %s", secret, place)
			}
		}
	}
}

// visible also looks for the encodings in which a value would still be legible.
func visible(content []byte, secret string) bool {
	lower := bytes.ToLower(content)
	for _, form := range []string{
		strings.ToLower(secret), hex.EncodeToString([]byte(secret)),
		strings.ToLower(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")),
	} {
		if bytes.Contains(lower, []byte(form)) {
			return true
		}
	}
	return false
}

// raw returns all that an intruder would find: every file, the operator's key
// apart, and every row of every table.
func (s *suite) raw(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == s.cfg.KeyFile {
			return err
		}
		b, err := os.ReadFile(path)
		found[path] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Dialect() == "postgres" {
		for _, table := range s.column(t, "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')") {
			found[table] = []byte(strings.Join(s.column(t, "SELECT x::text FROM "+table+" x"), "\n"))
		}
	}
	if len(found) < 2 {
		t.Fatalf("found only %d files or tables", len(found))
	}
	return found
}

func (s *suite) column(t *testing.T, query string) []string {
	t.Helper()
	rows, err := s.DB().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

func nothingInTheClear(t *testing.T, s *suite) {
	// The search itself must find what is there.
	if err := s.exec(t, "INSERT INTO meta (name, value) VALUES ('probe', 'Legible-Probe')"); err != nil {
		t.Fatal(err)
	}
	probe := false
	for _, content := range s.raw(t) {
		probe = probe || visible(content, "Legible-Probe")
	}
	if !probe {
		t.Fatal("the search does not find what lies in the clear")
	}
	fillWithSecrets(t, s)
}

// refused checks that an enrollment does not open after raw SQL changed it.
func (s *suite) refused(t *testing.T, id string, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if err := s.exec(t, statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Get(t.Context(), id); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Get after %q = %v, want ErrCorrupt", statements, err)
	}
	_, err := s.Update(t.Context(), id, func(*kyc.Enrollment) error { t.Error("change was called"); return nil })
	if !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Update after %q = %v, want ErrCorrupt", statements, err)
	}
}

func stateByHand(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.refused(t, "en1", "UPDATE enrollments SET state = 'approved' WHERE id = 'en1'")
}

func dataMoved(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.create(t, "en2")
	s.refused(t, "en2", "UPDATE enrollments SET sealed = (SELECT sealed FROM enrollments WHERE id = 'en1') WHERE id = 'en2'")
}

func dataRolledBack(t *testing.T, s *suite) {
	s.create(t, "en1")
	if err := s.exec(t, "CREATE TABLE old AS SELECT sealed FROM enrollments"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error { e.Data.Notice = "x"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.refused(t, "en1", "UPDATE enrollments SET sealed = (SELECT sealed FROM old)")
}

func keyMoved(t *testing.T, s *suite) {
	s.create(t, "en1")
	s.create(t, "en2")
	s.refused(t, "en2", "UPDATE subject_keys SET wrapped = (SELECT wrapped FROM subject_keys WHERE subject_id = 'en1') WHERE subject_id = 'en2'")
}

func accountMoved(t *testing.T, s *suite) {
	for i, id := range []string{"id1", "id2"} {
		s.enrolled(t, "en-"+id, id)
		if err := s.SaveAccount(t.Context(), account(i, id)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.exec(t, "UPDATE sip_accounts SET sealed = (SELECT sealed FROM sip_accounts WHERE identity_id = 'id1')"); err != nil {
		t.Fatal(err)
	}
	list, err := s.AccountsOf(t.Context(), "id2")
	if !errors.Is(err, store.ErrCorrupt) || len(list) != 1 || !list[0].IsShell() || list[0].Validate() != nil || list[0].IdentityID != "id2" {
		t.Errorf("AccountsOf = %v, %v, want a shell and ErrCorrupt", list, err)
	}
}
