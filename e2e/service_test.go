package e2e

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

// A service is one `vouchline serve` with its data folder and the parts it
// talks to.
type service struct {
	t        *testing.T
	dir      string // data, and the folder it runs in
	url      string
	settings map[string]string // VOUCHLINE_* without the prefix
	mail     *mailbox
	sms      *phone
	cmd      *exec.Cmd
	ended    chan struct{} // closed when cmd has ended
	log      *journal
}

// start starts a service on a free port with a mail server, an SMS provider,
// the Asterisk folder and the embedded ledger; change may change its settings.
// It ends with the test.
func start(t *testing.T, change func(map[string]string)) *service {
	t.Helper()
	binary(t)
	dir, address := t.TempDir(), siptest.FreeAddress(t)
	s := &service{t: t, dir: dir, url: "http://" + address, log: &journal{}}
	s.settings = map[string]string{
		"LISTEN":         address,
		"DATA_DIR":       filepath.Join(dir, "data"),
		"LEDGER":         "embedded",
		"ENGINE_WORKERS": "1",
		"PBX":            "asterisk",
		"PBX_DIR":        filepath.Join(dir, "pbx"),
		"OUTBOX":         "off",
		"LOG_LEVEL":      "debug",
		"LOG_FORMAT":     "json",
		"MODELS":         modelsFolder(t),
	}
	s.mail = startMail(t, dir, s.settings)
	s.sms = startSMS(t, s.settings)
	if change != nil {
		change(s.settings)
	}
	s.run()
	t.Cleanup(s.finish)
	return s
}

// modelsFolder returns the folder with the model files: without them every
// check would go to a reviewer.
func modelsFolder(t *testing.T) string {
	t.Helper()
	path, err := models.Default(testenv.Root()).Open(models.YuNet)
	testenv.Need(t, "models", err)
	return filepath.Dir(path)
}

// run starts the process and waits until it answers.
func (s *service) run() {
	s.t.Helper()
	cmd := exec.Command(binary(s.t), "serve", "--print-admin-link") //nolint:gosec,noctx // ended by kill and finish
	cmd.Dir = s.dir
	cmd.Env = s.environment()
	cmd.Stdout, cmd.Stderr = s.log, s.log
	// Ctrl-C at a terminal goes to the test alone, which then cleans up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	s.cmd, s.ended = cmd, ended
	wait(s.t, 90*time.Second, "the service to be ready", func() bool {
		select {
		case <-ended:
			s.t.Fatalf("vouchline serve ended: %v\n%s", cmd.ProcessState, s.log.tail(60))
		default:
		}
		return s.ready()
	})
}

func (s *service) ready() bool {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/healthz", http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

// environment is the process's: what programs and libraries need, nothing of
// the operator who runs the tests, and the settings.
func (s *service) environment() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	if s.mail != nil {
		env = append(env, "SSL_CERT_FILE="+s.mail.roots)
	}
	for _, name := range slices.Sorted(maps.Keys(s.settings)) {
		env = append(env, "VOUCHLINE_"+name+"="+s.settings[name])
	}
	return env
}

// kill ends the process as a power cut would.
func (s *service) kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	<-s.ended
}

// killAndRestart is a power cut and the start after it, on the same address
// and data.
func (s *service) killAndRestart() {
	s.t.Helper()
	s.kill()
	s.run()
}

// stop asks the process to end, as systemd would, and returns its exit code.
func (s *service) stop() int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		s.t.Errorf("vouchline serve does not end within 30 s of SIGTERM\n%s", s.log.tail(40))
		s.kill()
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *service) finish() {
	select {
	case <-s.ended:
	default:
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	if s.t.Failed() {
		s.t.Logf("the service's log ends with:\n%s", s.log.tail(80))
	}
}

// A journal keeps what a process writes.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) tail(lines int) string {
	all := strings.Split(strings.TrimSpace(j.String()), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// wait asks again and again until yes.
func wait(t *testing.T, limit time.Duration, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v for %s", limit, what)
		case <-tick.C:
		}
	}
}
