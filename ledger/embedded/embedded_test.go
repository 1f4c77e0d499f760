package embedded_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func clock() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC) }

func open(t *testing.T, dir string) *embedded.Log {
	t.Helper()
	l, err := embedded.Open(embedded.Config{Dir: dir, Now: clock})
	if err != nil {
		t.Fatalf("Open(%s) = %v, want no error", dir, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func closed(t *testing.T, l *embedded.Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatalf("Close() = %v, want no error", err)
	}
}

func target(l *embedded.Log) ledgertest.Target {
	return ledgertest.Target{
		Writer: l.Client, Other: l.As(ledgertest.OtherMSP).Client, Network: ledger.NetworkEmbedded, Events: l.Events,
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t *testing.T) ledgertest.Target { return target(open(t, t.TempDir())) })
}

// The same calls leave the same records here and in memory, where nothing is
// sealed, signed, written or purged.
func TestSameAsInMemory(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l, err := embedded.Open(embedded.Config{Dir: dir, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			ledgertest.Same(t, seed, 150, ledgertest.NewFake(time.Now).Target(), target(l))
			files, err := os.ReadDir(filepath.Join(dir, "private"))
			if err != nil {
				t.Fatal(err)
			}
			r, err := embedded.Verify(dir)
			if err != nil || r.Private != len(files) || r.Private == 0 {
				t.Errorf("Verify() = %+v, %v; want as many private values as there are files, %d", r, err, len(files))
			}
		})
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	t.Parallel()
	dir, in := t.TempDir(), ledgertest.NewIssue()
	l := open(t, dir)
	at, err := l.Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := l.Identity(t.Context(), in.ID)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, l)

	for range 2 { // opening changes nothing
		l = open(t, dir)
		got, where, err := l.Identity(t.Context(), in.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" || where != at {
			t.Errorf("Identity() after reopening = %+v, %v (-want +got):\n%s", where, err, diff)
		}
		again, err := l.Issue(t.Context(), in)
		if err != nil || again != at {
			t.Errorf("Issue(same) after reopening = %+v, %v; want %+v", again, err, at)
		}
		closed(t, l)
	}
	report, err := embedded.Verify(dir)
	if err != nil || report.Entries != 3 || report.Identities != 1 {
		t.Errorf("Verify() = %+v, %v; want 3 entries and 1 identity", report, err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	if _, err := embedded.Open(embedded.Config{Dir: dir, Now: clock}); !errors.Is(err, embedded.ErrLocked) {
		t.Errorf("Open(of an open log) = %v, want ErrLocked", err)
	}
	closed(t, l)
	open(t, dir)
}

func TestReadOnlyBesideTheWriter(t *testing.T) {
	t.Parallel()
	dir, in := t.TempDir(), ledgertest.NewIssue()
	l := open(t, dir)
	at, err := l.Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := embedded.OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, where, err := r.Identity(t.Context(), in.ID); err != nil || where != at {
		t.Errorf("Identity() read only = %+v, %v; want %+v", where, err, at)
	}
	if _, err := r.Issue(t.Context(), ledgertest.NewIssue()); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("Issue() read only = %v, want ErrUnavailable", err)
	}
}

func TestSigningKeyIsPrivateAndNeeded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closed(t, open(t, dir))
	key := filepath.Join(dir, "signing.key")
	info, err := os.Stat(key)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode of the signing key = %v, %v; want 0600", info.Mode(), err)
	}
	if err := os.Chmod(key, 0o640); err != nil { //nolint:gosec // the fault under test
		t.Fatal(err)
	}
	if _, err := embedded.Open(embedded.Config{Dir: dir, Now: clock}); err == nil {
		t.Error("Open() with a key that others may read = nil, want an error")
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Open(embedded.Config{Dir: dir, Now: clock}); err == nil {
		t.Error("Open() without the key of a log that exists = nil, want an error")
	}
	if _, err := embedded.Verify(dir); err != nil {
		t.Errorf("Verify() without the key = %v, want no error", err)
	}
}

// written makes a log with some history and returns its files as they were
// after each acknowledged call.
func written(t *testing.T) (snapshots []map[string][]byte, issues []ledger.Issue) {
	t.Helper()
	dir := t.TempDir()
	l := open(t, dir)
	for range 3 {
		in := ledgertest.NewIssue()
		if _, err := l.Issue(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		issues = append(issues, in)
		snapshots = append(snapshots, files(t, dir))
	}
	closed(t, l)
	return snapshots, issues
}

func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range []string{"log", "head", "signing.key"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		out[name] = b
	}
	return out
}

