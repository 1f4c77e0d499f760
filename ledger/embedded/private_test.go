package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

// notes are rules for these tests: they keep one private value and beside it,
// where everybody sees it, what it should be.
func notes(s ledger.State, function string, request []byte) ([]byte, error) {
	var err error
	switch function {
	case "put":
		err = errors.Join(s.PutPrivate("note", request), s.Put("note", request), s.Emit([]ledger.Event{{Identity: string(request)}}))
	case "purge":
		err = errors.Join(s.PurgePrivate("note"), s.Delete("note"))
	case "read":
		var b []byte
		if b, err = s.GetPrivate("note"); err == nil && b != nil {
			return []byte(`{"tx_id":"found","record":"` + string(b) + `"}`), nil
		}
	}
	return []byte(`{"tx_id":"` + s.TxID() + `"}`), err
}

func openNotes(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := Open(Config{Dir: dir, Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		t.Fatalf("Open() = %v, want no error", err)
	}
	l.rules = notes
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func call(t *testing.T, l *Log, function, value string) {
	t.Helper()
	if _, err := l.Submit(t.Context(), ledger.Call{Function: function, Request: []byte(value)}); err != nil {
		t.Fatalf("Submit(%s %s) = %v, want no error", function, value, err)
	}
}

// note is the private value as the log returns it, empty for none.
func note(t *testing.T, l *Log) string {
	t.Helper()
	a, err := l.Evaluate(t.Context(), ledger.Call{Function: "read"})
	if err != nil {
		t.Fatalf("Evaluate(read) = %v, want no error", err)
	}
	return string(a.Record)
}

func stored(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, privateName))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, privateName, e.Name())) //nolint:gosec // the test's own folder
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, string(b))
	}
	return values
}

func TestPrivateValueIsOutsideTheLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openNotes(t, dir)
	for _, c := range []struct {
		function, value string
		want            []string
	}{
		{"put", "one", []string{"one"}},
		{"put", "two", []string{"two"}},
		{"put", "two", []string{"two"}},
		{"purge", "", nil},
		{"purge", "", nil},
		{"put", "one", []string{"one"}},
	} {
		call(t, l, c.function, c.value)
		if diff := cmp.Diff(c.want, stored(t, dir)); diff != "" {
			t.Errorf("files after %s %s (-want +got):\n%s", c.function, c.value, diff)
		}
		for range 2 {
			if got, want := note(t, l), c.value; want == "" && got != "" || want != "" && got != `"`+want+`"` {
				t.Errorf("GetPrivate() after %s %s = %s", c.function, c.value, got)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if r, err := Verify(dir); err != nil || r.Private != len(c.want) {
				t.Errorf("Verify() = %+v, %v; want %d private values", r, err, len(c.want))
			}
			l = openNotes(t, dir)
		}
	}
}

func TestChangedPrivateValueIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(path string) error
		opens  bool // what was changed is found when it is read, what is gone at once
	}{
		{"changed", func(path string) error { return os.WriteFile(path, []byte("One"), 0o600) }, true},
		{"longer", func(path string) error { return os.WriteFile(path, []byte("one "), 0o600) }, true},
		{"empty", func(path string) error { return os.Truncate(path, 0) }, true},
		{"gone", os.Remove, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l := openNotes(t, dir)
			call(t, l, "put", "one")
			if err := c.change(filepath.Join(dir, privateName, fileOf("note", l.chain.private["note"].digest))); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Evaluate(t.Context(), ledger.Call{Function: "read"}); !errors.Is(err, ErrTampered) {
				t.Errorf("GetPrivate() = %v, want ErrTampered", err)
			}
			if _, err := Verify(dir); !errors.Is(err, ErrTampered) {
				t.Errorf("Verify() = %v, want ErrTampered", err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l, err := Open(Config{Dir: dir, Now: time.Now})
			if (err == nil) != c.opens || err != nil && !errors.Is(err, ErrTampered) {
				t.Fatalf("Open() = %v, want it to open: %v", err, c.opens)
			}
			if err == nil {
				_ = l.Close()
			}
		})
	}
}

func TestOthersReadNoPrivateValue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openNotes(t, dir)
	call(t, l, "put", "one")
	r, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	r.rules = notes
	for name, view := range map[string]*Log{
		"another organisation": l.As("Org2MSP"), "nobody": l.As(""),
		"read only": r, "read only as the writer": r.As(DefaultOrganisation().MSP),
	} {
		if _, err := view.Evaluate(t.Context(), ledger.Call{Function: "read"}); !errors.Is(err, ledger.ErrForbidden) {
			t.Errorf("GetPrivate() by %s = %v, want ErrForbidden", name, err)
		}
	}
}

// A value may be purged while another process verifies.
func TestPurgeWhileVerifying(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openNotes(t, dir)
	call(t, l, "put", "one")
	seen := map[string]privateValue{"note": l.chain.private["note"]}
	call(t, l, "purge", "")
	if err := verifyPrivate(dir, seen); err != nil {
		t.Errorf("verifyPrivate(of before the purge) = %v, want no error", err)
	}
}
