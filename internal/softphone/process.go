package softphone

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds each wait: a phone starts within two seconds on an idle
// machine and registers within one more.
const patience = 40 * time.Second

// keeper runs a phone until the end of descriptor 3, which comes when the test
// says so and when the test binary ends, also by a panic or SIGKILL. A phone that
// ended before is not killed: its number may be another process's by then.
const keeper = `
exec 4<&0
"$@" <&4 3<&- 4<&- &
phone=$!
{
    cat >/dev/null
    kill -KILL $phone
} <&3 >/dev/null 2>&1 4<&- &
watcher=$!
exec 3<&- 4<&-
wait $phone
kill $watcher
`

// A process is a phone that is switched on.
type process struct {
	stdin io.WriteCloser
	life  *os.File
	ended chan struct{}
	said  journal
}

// run starts a program in a folder that is its home.
func run(tb testing.TB, home string, argv ...string) *process {
	tb.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	// It must outlive the test's context, which ends before its cleanups run.
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), "/bin/sh", append([]string{"-c", keeper, "softphone"}, argv...)...) //nolint:gosec // fixed script
	// A sound server's library would leave a folder in /tmp at each start.
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + home, "TMPDIR=" + home, "XDG_RUNTIME_DIR=" + home, "PULSE_RUNTIME_PATH=" + home}
	cmd.Dir = home
	cmd.ExtraFiles = []*os.File{read}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p := &process{life: write, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.said, &p.said
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	tb.Cleanup(p.kill)
	return p
}

// kill ends the phone as a lost battery does: nobody is told.
func (p *process) kill() {
	_ = p.life.Close()
	<-p.ended
}

// await asks until yes, or fails the test with what the phone said.
func (p *process) await(tb testing.TB, what string, yes func() bool) {
	tb.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-limit.C:
			tb.Fatalf("waited %v for %s; the phone said:\n%s", patience, what, p.said.tail())
		case <-p.ended:
			if !yes() {
				tb.Fatalf("the phone ended before %s; it said:\n%s", what, p.said.tail())
			}
			return
		}
	}
}

// A journal keeps what a process writes.
type journal struct {
	mu   sync.Mutex
	text []byte
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text = append(j.text, b...)
	return len(b), nil
}

// bytes returns all of it; what is there does not change any more.
func (j *journal) bytes() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text[:len(j.text):len(j.text)]
}

// tail returns the end, which a failed test shows.
func (j *journal) tail() []byte {
	b := j.bytes()
	return bytes.TrimSpace(b[max(0, len(b)-6000):])
}
