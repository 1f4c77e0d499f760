// Package asterisktest starts a real Asterisk for tests, with the configuration
// of deploy/asterisk and ports of its own.
//
// It uses the words of Asterisk and of package pbx.
//
// Where the machine has Asterisk 22 or later, that is used. Otherwise the
// package unpacks Debian's into a folder of the user's cache, once: Debian's
// present stable release has none. That takes a minute, root and debootstrap,
// and the mirror of the machine's own package sources.
//
// It listens on 127.0.0.1 only.
package asterisktest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/internal/testenv"
)

// A Server is a running Asterisk.
type Server struct {
	// Address is where it speaks SIP, by UDP and TCP.
	Address string
	// WebSocket is the URL at which browsers find it.
	WebSocket string
	// Accounts is the folder of the lines. A file there whose name is no number is
	// included by itself.
	Accounts string
	// Manager is the address of its manager interface (AMI), and the user that
	// deploy/asterisk describes.
	Manager                    string
	ManagerUser, ManagerSecret string

	database   *Database
	algorithms string // of digests, as a list; "" leaves the configuration's
	root       string // of the chroot, or ""
	config     string // asterisk.conf, as Asterisk sees it
	pid        int
}

// bootTime bounds the start, which takes half a second on an idle machine.
const bootTime = 60 * time.Second

// An Option is how a server differs from the plain one.
type Option func(*Server)

// Realtime lets the server read its lines from a database at each request.
func Realtime(d *Database) Option { return func(s *Server) { s.database = d } }

// Algorithms has the server ask its phones for these digests, the first most of
// all.
func Algorithms[T ~string](names ...T) Option {
	return func(s *Server) {
		for i, name := range names {
			if i > 0 {
				s.algorithms += ","
			}
			s.algorithms += string(name)
		}
	}
}

// Start starts an Asterisk that stops with the test, or skips the test.
func Start(tb testing.TB, realm string, options ...Option) *Server {
	tb.Helper()
	root, err := find(tb.Context())
	testenv.Need(tb, "asterisk", err)
	s := &Server{
		root: root, Address: siptest.FreeAddress(tb), WebSocket: "ws://" + siptest.FreeAddress(tb) + "/ws",
		Manager: siptest.FreeAddress(tb), ManagerUser: "vouchline", ManagerSecret: rand.Text(),
	}
	for _, option := range options {
		option(s)
	}
	dir, err := os.MkdirTemp(filepath.Join("/", root, "tmp"), "vouchline-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := s.configure(dir, realm); err != nil {
		tb.Fatal(err)
	}
	s.run(tb)
	return s
}

// configure copies Debian's defaults, ours over them, and sets what differs:
// folders, addresses, realm and secrets.
func (s *Server) configure(dir, realm string) error {
	etc := filepath.Join(dir, "etc")
	ours := filepath.Join(testenv.Root(), "deploy", "asterisk")
	for _, d := range []string{"etc", "run", "spool", "log", "db/keys", "cache"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil { //nolint:gosec // a test's folder
			return err
		}
	}
	layers := []string{filepath.Join("/", s.root, "etc", "asterisk"), filepath.Join(ours, "etc")}
	if s.database != nil {
		layers = append(layers, filepath.Join(ours, "realtime"))
	}
	for _, from := range layers {
		if err := overlay(etc, from); err != nil {
			return err
		}
	}
	// Debian ships it, and Asterisk itself calls it deprecated.
	if err := os.RemoveAll(filepath.Join(etc, "users.conf")); err != nil {
		return err
	}
	for name, edits := range s.edits(realm) {
		if err := edit(filepath.Join(etc, name), edits); err != nil {
			return err
		}
	}
	if err := s.grant(filepath.Join(etc, "manager.d")); err != nil {
		return err
	}
	inside := "/" + strings.TrimPrefix(strings.TrimPrefix(dir, s.root), "/")
	settings, err := os.ReadFile(filepath.Join(ours, "etc", "asterisk.conf")) //nolint:gosec // the repository's
	if err != nil {
		return err
	}
	s.Accounts, s.config = filepath.Join(etc, "pjsip.d"), inside+"/etc/asterisk.conf"
	directories, err := s.directories(inside)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(etc, "asterisk.conf"), append([]byte(directories), settings...), 0o600)
}

// edits are what a test sets in the files of an installation, old and new by
// turns. Media stays on this machine, as its addresses are the test's alone.
func (s *Server) edits(realm string) map[string][]string {
	_, browsers, _ := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(s.WebSocket, "ws://"), "/ws"))
	_, manager, _ := net.SplitHostPort(s.Manager)
	all := map[string][]string{
		"local.conf":   {"0.0.0.0:5060", s.Address, "bind = 0.0.0.0\n", "bind = 127.0.0.1\n", "default_realm = vouchline.example", "default_realm = " + realm},
		"pjsip.conf":   {"direct_media = no\n", "direct_media = no\nmedia_address = 127.0.0.1\nbind_rtp_to_media_address = yes\n"},
		"http.conf":    {"bindport = 8088", "bindport = " + browsers, "bindaddr = 0.0.0.0", "bindaddr = 127.0.0.1"},
		"manager.conf": {"port = 5038", "port = " + manager},
	}
	if s.algorithms != "" {
		all["local.conf"] = append(all["local.conf"], "algorithms_uas = MD5", "algorithms_uas = "+s.algorithms)
	}
	if s.database != nil {
		password, _ := s.database.url.User.Password()
		all["extconfig.conf"] = []string{"asterisk.ps_endpoints", s.database.role + ".ps_endpoints"}
		all["res_pgsql.conf"] = []string{
			"dbhost = 127.0.0.1", "dbhost = " + s.database.url.Hostname(), "dbport = 5432", "dbport = " + s.database.url.Port(),
			"dbname = vouchline", "dbname = " + strings.TrimPrefix(s.database.url.Path, "/"),
			"dbuser = asterisk", "dbuser = " + s.database.role, "dbpass =\n", "dbpass = " + password + "\n",
		}
	}
	return all
}

