package asterisk_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// A gate is a reload that says that it is there, and goes on when it is told to.
type gate struct{ arrived, open, log string }

func newGate(t *testing.T) gate {
	t.Helper()
	dir := t.TempDir()
	g := gate{filepath.Join(dir, "arrived"), filepath.Join(dir, "open"), filepath.Join(dir, "log")}
	for _, pipe := range []string{g.arrived, g.open} {
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// reload is a command that stops at the gate the first time.
func (g gate) reload(t *testing.T) []string {
	t.Helper()
	return []string{script(t, `echo reload >>"$3"; test "$(wc -l <"$3")" -gt 1 || { echo >"$1"; read -r go <"$2"; }`), g.arrived, g.open, g.log}
}

func (g gate) await(t *testing.T) {
	t.Helper()
	if _, err := os.ReadFile(g.arrived); err != nil {
		t.Fatal(err)
	}
}

func (g gate) release(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(g.open, []byte("go\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (g gate) reloads(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile(g.log)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), "\n")
}

// bundledFile is what stands before each line's file in the one of them all.
var bundledFile = regexp.MustCompile(`(?m)^; [0-9]+\.conf\n`)

// bundled returns the lines of the file that Asterisk includes.
func bundled(t *testing.T, dir string) (extensions []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "lines.all"))
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range bundledFile.Split(string(b), -1)[1:] {
		accounts, err := format.ParseAsterisk([]byte(section))
		if err != nil || len(accounts) != 1 {
			t.Fatalf("lines.all: %v, %d accounts in %q", err, len(accounts), section)
		}
		extensions = append(extensions, accounts[0].Extension)
	}
	return extensions
}

// provisioning sets lines at the same time, and returns where each ends.
func provisioning(ctx context.Context, p *asterisk.Provisioner, accounts ...pbx.Account) []chan error {
	ended := make([]chan error, len(accounts))
	for i, a := range accounts {
		ended[i] = make(chan error, 1)
		go func() { ended[i] <- p.Provision(ctx, a) }()
	}
	return ended
}

// gathered waits until so many changes wait for the next reload.
func gathered(t *testing.T, p *asterisk.Provisioner, n int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for ctx := patient(t); p.Waiting() != n; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d changes wait, want %d", p.Waiting(), n)
		}
	}
}

