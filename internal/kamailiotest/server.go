package kamailiotest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/internal/testenv"
)

// A Server is a running Kamailio.
type Server struct {
	// Address is where it speaks SIP, by UDP and TCP, and WebSocket.
	Address string
	// RPC is the URL where it takes commands from who has the Token.
	RPC   string
	Token string
	// Client reaches it there.
	Client *http.Client

	program string
	rpc     string // host:port of RPC
	config  Config
	log     *logged
	stop    func()
}

// Config is what a test sets.
type Config struct {
	// Domain is that of the addresses and the realm of the digests.
	Domain string
	// Database is the URL of the database, with a role whose search path has
	// the view subscriber; see [Role].
	Database string
	// TLS puts commands on TLS, as between two machines. It needs Debian's package
	// kamailio-tls-modules.
	TLS bool
}

// bootTime bounds the start, which takes half a second on an idle machine.
const bootTime = 60 * time.Second

// keeper runs Kamailio until the end of its standard input, which comes when
// the test binary ends, also by a panic or SIGKILL. Then it ends Kamailio, with
// its workers, and removes its files.
const keeper = `
dir=$1 program=$2
trap '' INT TERM HUP
setsid "$program" -DD -E -f "$dir/etc/kamailio.cfg" -P "$dir/pid" -Y "$dir" -w "$dir" -m 64 -M 8 </dev/null 2>&1 &
main=$!
{
    cat >/dev/null
    kill -TERM $main
    for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 $main && sleep 0.5; done
    kill -KILL -- -$main
} <&3 >/dev/null 2>&1 &
wait $main
code=$?
rm -rf "$dir"
echo "ended with $code"
`

// Start starts a Kamailio that stops with the test, or skips the test.
func Start(tb testing.TB, c Config) *Server {
	tb.Helper()
	program := testenv.Program(tb, "kamailio", "/usr/sbin")
	testenv.Need(tb, "kamailio", modules(c.TLS))
	s := &Server{
		Address: siptest.FreeAddress(tb), Token: rand.Text(), Client: http.DefaultClient,
		program: program, rpc: siptest.FreeAddress(tb), config: c,
	}
	s.launch(tb)
	return s
}

// Restart ends it and starts it again at the same addresses. It has forgotten
// what it kept in memory, which is all.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	s.stop()
	s.launch(tb)
}

// Log is what it has written since it was started.
func (s *Server) Log() string { return s.log.text() }

func (s *Server) launch(tb testing.TB) {
	tb.Helper()
	dir, err := os.MkdirTemp("", "kamailiotest-")
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.configure(filepath.Join(dir, "etc"), s.rpc, s.config); err != nil {
		tb.Fatal(err)
	}
	s.run(tb, dir)
}

// modules reports which of those that the packages bring is missing.
func modules(tls bool) error {
	needed := []string{"db_postgres.so", "websocket.so"}
	if tls {
		needed = append(needed, "tls.so")
	}
	for _, name := range needed {
		found, err := filepath.Glob("/usr/lib/*/kamailio/modules/" + name)
		if err != nil || len(found) == 0 {
			return fmt.Errorf("no module %s of Kamailio", name)
		}
	}
	return nil
}

// configure lays ours down and sets what an installation sets: addresses,
// domain, database, token and number of workers.
func (s *Server) configure(etc, rpc string, c Config) error {
	ours := filepath.Join(testenv.Root(), "deploy", "kamailio", "etc")
	if err := os.CopyFS(etc, os.DirFS(ours)); err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(rpc)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(s.Token))
	if err := edit(filepath.Join(etc, "local.cfg"),
		"0.0.0.0:5060", s.Address, "127.0.0.1:5064", rpc, "RPC_PORT 5064", "RPC_PORT "+port, "vouchline.example", c.Domain,
		`"postgres://kamailio:CHANGE-ME@127.0.0.1/vouchline"`, `"`+c.Database+`"`, `"unset"`, `"`+hex.EncodeToString(digest[:])+`"`,
	); err != nil {
		return err
	}
	s.RPC = "http://" + rpc + "/rpc"
	if c.TLS {
		s.RPC = "https://" + rpc + "/rpc"
		if err := edit(filepath.Join(etc, "local.cfg"), "listen=tcp:"+rpc, "listen=tls:"+rpc, "##!define WITH_TLS", "#!define WITH_TLS"); err != nil {
			return err
		}
		if err := s.secure(etc); err != nil {
			return err
		}
	}
	// Of the workers for connections there is one, which is started last.
	return edit(filepath.Join(etc, "kamailio.cfg"), "tcp_children=8", "tcp_children=1", "\nchildren=8", "\nchildren=2")
}

// edit replaces what must be there.
func edit(path string, oldnew ...string) error {
	b, err := os.ReadFile(path) //nolint:gosec // the copy
	if err != nil {
		return err
	}
	text := string(b)
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(text, oldnew[i]) {
			return fmt.Errorf("%s has no %q", filepath.Base(path), oldnew[i])
		}
		text = strings.ReplaceAll(text, oldnew[i], oldnew[i+1])
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// run starts the server and waits until it answers.
func (s *Server) run(tb testing.TB, dir string) {
	tb.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	// It must outlive the test's context, which ends before its cleanups run.
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), "/bin/sh", "-c", keeper, "kamailiotest", dir, s.program) //nolint:gosec // fixed script
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	cmd.ExtraFiles = []*os.File{read}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	_ = read.Close()
	log := follow(stdout)
	s.log = log
	s.stop = sync.OnceFunc(func() {
		_ = write.Close()
		<-log.ended
		_ = cmd.Wait()
	})
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("Kamailio said:\n%s", log.text())
		}
	})
	tb.Cleanup(s.stop)
	s.awaitBoot(tb, log, func(ctx context.Context) bool {
		return s.answers(ctx) && connected(ctx, s.config.Database) >= workers(filepath.Join(dir, "pid"))
	})
}

func (s *Server) awaitBoot(tb testing.TB, log *logged, booted func(context.Context) bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), bootTime)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if booted(ctx) {
			return
		}
		select {
		case <-log.ended:
			tb.Fatalf("Kamailio ended while starting:\n%s", log.text())
		case <-ctx.Done():
			tb.Fatalf("Kamailio did not start within %v:\n%s", bootTime, log.text())
		case <-tick.C:
		}
	}
}

// workers counts the processes that open the database when they start: all but
// the one that accepts connections. One that finds no database then ends them
// all.
func workers(pidFile string) int {
	pid, err := os.ReadFile(pidFile) //nolint:gosec // the test's own
	if err != nil {
		return math.MaxInt
	}
	main := strings.TrimSpace(string(pid))
	children, err := os.ReadFile(filepath.Join("/proc", main, "task", main, "children"))
	if err != nil {
		return math.MaxInt
	}
	return len(strings.Fields(string(children))) - 1
}

// answers reports whether it takes commands. Without a token that is a refusal.
func (s *Server) answers(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.RPC, strings.NewReader("{}"))
	if err != nil {
		return false
	}
	req.Close = true
	resp, err := s.Client.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusUnauthorized
}
