package siptest

import (
	"bytes"
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/testenv"
)

//go:embed register.xml
var registerScenario []byte

//go:embed call.xml
var callScenario []byte

// SIPp runs sipp, whose digests are an implementation that knows nothing of
// ours. Version 3.8 takes any algorithm; older ones give a call up when the
// first challenge is not MD5.
type SIPp struct {
	// Server is the address of the PBX.
	Server string
	// Root is the folder in which sipp lives; "" for this machine's own.
	Root string
}

var statusLine = regexp.MustCompile(`(?m)^SIP/2\.0 (\d{3})`)

// Register registers a phone by UDP or TCP, and returns the statuses of its
// first and of its second request.
func (s SIPp) Register(tb testing.TB, p Phone, tcp bool) (first, second string) {
	tb.Helper()
	transport := "u1"
	if tcp {
		transport = "t1"
	}
	statuses, err := s.once(tb, registerScenario, p, "-t", transport)
	// After a failure sipp logs the answer again and gives the call up.
	if len(statuses) < 2 {
		tb.Fatalf("sipp got %d answers, want two: %v", len(statuses), err)
	}
	first, second = statuses[0], statuses[1]
	if (err == nil) != (second == "200") {
		tb.Errorf("sipp ended with %v after status %s", err, second)
	}
	return first, second
}

// Call lets a phone call a number, hang up once it has answered, and returns
// the final status of the call.
func (s SIPp) Call(tb testing.TB, p Phone, number string) string {
	tb.Helper()
	statuses, err := s.once(tb, callScenario, p, "-key", "number", number)
	if err != nil {
		tb.Errorf("sipp: %v after %v", err, statuses)
	}
	for _, status := range statuses[min(1, len(statuses)):] { // after the challenge
		if status >= "200" {
			return status
		}
	}
	return ""
}

// once runs a scenario for one phone, and returns the statuses it was answered.
func (s SIPp) once(tb testing.TB, scenario []byte, p Phone, options ...string) (statuses []string, err error) {
	tb.Helper()
	files, err := s.run(tb, scenario, []Phone{p}, append(options, "-l", "1", "-trace_msg", "-message_file", "messages")...)
	for _, m := range statusLine.FindAllStringSubmatch(files["messages"], -1) {
		statuses = append(statuses, m[1])
	}
	return statuses, err
}

// A Load is how many registrations at once went.
type Load struct {
	Registered, Failed, Retransmitted int
	Took                              time.Duration
}

// String is a line for a report.
func (l Load) String() string {
	return fmt.Sprintf("%d registered, %d failed, %d retransmissions in %v", l.Registered, l.Failed, l.Retransmitted, l.Took.Round(10*time.Millisecond))
}

// Load registers phones, so many a second, each once.
func (s SIPp) Load(tb testing.TB, phones []Phone, rate int) Load {
	tb.Helper()
	begin := time.Now()
	files, err := s.run(tb, registerScenario, phones, "-r", strconv.Itoa(rate), "-trace_stat", "-stf", "statistics", "-fd", "1")
	l := Load{Took: time.Since(begin)}
	if err != nil {
		tb.Logf("sipp: %v", err)
	}
	rows := strings.Split(strings.TrimSpace(files["statistics"]), "\n")
	values := strings.Split(rows[len(rows)-1], ";")
	for i, name := range strings.Split(rows[0], ";") {
		if i >= len(values) {
			break
		}
		n, _ := strconv.Atoi(values[i])
		switch name {
		case "SuccessfulCall(C)":
			l.Registered = n
		case "FailedCall(C)":
			l.Failed = n
		case "Retransmissions(C)":
			l.Retransmitted = n
		}
	}
	return l
}

// run runs a scenario once for each phone, and returns the files that sipp left.
func (s SIPp) run(tb testing.TB, scenario []byte, phones []Phone, options ...string) (files map[string]string, err error) {
	tb.Helper()
	dir, err := os.MkdirTemp(filepath.Join("/", s.Root, "tmp"), "sipp-")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var data bytes.Buffer
	data.WriteString("SEQUENTIAL\n")
	for _, p := range phones {
		fmt.Fprintf(&data, "%s;[authentication username=%s password=%s];%s;%d\n", p.Number, p.user(), p.Password, p.domain(), p.Expires)
	}
	for name, content := range map[string][]byte{"scenario.xml": scenario, "phones.csv": data.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	_, port, _ := net.SplitHostPort(FreeAddress(tb))
	argv := append([]string{
		"sipp", s.Server, "-i", "127.0.0.1", "-p", port, "-sf", "scenario.xml", "-inf", "phones.csv",
		"-m", strconv.Itoa(len(phones)), "-recv_timeout", "10000", "-nostdin", "-deadcall_wait", "0",
	}, options...)
	cmd := s.command(tb, dir, argv)
	out, err := cmd.CombinedOutput()
	files = map[string]string{}
	for _, name := range []string{"messages", "statistics"} {
		if b, readErr := os.ReadFile(filepath.Join(dir, name)); readErr == nil { //nolint:gosec // sipp's own
			files[name] = string(b)
		}
	}
	if len(files) == 0 {
		tb.Fatalf("sipp: %v: %s", err, bytes.TrimSpace(out))
	}
	return files, err
}

// command runs argv in dir, as it is called where sipp lives.
func (s SIPp) command(tb testing.TB, dir string, argv []string) *exec.Cmd {
	tb.Helper()
	if s.Root == "" {
		argv[0] = testenv.Program(tb, argv[0])
	} else {
		inside := "/" + strings.TrimPrefix(strings.TrimPrefix(dir, s.Root), "/")
		argv = append([]string{"chroot", s.Root, "sh", "-c", `cd "$0" && exec "$@"`, inside}, argv...)
	}
	cmd := exec.CommandContext(tb.Context(), argv[0], argv[1:]...) //nolint:gosec // the test's own
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TERM=dumb")
	return cmd
}
