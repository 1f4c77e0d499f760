package embedded

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// faulty is a disk that fails once on demand.
type faulty struct {
	file
	short    int // bytes that the next write gets through before it fails; -1 never fails
	sync     error
	truncate error
}

var errDisk = errors.New("no space left on device")

func (f *faulty) Write(b []byte) (int, error) {
	if f.short < 0 {
		return f.file.Write(b)
	}
	n, _ := f.file.Write(b[:min(f.short, len(b))])
	f.short = -1
	return n, errDisk
}

func (f *faulty) Sync() error {
	err := f.sync
	f.sync = nil
	return errors.Join(err, f.file.Sync())
}

func (f *faulty) Truncate(size int64) error {
	if f.truncate != nil {
		return f.truncate
	}
	return f.file.Truncate(size)
}

func TestDiskFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		fault    faulty
		want     error
		goesOn   bool // the next issue works without reopening
		entry    bool // the entry is there after reopening
		wantNext error
	}{
		{"short write is cut off", faulty{short: 40}, ledger.ErrUnavailable, true, false, nil},
		{"short write that cannot be cut off", faulty{short: 40, truncate: errDisk}, ledger.ErrUnknown, false, false, ledger.ErrUnavailable},
		{"failed sync", faulty{short: -1, sync: errDisk}, ledger.ErrUnknown, false, true, ledger.ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cfg := Config{Dir: dir, Now: func() time.Time { return time.Unix(0, 0) }}
			l, err := Open(cfg)
			if err != nil {
				t.Fatal(err)
			}
			c.fault.file = l.file
			l.file = &c.fault
			in := ledgertest.NewIssue()
			if _, err := l.Issue(t.Context(), in); !errors.Is(err, c.want) {
				t.Errorf("Issue() = %v, want %v", err, c.want)
			}
			if _, err := l.Issue(t.Context(), ledgertest.NewIssue()); !errors.Is(err, c.wantNext) {
				t.Errorf("next Issue() = %v, want %v", err, c.wantNext)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l, err = Open(cfg)
			if err != nil {
				t.Fatalf("Open() afterwards = %v", err)
			}
			defer func() { _ = l.Close() }()
			if _, _, err := l.Identity(t.Context(), in.ID); (err == nil) != c.entry {
				t.Errorf("Identity() afterwards = %v, want it there: %v", err, c.entry)
			}
			if _, err := l.Issue(t.Context(), in); err != nil {
				t.Errorf("Issue() repeated afterwards = %v, want no error", err)
			}
		})
	}
}

func FuzzReplay(f *testing.F) {
	f.Add([]byte("v1 \n"))
	f.Add([]byte("v1 AAAA {\"seq\":0}\n"))
	f.Fuzz(func(t *testing.T, log []byte) {
		if c, err := replay(bytes.NewReader(log), make([]byte, 32), nil, false); err == nil && c.next != 0 {
			t.Errorf("replay(%q) accepted %d entries nobody signed", log, c.next)
		}
	})
}
