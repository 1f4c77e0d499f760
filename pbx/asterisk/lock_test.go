package asterisk_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// Where the folder and the reload of another process are, in which it is to set
// a line: the test's own program, started once more.
const (
	otherDir    = "VOUCHLINE_TEST_OTHER_DIR"
	otherReload = "VOUCHLINE_TEST_OTHER_RELOAD"
)

// A process that is killed in a change leaves the folder to the others, which
// until then could not change it.
func TestKilledProcessLeavesTheFolder(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv(otherDir); dir != "" {
		p := newProvisioner(t, asterisk.Config{Dir: dir, Reload: []string{os.Getenv(otherReload)}, Timeout: time.Minute})
		t.Fatal("the reload ended: ", p.Provision(t.Context(), pbxtest.Account("1001", "p")))
	}
	dir, arrived := t.TempDir(), filepath.Join(t.TempDir(), "arrived")
	if err := syscall.Mkfifo(arrived, 0o600); err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(patient(t), os.Args[0], "-test.run=^"+t.Name()+"$") //nolint:gosec // ourselves
	other.Env = append(os.Environ(), otherDir+"="+dir, otherReload+"="+script(t, "echo >"+arrived+"; exec sleep 10"))
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(arrived); err != nil { // it is there
		t.Fatal(err)
	}
	hurried := newProvisioner(t, asterisk.Config{Dir: dir, Timeout: 200 * time.Millisecond})
	if err := hurried.Provision(t.Context(), pbxtest.Account("1002", "p")); !errors.Is(err, asterisk.ErrBusy) {
		t.Errorf("Provision() beside another process = %v, want %v", err, asterisk.ErrBusy)
	}
	patience := newProvisioner(t, asterisk.Config{Dir: dir, Timeout: time.Minute})
	waiting := provisioning(t.Context(), patience, pbxtest.Account("1003", "p"))
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it was killed
	if err := <-waiting[0]; err != nil {
		t.Errorf("Provision() after the other process was killed = %v", err)
	}
	if diff := cmp.Diff([]string{"1001", "1003"}, bundled(t, dir)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// Changes of several provisioners of one folder, as several processes have them,
// never meet between writing and reading back.
func TestProvisionersOfOneFolderTakeTurns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	reload := []string{script(t, `mkdir "$1" && rmdir "$1"`), filepath.Join(t.TempDir(), "reloading")}
	var ended []chan error
	var want []string
	for i := range 4 {
		p := newProvisioner(t, asterisk.Config{Dir: dir, Reload: reload, Timeout: time.Minute})
		for k := range 5 {
			a := pbxtest.Account(fmt.Sprintf("10%d%d", i, k), "p")
			want = append(want, a.Extension)
			ended = append(ended, provisioning(t.Context(), p, a)...)
		}
	}
	for i, e := range ended {
		if err := <-e; err != nil {
			t.Errorf("Provision(%s) = %v", want[i], err)
		}
	}
	if diff := cmp.Diff(want, bundled(t, dir)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// A process with many changes, such as one that mends all lines, keeps no other
// from its own.
func TestBusyProcessLeavesOthersTheirTurn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	reload := []string{script(t, "sleep 0.2")}
	busy := newProvisioner(t, asterisk.Config{Dir: dir, Reload: reload, Timeout: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{}, 100)
	var changes sync.WaitGroup
	for i := range 4 {
		changes.Go(func() {
			for ctx.Err() == nil {
				if err := busy.Provision(t.Context(), pbxtest.Account(fmt.Sprintf("100%d", i), "p")); err == nil {
					select {
					case begun <- struct{}{}:
					default:
					}
				}
			}
		})
	}
	for range 4 {
		<-begun
	}
	other := newProvisioner(t, asterisk.Config{Dir: dir, Timeout: 5 * time.Second})
	if err := other.Provision(t.Context(), pbxtest.Account("2001", "p")); err != nil {
		t.Errorf("Provision() beside a busy process = %v", err)
	}
	cancel()
	changes.Wait()
}

// What the superuser's commands write, the service can read, and Asterisk by its
// group.
func TestFilesBelongToTheFoldersOwner(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		testenv.Need(t, "superuser", errors.New("nobody else gives files away"))
	}
	const owner, group = 54321, 54322
	dir := t.TempDir()
	if err := os.Chown(dir, owner, group); err != nil {
		t.Fatal(err)
	}
	p := newProvisioner(t, asterisk.Config{Dir: dir})
	if err := p.Provision(t.Context(), pbxtest.Account("1001", pbx.Password("p"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := info.Sys().(*syscall.Stat_t); !ok || s.Uid != owner || s.Gid != group {
			t.Errorf("%s is of user %d and group %d, want %d and %d", name, s.Uid, s.Gid, owner, group)
		}
	}
}