// grant makes the manager interface's user, as an operator does.
func (s *Server) grant(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a test's folder
		return err
	}
	user := fmt.Sprintf("[%s](ami-base)\nsecret = %s\n", s.ManagerUser, s.ManagerSecret)
	return os.WriteFile(filepath.Join(dir, "vouchline.conf"), []byte(user), 0o600)
}

// directories moves everything that Asterisk writes below dir.
func (s *Server) directories(dir string) (string, error) {
	modules, err := filepath.Glob(filepath.Join("/", s.root, "usr", "lib", "*", "asterisk", "modules"))
	if err != nil || len(modules) == 0 {
		return "", errors.Join(err, errors.New("no Asterisk modules found"))
	}
	return fmt.Sprintf(`[directories]
astmoddir => /%[2]s
astetcdir => %[1]s/etc
astrundir => %[1]s/run
astspooldir => %[1]s/spool
astlogdir => %[1]s/log
astdbdir => %[1]s/db
astkeydir => %[1]s/db
astcachedir => %[1]s/cache
astvarlibdir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin

`, dir, strings.TrimPrefix(strings.TrimPrefix(modules[0], s.root), "/")), nil
}

// edit replaces in a file. What is not found has changed its form in deploy/,
// and the test would run with a setting that is not its own.
func edit(path string, edits []string) error {
	b, err := os.ReadFile(path) //nolint:gosec // the copy
	if err != nil {
		return err
	}
	for i := 0; i < len(edits); i += 2 {
		if !bytes.Contains(b, []byte(edits[i])) {
			return fmt.Errorf("%s has no %q", path, edits[i])
		}
		b = bytes.ReplaceAll(b, []byte(edits[i]), []byte(edits[i+1]))
	}
	return os.WriteFile(path, b, 0o600)
}

func overlay(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755) //nolint:gosec // a test's folder
		}
		b, err := os.ReadFile(path) //nolint:gosec // configuration
		if err != nil {
			return err
		}
		return os.WriteFile(target, b, 0o644) //nolint:gosec // Asterisk may run as another user
	})
}

// command runs a program where Asterisk lives.
func (s *Server) command(ctx context.Context, argv ...string) *exec.Cmd {
	if s.root != "" {
		argv = append([]string{"chroot", s.root}, argv...)
	}
	return exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // the test's own
}

// run starts the server and waits until it has booted.
func (s *Server) run(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), 10*time.Minute)
	cmd := s.command(ctx, "asterisk", "-f", "-n", "-C", s.config)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		cancel()
		tb.Fatal(err)
	}
	s.pid = cmd.Process.Pid // chroot becomes Asterisk
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	tb.Cleanup(func() {
		_ = s.command(ctx, "asterisk", "-C", s.config, "-rx", "core stop now").Run()
		select {
		case <-exited:
		case <-time.After(5 * time.Second):
		}
		cancel() // kills it if it is still there
		<-exited
		if tb.Failed() {
			tb.Logf("Asterisk said:\n%s", complaints(output.String()))
		}
	})
	s.awaitBoot(tb, exited, &output)
}

// complaints are the lines of a log that a failed test needs.
func complaints(log string) string {
	var b strings.Builder
	for line := range strings.Lines(log) {
		if strings.Contains(line, "WARNING") || strings.Contains(line, "ERROR") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func (s *Server) awaitBoot(tb testing.TB, exited <-chan struct{}, output *strings.Builder) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), bootTime)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		out, _ := s.command(ctx, "asterisk", "-C", s.config, "-rx", "core waitfullybooted").CombinedOutput()
		if strings.Contains(string(out), "fully booted") {
			return
		}
		select {
		case <-exited:
			tb.Fatalf("Asterisk ended while starting:\n%s", output.String())
		case <-ctx.Done():
			tb.Fatalf("Asterisk did not boot within %v: %s", bootTime, out)
		case <-tick.C:
		}
	}
}

// Console returns the command that runs one line on Asterisk's console; the
// line is to be appended.
func (s *Server) Console() []string {
	argv := []string{"asterisk", "-C", s.config, "-rx"}
	if s.root == "" {
		return argv
	}
	return append([]string{"chroot", s.root}, argv...)
}

// CLI runs one line on Asterisk's console and returns what it prints.
func (s *Server) CLI(tb testing.TB, line string) string {
	tb.Helper()
	out, err := s.command(tb.Context(), "asterisk", "-C", s.config, "-rx", line).CombinedOutput()
	if err != nil {
		tb.Fatalf("asterisk -rx %q: %v: %s", line, err, out)
	}
	return string(out)
}

// Register registers a phone once.
func (s *Server) Register(tb testing.TB, p siptest.Phone) siptest.Outcome {
	tb.Helper()
	return siptest.Register(tb, s.Address, p)
}

// SIPp returns the sipp that lives beside this Asterisk.
func (s *Server) SIPp() siptest.SIPp { return siptest.SIPp{Server: s.Address, Root: s.root} }