func lay(t *testing.T, dir string, content map[string][]byte) {
	t.Helper()
	for name, b := range content {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A crash leaves the log cut anywhere in the last entry, and the head as it was
// before it or, once the whole entry is there, as it was after.
func TestCrashAtEveryByteOfAnEntry(t *testing.T) {
	t.Parallel()
	snapshots, issues := written(t)
	before, after := snapshots[1], snapshots[2]
	dir := t.TempDir()
	for cut := len(before["log"]); cut <= len(after["log"]); cut++ {
		lay(t, dir, map[string][]byte{"log": after["log"][:cut], "head": before["head"], "signing.key": before["signing.key"]})
		if _, err := embedded.Verify(dir); err != nil {
			t.Fatalf("Verify(log cut at %d) = %v, want no error", cut, err)
		}
		if cut < len(after["log"])-3 && cut%11 != 0 { // repairing syncs the disk
			continue
		}
		l, err := embedded.Open(embedded.Config{Dir: dir, Now: clock})
		if err != nil {
			t.Fatalf("Open(log cut at %d) = %v, want no error", cut, err)
		}
		for k, in := range issues {
			_, _, err := l.Identity(t.Context(), in.ID)
			if whole := cut == len(after["log"]); k < 2 && err != nil || k == 2 && (err == nil) != whole {
				t.Fatalf("Identity(%d) of a log cut at %d = %v", k, cut, err)
			}
		}
		at, err := l.Issue(t.Context(), issues[2])
		if err != nil || at.Block != 4 {
			t.Fatalf("Issue() after a cut at %d = %+v, %v; want block 4", cut, at, err)
		}
		closed(t, l)
		if r, err := embedded.Verify(dir); err != nil || r.Entries != 5 || r.TornBytes != 0 {
			t.Fatalf("Verify() after a cut at %d = %+v, %v", cut, r, err)
		}
	}
}

func TestCrashAtEveryByteOfTheFirstEntry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closed(t, open(t, dir))
	whole := files(t, dir)
	first := len(firstLine(whole["log"]))
	for cut := range first + 1 {
		if cut < first-3 && cut%11 != 0 { // repairing syncs the disk
			continue
		}
		dir := t.TempDir()
		lay(t, dir, map[string][]byte{"log": whole["log"][:cut], "signing.key": whole["signing.key"]})
		closed(t, open(t, dir))
		if r, err := embedded.Verify(dir); err != nil || r.Entries != 2 {
			t.Fatalf("Verify() after a cut at %d = %+v, %v; want 2 entries", cut, r, err)
		}
	}
}

func firstLine(log []byte) []byte {
	for k, b := range log {
		if b == '\n' {
			return log[:k+1]
		}
	}
	return log
}

// An entry that was never acknowledged may have reached the disk in any order.
func TestTornInsideTheUnacknowledgedEntry(t *testing.T) {
	t.Parallel()
	snapshots, issues := written(t)
	before, after := snapshots[1], snapshots[2]
	log := append([]byte(nil), after["log"]...)
	clear(log[len(before["log"])+10 : len(log)-1])
	dir := t.TempDir()
	lay(t, dir, map[string][]byte{"log": log, "head": before["head"], "signing.key": before["signing.key"]})
	l := open(t, dir)
	if _, _, err := l.Identity(t.Context(), issues[1].ID); err != nil {
		t.Errorf("Identity(acknowledged) = %v, want no error", err)
	}
	if _, _, err := l.Identity(t.Context(), issues[2].ID); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Identity(never acknowledged) = %v, want ErrNotFound", err)
	}
}

func TestAcknowledgedEntriesMayNotGoMissing(t *testing.T) {
	t.Parallel()
	snapshots, _ := written(t)
	whole := snapshots[2]
	dir := t.TempDir()
	for cut := range len(whole["log"]) {
		lay(t, dir, map[string][]byte{"log": whole["log"][:cut], "head": whole["head"], "signing.key": whole["signing.key"]})
		if _, err := embedded.Verify(dir); !errors.Is(err, embedded.ErrTampered) {
			t.Fatalf("Verify(log cut at %d) = %v, want ErrTampered", cut, err)
		}
		if cut%11 != 0 {
			continue
		}
		if _, err := embedded.Open(embedded.Config{Dir: dir, Now: clock}); !errors.Is(err, embedded.ErrTampered) {
			t.Fatalf("Open(log cut at %d) = %v, want ErrTampered", cut, err)
		}
	}
}

func TestEveryChangedByteIsFound(t *testing.T) {
	t.Parallel()
	snapshots, _ := written(t)
	whole := snapshots[2]
	dir := t.TempDir()
	lay(t, dir, whole)
	if _, err := embedded.Verify(dir); err != nil {
		t.Fatalf("Verify(untouched) = %v, want no error", err)
	}
	for _, name := range []string{"log", "head"} {
		for at := range whole[name] {
			mask := []byte{0x01, 0x20}[at%2] // 0x20 turns the case of a letter
			b := append([]byte(nil), whole[name]...)
			b[at] ^= mask
			lay(t, dir, map[string][]byte{name: b})
			if _, err := embedded.Verify(dir); !errors.Is(err, embedded.ErrTampered) {
				t.Fatalf("Verify(%s with byte %d ^ %#x) = %v, want ErrTampered", name, at, mask, err)
			}
		}
		lay(t, dir, whole)
	}
}

func TestRemovedHeadIsFound(t *testing.T) {
	t.Parallel()
	snapshots, _ := written(t)
	dir := t.TempDir()
	lay(t, dir, snapshots[2])
	if err := os.Remove(filepath.Join(dir, "head")); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Verify(dir); !errors.Is(err, embedded.ErrTampered) {
		t.Errorf("Verify(without head) = %v, want ErrTampered", err)
	}
}

func TestAnotherKeyIsFound(t *testing.T) {
	t.Parallel()
	snapshots, _ := written(t)
	others, _ := written(t)
	dir := t.TempDir()
	lay(t, dir, snapshots[2])
	lay(t, dir, map[string][]byte{"log": others[2]["log"], "head": others[2]["head"]})
	if _, err := embedded.Verify(dir); !errors.Is(err, embedded.ErrTampered) {
		t.Errorf("Verify(a whole log by another key) = %v, want ErrTampered", err)
	}
}

func BenchmarkIssue(b *testing.B) {
	l, err := embedded.Open(embedded.Config{Dir: b.TempDir(), Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for b.Loop() {
		if _, err := l.Issue(b.Context(), ledgertest.NewIssue()); err != nil {
			b.Fatal(err)
		}
	}
}
