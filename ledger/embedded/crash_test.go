package embedded

import (
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/vouchline/vouchline/ledger"
)

var errCrash = errors.New("the process is gone")

// A crash lets some steps through to the disk, does half of the next one, and
// nothing after it.
type crash struct {
	mu   sync.Mutex
	left int // steps until then
}

// step reports whether the next step is done whole, or half.
func (c *crash) step() (whole, half bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left--
	return c.left >= 0, c.left == -1
}

// crashingDisk is a disk of a process that crashes.
type crashingDisk struct {
	disk
	*crash
}

func (d crashingDisk) create(path string, content []byte) error {
	whole, half := d.step()
	if whole {
		return d.disk.create(path, content)
	}
	if half {
		return errors.Join(errCrash, os.WriteFile(path, content[:len(content)/2], 0o600))
	}
	return errCrash
}

func (d crashingDisk) wipe(path string) error {
	whole, half := d.step()
	if whole {
		return d.disk.wipe(path)
	}
	if half {
		return errors.Join(errCrash, os.WriteFile(path, []byte{0}, 0o600))
	}
	return errCrash
}

func (d crashingDisk) rename(from, to string) error {
	if whole, _ := d.step(); !whole {
		return errCrash
	}
	return d.disk.rename(from, to)
}

func (d crashingDisk) remove(path string) error {
	if whole, _ := d.step(); !whole {
		return errCrash
	}
	return d.disk.remove(path)
}

func (d crashingDisk) syncDir(dir string) error {
	if whole, _ := d.step(); !whole {
		return errCrash
	}
	return d.disk.syncDir(dir)
}

type crashingFile struct {
	file
	*crash
}

func (f crashingFile) Write(b []byte) (int, error) {
	whole, half := f.step()
	if whole {
		return f.file.Write(b)
	}
	if half {
		n, err := f.file.Write(b[:len(b)/2])
		return n, errors.Join(errCrash, err)
	}
	return 0, errCrash
}

func (f crashingFile) Sync() error {
	if whole, _ := f.step(); !whole {
		return errCrash
	}
	return f.file.Sync()
}

func (f crashingFile) Truncate(size int64) error {
	if whole, _ := f.step(); !whole {
		return errCrash
	}
	return f.file.Truncate(size)
}

// After a crash between any two steps to the disk, or in the middle of one, the
// private values are those the log names, no other bytes of one are left, and
// what was answered is true.
func TestCrashBetweenAnyTwoSteps(t *testing.T) {
	t.Parallel()
	type act struct{ function, value string }
	for _, c := range []struct {
		name   string
		before []act
		group  []act // written together
	}{
		{"first value", nil, []act{{"put", "first"}}},
		{"other value", []act{{"put", "first"}}, []act{{"put", "second"}}},
		{"purge", []act{{"put", "first"}}, []act{{"purge", ""}}},
		{"value and back in one group", []act{{"put", "first"}}, []act{{"put", "second"}, {"put", "first"}}},
		{"value and purge in one group", []act{{"put", "first"}}, []act{{"put", "second"}, {"purge", ""}}},
		{"purge and value in one group", []act{{"put", "first"}}, []act{{"purge", ""}, {"put", "first"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for steps := 0; ; steps++ {
				dir := t.TempDir()
				l := openNotes(t, dir)
				allowed := map[string]bool{"": true}
				for _, a := range c.before {
					call(t, l, a.function, a.value)
					allowed = map[string]bool{a.value: true}
				}
				crash := &crash{left: steps}
				l.disk = crashingDisk{osDisk{}, crash}
				l.vault.disk = l.disk
				l.file = crashingFile{l.file, crash}
				var group []*request
				for _, a := range c.group {
					group = append(group, &request{call: ledger.Call{Function: a.function, Request: []byte(a.value)}, caller: l.caller})
					allowed[a.value] = true
				}
				l.commit(group)
				done := group[0].err == nil
				if err := l.lock.Close(); err != nil {
					t.Fatal(err)
				}

				if _, err := Verify(dir); err != nil && !done {
					t.Fatalf("Verify() after %d steps = %v, want no error", steps, err)
				}
				l = openNotes(t, dir)
				got := ""
				if b := note(t, l); b != "" {
					got = b[1 : len(b)-1]
				}
				if last := c.group[len(c.group)-1].value; !allowed[got] || done && got != last {
					t.Errorf("the value after %d steps = %q, answered: %v", steps, got, done)
				}
				if open := string(l.chain.state["note"]); open != got {
					t.Errorf("after %d steps the state says %q and the private value is %q", steps, open, got)
				}
				if files := stored(t, dir); len(files) > 1 || len(files) == 1 && files[0] != got || len(files) == 0 && got != "" {
					t.Errorf("files after %d steps = %q, want %q alone", steps, files, got)
				}
				for _, a := range c.group {
					call(t, l, a.function, a.value)
				}
				if done {
					return
				}
			}
		})
	}
}

// A value that cannot be written leaves nothing behind, and the log goes on.
func TestPrivateValueThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openNotes(t, dir)
	l.vault.disk = fullDisk{osDisk{}}
	_, err := l.Submit(t.Context(), ledger.Call{Function: "put", Request: []byte("first")})
	if !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("Submit(on a full disk) = %v, want ErrUnavailable", err)
	}
	if files := stored(t, dir); files != nil {
		t.Errorf("files after a failure = %q, want none", files)
	}
	l.vault.disk = osDisk{}
	call(t, l, "put", "first")
	if got := note(t, l); got != `"first"` {
		t.Errorf("GetPrivate() = %s, want the value", got)
	}
}

// fullDisk has room for half of a file.
type fullDisk struct{ disk }

func (fullDisk) create(path string, content []byte) error {
	return errors.Join(errDisk, os.WriteFile(path, content[:len(content)/2], 0o600))
}
