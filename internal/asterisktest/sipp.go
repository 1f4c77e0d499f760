package asterisktest

import (
	"bytes"
	_ "embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

//go:embed register.xml
var registerScenario []byte

//go:embed call.xml
var callScenario []byte

var statusLine = regexp.MustCompile(`(?m)^SIP/2\.0 (\d{3})`)

// SIPp registers a line with the sipp that lives beside Asterisk, by UDP or
// TCP, and returns the status of its first and of its second request. Its
// digests are its own, an implementation that knows nothing of ours.
func (s *Server) SIPp(tb testing.TB, p Phone, tcp bool) (first, second string) {
	tb.Helper()
	transport := "u1"
	if tcp {
		transport = "t1"
	}
	statuses, err := s.sipp(tb, registerScenario, p, "-t", transport)
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

// Call lets a line call a number, hang up once it has answered, and returns
// the final status of the call.
func (s *Server) Call(tb testing.TB, p Phone, number string) string {
	tb.Helper()
	statuses, err := s.sipp(tb, callScenario, p, "-key", "number", number)
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

// sipp runs a scenario once, for one line.
func (s *Server) sipp(tb testing.TB, scenario []byte, p Phone, options ...string) (statuses []string, err error) {
	tb.Helper()
	dir, err := os.MkdirTemp(filepath.Join("/", s.root, "tmp"), "sipp-")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	inside := "/" + strings.TrimPrefix(strings.TrimPrefix(dir, s.root), "/")
	if p.User == "" {
		p.User = p.Number
	}
	data := fmt.Sprintf("SEQUENTIAL\n%s;[authentication username=%s password=%s];%s\n", p.Number, p.User, p.Password, p.Realm)
	for name, content := range map[string][]byte{"scenario.xml": scenario, "line.csv": []byte(data)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	_, port, _ := net.SplitHostPort(freeAddress(tb))
	argv := []string{
		"sipp", s.Address, "-i", "127.0.0.1", "-p", port, "-sf", inside + "/scenario.xml", "-inf", inside + "/line.csv",
		"-m", "1", "-l", "1", "-recv_timeout", "10000", "-trace_msg", "-message_file", inside + "/messages", "-nostdin",
		"-deadcall_wait", "0",
	}
	cmd := s.command(tb.Context(), append(argv, options...)...)
	cmd.Env = append(os.Environ(), "TERM=dumb")
	out, err := cmd.CombinedOutput()
	messages, readErr := os.ReadFile(filepath.Join(dir, "messages")) //nolint:gosec // sipp's own
	if readErr != nil {
		tb.Fatalf("sipp: %v: %s", err, bytes.TrimSpace(out))
	}
	for _, m := range statusLine.FindAllSubmatch(messages, -1) {
		statuses = append(statuses, string(m[1]))
	}
	return statuses, err
}
