package embedded

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// countedFile counts how often the disk is asked to keep its word.
type countedFile struct {
	file
	syncs int
}

func (f *countedFile) Sync() error {
	f.syncs++
	return f.file.Sync()
}

func counted(t *testing.T) (*Log, *countedFile) {
	t.Helper()
	l, err := Open(Config{Dir: t.TempDir(), Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	f := &countedFile{file: l.file}
	l.file = f
	return l, f
}

// The largest batch that the contract admits is one entry.
func TestLargestBatchIsOneEntry(t *testing.T) {
	t.Parallel()
	l, f := counted(t)
	digest := ledgertest.NewIssue().HolderKey
	in := make([]ledger.Issue, ledger.MaxBatch)
	for k := range in {
		in[k] = ledgertest.NewIssue()
		in[k].ID += strings.Repeat("x", ledger.MaxIDSize-len(in[k].ID))
		for a := range ledger.MaxAttributes - len(in[k].Attributes) {
			in[k].Attributes[fmt.Sprintf("a%031d", a)] = digest
		}
		for len(in[k].Nullifiers) < ledger.MaxNullifiers {
			in[k].Nullifiers = append(in[k].Nullifiers, ledgertest.NewIssue().HolderKey)
		}
	}
	height := l.chain.next
	if _, err := l.IssueAll(t.Context(), in); err != nil {
		t.Fatalf("IssueAll(the largest batch) = %v, want no error", err)
	}
	if l.chain.next != height+1 || f.syncs != 1 {
		t.Errorf("IssueAll() wrote %d entries and synced the log %d times, want 1 and 1", l.chain.next-height, f.syncs)
	}
	if last := l.Commits(); last[len(last)-1].Identities != ledger.MaxBatch {
		t.Errorf("Commits() = %+v at the end, want all identities of the batch", last[len(last)-1])
	}
	if r, err := Verify(l.dir); err != nil || r.Identities != ledger.MaxBatch {
		t.Errorf("Verify() = %+v, %v; want %d identities", r, err, ledger.MaxBatch)
	}
}

// What could not be read again is not written.
func TestEntryBeyondAllBounds(t *testing.T) {
	t.Parallel()
	l, _ := counted(t)
	l.rules = func(s ledger.State, _ string, _ []byte) ([]byte, error) {
		return []byte(`{"tx_id":"x"}`), s.Put("note", []byte(strings.Repeat("a", maxLine)))
	}
	if _, err := l.Submit(t.Context(), ledger.Call{}); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("Submit(more than a line holds) = %v, want ErrInvalid", err)
	}
	l.rules = notes
	call(t, l, "put", "one")
	if _, err := Verify(l.dir); err != nil {
		t.Errorf("Verify() = %v, want no error", err)
	}
}

// Who waits together is written together, in the order of arrival, and each
// sees what those before it wrote.
func TestWaitingRequestsShareASync(t *testing.T) {
	t.Parallel()
	l, f := counted(t)
	l.rules = notes
	var waiting []*request
	for _, c := range []ledger.Call{
		{Function: "put", Request: []byte("one")},
		{Function: "read"},
		{Function: "purge"},
		{Function: "put", Request: []byte("two")},
	} {
		r := &request{call: c, caller: l.caller, since: l.now(), err: errNotRun}
		l.waiting.add(r)
		waiting = append(waiting, r)
	}
	height := l.chain.next
	a, err := l.submit(ledger.Call{Function: "read"})
	if err != nil || string(a.Record) != `"two"` {
		t.Errorf("the last of the group read %s, %v; want what the one before wrote", a.Record, err)
	}
	if l.chain.next != height+3 || f.syncs != 1 {
		t.Errorf("the group wrote %d entries and synced the log %d times, want 3 and 1", l.chain.next-height, f.syncs)
	}
	for k, r := range waiting {
		if !r.done || r.err != nil {
			t.Errorf("request %d of the group: done %v, %v; want its answer", k, r.done, r.err)
		}
	}
	if got := string(waiting[1].answer.Record); got != `"one"` {
		t.Errorf("the second of the group read %s, want what the first wrote", got)
	}
}

// An answer that rests on what a group could not write is not given.
func TestGroupFailsAsOne(t *testing.T) {
	t.Parallel()
	l, _ := counted(t)
	l.rules = notes
	l.file = &faulty{file: l.file, short: 40}
	wrote := &request{call: ledger.Call{Function: "put", Request: []byte("one")}, caller: l.caller, since: l.now()}
	l.waiting.add(wrote)
	if a, err := l.submit(ledger.Call{Function: "read"}); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("a read of what was not written = %s, %v; want ErrUnavailable", a.Record, err)
	}
	if !errors.Is(wrote.err, ledger.ErrUnavailable) {
		t.Errorf("the write = %v, want ErrUnavailable", wrote.err)
	}
	if got := note(t, l); got != "" {
		t.Errorf("GetPrivate() afterwards = %s, want nothing", got)
	}
	call(t, l, "put", "one")
}

// A crash may leave the entries of a group in any state: what nobody was told
// of is cut off from the first one that is not whole.
func TestTornInsideAGroup(t *testing.T) {
	t.Parallel()
	l, _ := counted(t)
	l.rules = notes
	call(t, l, "put", "zero")
	for _, value := range []string{"one", "two"} {
		l.waiting.add(&request{call: ledger.Call{Function: "put", Request: []byte(value)}, caller: l.caller, since: l.now()})
	}
	crash := &crash{left: 6} // values and their folder, lines, sync: not the head
	l.disk = crashingDisk{osDisk{}, crash}
	l.vault.disk, l.file = l.disk, crashingFile{tornFile{l.file}, crash}
	if _, err := l.submit(ledger.Call{Function: "put", Request: []byte("three")}); !errors.Is(err, ledger.ErrUnknown) {
		t.Fatalf("Submit() before a crash = %v, want ErrUnknown", err)
	}
	if err := l.lock.Close(); err != nil {
		t.Fatal(err)
	}
	again := openNotes(t, l.dir)
	if got := note(t, again); got != `"one"` {
		t.Errorf("GetPrivate() after the crash = %s, want that of the entry before the torn one", got)
	}
	if files := stored(t, l.dir); len(files) != 1 || files[0] != "one" {
		t.Errorf("files after the crash = %q, want the one that is named", files)
	}
}

// tornFile loses the middle of what is written, as when the pages around it
// reached the disk first.
type tornFile struct{ file }

func (f tornFile) Write(b []byte) (int, error) {
	torn := append([]byte{}, b...)
	torn[len(b)/2] ^= 1
	return f.file.Write(torn)
}
