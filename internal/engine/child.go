package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// inherited are the variables of the server's environment that a child sees.
// Everything else, passwords and keys above all, stays outside the process
// that parses strangers' pictures.
var inherited = []string{
	"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH",
	"TESSDATA_PREFIX", "VOUCHLINE_MODELS", "GOCOVERDIR", "GOTRACEBACK",
}

// limits must be in the environment before exec: both libraries read them
// when they are loaded. One thread, since the pool is what uses the cores
// (Tesseract is six times slower with more); and a bound on what OpenCV
// decodes, should a picture ever reach its decoders.
var limits = []string{
	"OMP_THREAD_LIMIT=1",
	"OMP_NUM_THREADS=1",
	"OPENCV_IO_MAX_IMAGE_PIXELS=40000000",
}

// Limits returns the environment that a process which loads the engines'
// libraries has to be started with.
func Limits() []string { return slices.Clone(limits) }

// Limited reports whether this process was.
func Limited() bool {
	return !slices.ContainsFunc(limits, func(limit string) bool {
		name, value, _ := strings.Cut(limit, "=")
		return os.Getenv(name) != value
	})
}

// stopGrace is how long a child that is no longer needed may take to leave.
const stopGrace = 2 * time.Second

// child is one engine process. Its owner alone calls its methods.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	stderr *tail
	gone   chan struct{}
	serial uint64
	served int
}

// start runs the command.
func start(config Config) (*child, error) {
	if len(config.Command) == 0 {
		return nil, errors.New("engine: no command")
	}
	// The context of a request does not bound the child, which outlives it.
	cmd := exec.Command(config.Command[0], config.Command[1:]...) //nolint:gosec,noctx // the operator's own program
	cmd.Env = environment(config.Env)
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = stopGrace
	c := &child{cmd: cmd, stderr: &tail{}, gone: make(chan struct{})}
	cmd.Stderr = c.stderr
	var err error
	if c.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	// Not StdoutPipe: Wait would close it under a reader.
	var out *os.File
	if c.stdout, out, err = os.Pipe(); err != nil {
		c.stdin.Close()
		return nil, fmt.Errorf("start: %w", err)
	}
	cmd.Stdout = out
	err = cmd.Start()
	out.Close()
	if err != nil {
		c.stdout.Close()
		c.stdin.Close()
		return nil, fmt.Errorf("start: %w", err)
	}
	go func() {
		_ = cmd.Wait() // the outcome is in cmd.ProcessState
		close(c.gone)
	}()
	return c, nil
}

// environment is the inherited part, the extra part, then the limits, which
// win.
func environment(extra []string) []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if slices.Contains(inherited, name) {
			env = append(env, entry)
		}
	}
	return append(append(env, extra...), limits...)
}

// roundTrip sends a request and reads its response. Any fault of the pipe or
// the protocol is ErrCrashed; other errors are the child's findings, which a
// result may accompany.
func (c *child) roundTrip(j job, timeout time.Duration) error {
	c.serial++
	c.served++
	req := request{ID: c.serial, Method: j.method, TimeoutMS: timeout.Milliseconds()}
	if err := writeFrame(c.stdin, req, j.payload); err != nil {
		return fmt.Errorf("%w: %w", ErrCrashed, err)
	}
	var resp response
	result, err := readFrame(c.stdout, &resp)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrCrashed, err)
	case resp.ID != req.ID:
		return fmt.Errorf("%w: answer to another request", ErrCrashed)
	case resp.Error == nil || len(result) > 0:
		if err := json.Unmarshal(result, j.result); err != nil {
			return fmt.Errorf("%w: result is not JSON", ErrCrashed)
		}
	}
	if resp.Error != nil {
		return resp.Error.err()
	}
	return nil
}

// exited reports whether the process has ended by itself.
func (c *child) exited() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

// stop lets the child leave at the end of its input and waits for it.
func (c *child) stop() {
	c.stdin.Close()
	timer := time.NewTimer(stopGrace)
	defer timer.Stop()
	select {
	case <-c.gone:
	case <-timer.C:
	}
	c.kill()
}

// kill ends the process, waits for it and closes the pipes. Calling it again
// does nothing more.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // already gone is as good
	c.stdin.Close()
	c.stdout.Close()
	<-c.gone
}

// exit says how the process ended.
func (c *child) exit() string {
	<-c.gone
	return c.cmd.ProcessState.String()
}