// Who comes while Asterisk reloads shares the next reload. One who leaves, one
// whose file cannot be written and one who comes twice are nobody's harm.
func TestConcurrentChangesShareAReload(t *testing.T) {
	t.Parallel()
	dir, g := t.TempDir(), newGate(t)
	p := newProvisioner(t, asterisk.Config{Dir: dir, Reload: g.reload(t), Timeout: time.Minute})
	if err := os.MkdirAll(filepath.Join(dir, "3000.conf", "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	first := provisioning(gone, p, pbxtest.Account("1000", "p"))
	g.await(t)
	var others []pbx.Account
	var want []string
	for i := range 20 {
		others = append(others, pbxtest.Account(fmt.Sprintf("20%02d", i), "p"))
		want = append(want, others[i].Extension)
	}
	shared := provisioning(t.Context(), p, others...)
	broken := provisioning(t.Context(), p, pbxtest.Account("3000", "p"))
	left := provisioning(gone, p, pbxtest.Account("4000", "p"))
	gathered(t, p, 22)
	leave()
	if err := <-first[0]; !errors.Is(err, context.Canceled) || !errors.Is(err, asterisk.ErrNotLoaded) {
		t.Errorf("Provision() of who left during the reload = %v, want %v and %v", err, context.Canceled, asterisk.ErrNotLoaded)
	}
	if err := <-left[0]; !errors.Is(err, context.Canceled) || errors.Is(err, asterisk.ErrNotLoaded) {
		t.Errorf("Provision() of who left before = %v, want %v alone", err, context.Canceled)
	}
	g.release(t)
	for i, ended := range shared {
		if err := <-ended; err != nil {
			t.Errorf("Provision(%s) = %v", others[i].Extension, err)
		}
	}
	if err := <-broken[0]; err == nil {
		t.Error("Provision() over a folder = nil, want an error")
	}
	if got := g.reloads(t); got != 2 {
		t.Errorf("%d reloads, want 2", got)
	}
	if diff := cmp.Diff(append([]string{"1000"}, want...), bundled(t, dir)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// Of two changes of a line the second waits until the first has been seen.
func TestChangesOfALineAreInOrder(t *testing.T) {
	t.Parallel()
	dir, g := t.TempDir(), newGate(t)
	p := newProvisioner(t, asterisk.Config{Dir: dir, Reload: g.reload(t), Timeout: time.Minute})
	a := pbxtest.Account("1001", "first")
	before := provisioning(t.Context(), p, pbxtest.Account("1000", "p"))
	g.await(t)
	first := provisioning(t.Context(), p, a)
	gathered(t, p, 1)
	second := provisioning(t.Context(), p, pbxtest.WithPassword(a, "second"))
	gathered(t, p, 2)
	g.release(t)
	if err := errors.Join(<-before[0], <-first[0], <-second[0]); err != nil {
		t.Fatal(err)
	}
	if got := g.reloads(t); got != 3 {
		t.Errorf("%d reloads, want 3", got)
	}
	accounts, err := p.Accounts()
	if err != nil || len(accounts) != 2 {
		t.Fatalf("Accounts() = %v, %v, want two", accounts, err)
	}
	want := pbxtest.WithPassword(a, "second").Devices[0].Credentials[0].HA1(pbx.MD5)
	if got := accounts[1].Devices[0].Credentials[0].HA1(pbx.MD5); got != want {
		t.Errorf("digest of the line = %s, want the second password's", got)
	}
}

// What is not a line's file as we write it is not given to Asterisk with the
// others, and what a killed process left does not outlive the next change.
func TestBundle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"1002.conf":  "[1002](ep-base)\n;-- a comment that takes in all that follows\n",
		"trunk.conf": "[trunk](ep-base)\n", ".lines.all.3141592653": "digests",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := newProvisioner(t, asterisk.Config{Dir: dir})
	for _, extension := range []string{"1003", "1001"} {
		if err := p.Provision(t.Context(), pbxtest.Account(extension, "p")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"1001", "1003"}, bundled(t, dir)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	want := []string{"000-vouchline.conf", "1001.conf", "1002.conf", "1003.conf", "lines.all", "trunk.conf"}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, "lines.all"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode = %v, %v, want 0640: the digests are as good as passwords", info.Mode(), err)
	}
	if err := p.Deprovision(t.Context(), pbx.NewAOR("1001", pbxtest.Domain)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1003"}, bundled(t, dir)); diff != "" {
		t.Errorf("lines after one was taken away (-want +got):\n%s", diff)
	}
}

// Asterisk hangs up on whom it has no room for (authlimit), so few of many
// changes ask it at the same time.
func TestManyChangesLeaveRoom(t *testing.T) {
	t.Parallel()
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted, asked := make(chan net.Conn, 100), make(chan net.Conn, 100)
	go func() {
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
			asked <- conn
		}
	}()
	ami := clientOf(t, l.Addr().String(), func(c *asterisk.AMIConfig) { c.Timeout = time.Minute })
	publish := func(context.Context, pbx.Account) error { return nil }
	r, err := asterisk.NewRealtime(asterisk.RealtimeConfig{Publish: publish, AMI: ami, Timeout: time.Minute, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var changes sync.WaitGroup
	for i := range 20 {
		changes.Go(func() { _ = r.Provision(ctx, pbxtest.Account(fmt.Sprintf("10%02d", i), "p")) })
	}
	for range 4 {
		<-asked
	}
	changes.Go(func() { _ = ami.Drop(ctx, line2001, "") }) // beside them
	<-asked
	if n := len(asked); n > 0 {
		t.Errorf("%d more sessions, want none", n)
	}
	cancel()
	_ = l.Close()
	for conn := range accepted {
		_ = conn.Close()
	}
	changes.Wait()
}
