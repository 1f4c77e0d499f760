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

var statusLine = regexp.MustCompile(`(?m)^SIP/2\.0 (\d{3})`)

// SIPp registers a line with the sipp that lives beside Asterisk, by UDP or
// TCP, and returns the status of its first and of its second request. Its digests
// are its own, an implementation that knows nothing of ours.
func (s *Server) SIPp(tb testing.TB, p Phone, tcp bool) (first, second string) {
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
	for name, content := range map[string][]byte{"register.xml": registerScenario, "line.csv": []byte(data)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	transport := "u1"
	if tcp {
		transport = "t1"
	}
	_, port, _ := net.SplitHostPort(freeAddress(tb))
	cmd := s.command(tb.Context(), "sipp", s.Address, "-i", "127.0.0.1", "-p", port, "-t", transport, "-sf", inside+"/register.xml",
		"-inf", inside+"/line.csv", "-m", "1", "-l", "1", "-recv_timeout", "10000", "-trace_msg", "-message_file", inside+"/messages", "-nostdin")
	cmd.Env = append(os.Environ(), "TERM=dumb")
	out, err := cmd.CombinedOutput()
	messages, readErr := os.ReadFile(filepath.Join(dir, "messages")) //nolint:gosec // sipp's own
	if readErr != nil {
		tb.Fatalf("sipp: %v: %s", err, bytes.TrimSpace(out))
	}
	// After a failure sipp logs the answer again and gives the call up.
	all := statusLine.FindAllSubmatch(messages, -1)
	if len(all) < 2 {
		tb.Fatalf("sipp got %d answers, want two: %v: %s", len(all), err, bytes.TrimSpace(out))
	}
	first, second = string(all[0][1]), string(all[1][1])
	if (err == nil) != (second == "200") {
		tb.Errorf("sipp ended with %v after status %s", err, second)
	}
	return first, second
}
