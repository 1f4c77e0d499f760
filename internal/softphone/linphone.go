package softphone

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// A Linphone is the console program of Linphone with a folder in which it keeps
// what it is told, as the app on somebody's phone does.
type Linphone struct {
	tb      testing.TB
	program string
	dir     string
	on      *process
	called  int // how much it had said before its last call
}

// settings are what the machine of a test differs in: ports of its own on
// 127.0.0.1, no camera. Without user_agent the program, unlike an app, has no name
// yet when it asks for its configuration.
const settings = `[sip]
bind_address=127.0.0.1
sip_port=-1
sip_tcp_port=-1
sip_tls_port=-1
use_ipv6=0
guess_hostname=0
user_agent=Linphonec
[rtp]
bind_address=127.0.0.1
audio_rtp_port=-1
[video]
capture=0
display=0
`

// NewLinphone installs a Linphone, which knows no account yet, or skips the
// test.
func NewLinphone(tb testing.TB, t Tone) *Linphone {
	tb.Helper()
	l := &Linphone{tb: tb, program: testenv.Program(tb, "linphonec"), dir: tb.TempDir()}
	// Without this folder it does not find its database, and does not start.
	if err := os.MkdirAll(filepath.Join(l.dir, ".local", "share", "linphone"), 0o700); err != nil {
		tb.Fatal(err)
	}
	l.write("rc", settings)
	l.write("tone.wav", string(t.wav()))
	return l
}

func (l *Linphone) write(name, content string) {
	l.tb.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), []byte(content), 0o600); err != nil {
		l.tb.Fatal(err)
	}
}

// Config is the phone's own configuration file, as it last wrote it.
func (l *Linphone) Config() string {
	l.tb.Helper()
	b, err := os.ReadFile(filepath.Join(l.dir, "rc"))
	if err != nil {
		l.tb.Fatal(err)
	}
	return string(b)
}

// Scan gives a phone that is off the address of a code: the key under which
// the app keeps what its camera read.
func (l *Linphone) Scan(address string) {
	l.tb.Helper()
	l.write("rc", l.Config()+"\n[misc]\nconfig-uri="+address+"\n")
}

// On switches the phone on. It fetches what it was told to fetch, and registers.
func (l *Linphone) On() {
	l.tb.Helper()
	l.on = run(l.tb, l.dir, l.program, "-c", filepath.Join(l.dir, "rc"), "-d", "6", "-l", "/dev/stdout")
}

// Quit switches the phone off in the way of its menu: it unregisters, and
// keeps its configuration.
func (l *Linphone) Quit() {
	l.tb.Helper()
	l.tell("quit")
	l.on.await(l.tb, "its end", func() bool {
		select {
		case <-l.on.ended:
			return true
		default:
			return false
		}
	})
}

// Off switches the phone off as a lost battery does: nobody is told.
func (l *Linphone) Off() { l.on.kill() }

// tell types a line into the program.
func (l *Linphone) tell(line string) {
	l.tb.Helper()
	if _, err := io.WriteString(l.on.stdin, line+"\n"); err != nil {
		l.tb.Fatalf("telling Linphone %q: %v", line, err)
	}
}

var (
	fetched      = regexp.MustCompile(`(?m)^HTTP/1\.1 (\d{3}) `)
	moved        = regexp.MustCompile(`Account \[\w+\] for identity \[[^]\n]*\] moving from state \[\w+\] to \[LinphoneRegistration(Ok|Failed)\]`)
	refreshed    = regexp.MustCompile(`Register refresher \[(\d+)\] reason \[([^]\n]*)\]`)
	answered     = regexp.MustCompile(`(?m)^Authorization: .*$`)
	resolved     = regexp.MustCompile(`starting resolution of (\S+)`)
	established  = []byte("to LinphoneCallStreamsRunning")
	callEnded    = []byte("to LinphoneCallReleased")
	pendingLogin = []byte("added as pending authentication")
)

// Fetched returns the status of each answer that the phone got to its request
// for a configuration.
func (l *Linphone) Fetched() (statuses []int) {
	for _, m := range fetched.FindAllSubmatch(l.on.said.bytes(), -1) {
		status, _ := strconv.Atoi(string(m[1])) // digits
		statuses = append(statuses, status)
	}
	return statuses
}

// Provisioning waits for the answer to the phone's request for a configuration,
// and returns its status.
func (l *Linphone) Provisioning() int {
	l.tb.Helper()
	l.on.await(l.tb, "an answer about its configuration", func() bool { return len(l.Fetched()) > 0 })
	return l.Fetched()[0]
}

// Registration waits until the phone itself says that it is registered, or why
// it is not: the status and phrase of the last answer.
func (l *Linphone) Registration() (ok bool, reason string) {
	l.tb.Helper()
	var said []byte
	l.on.await(l.tb, "the end of a registration", func() bool {
		said = l.on.said.bytes()
		return moved.Match(said)
	})
	states := moved.FindAllSubmatch(said, -1)
	if m := refreshed.FindAllSubmatch(said, -1); len(m) > 0 {
		last := m[len(m)-1]
		reason = string(last[1]) + " " + string(last[2])
	}
	return string(states[len(states)-1][1]) == "Ok", reason
}

// Answers returns what the phone answered challenges with (RFC 3261 section
// 22.4): the fields of Authorization, in their order.
func (l *Linphone) Answers() (fields []string) {
	for _, line := range answered.FindAll(l.on.said.bytes(), -1) {
		fields = append(fields, string(bytes.TrimSpace(line)))
	}
	return fields
}

// LookedUp returns the hosts for which the phone went beyond this machine: its
// PBX, its provisioning, and whatever else it asks for by itself.
func (l *Linphone) LookedUp() (hosts []string) {
	for _, m := range resolved.FindAllSubmatch(l.on.said.bytes(), -1) {
		if host := string(m[1]); host != "127.0.0.1" {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// Call calls a number, and waits until the call is answered or refused.
func (l *Linphone) Call(number string) (answered bool) {
	l.tb.Helper()
	l.called = len(l.on.said.bytes())
	// It forgets what it is told of sound before it is provisioned.
	l.tell("soundcard use files")
	l.tell("play " + filepath.Join(l.dir, "tone.wav"))
	l.tell("record " + l.recording())
	l.tell("call " + number)
	l.on.await(l.tb, "an answer to its call", func() bool {
		said := l.on.said.bytes()[l.called:]
		answered = bytes.Contains(said, established)
		return answered || bytes.Contains(said, callEnded) || bytes.Contains(said, pendingLogin)
	})
	return answered
}

// HangUp ends the call.
func (l *Linphone) HangUp() {
	l.tb.Helper()
	l.tell("terminate")
	l.on.await(l.tb, "the end of the call", func() bool { return bytes.Contains(l.on.said.bytes()[l.called:], callEnded) })
}

func (l *Linphone) recording() string { return filepath.Join(l.dir, "heard.wav") }

// Hears waits until the phone has heard a second of the tone.
func (l *Linphone) Hears(t Tone) {
	l.tb.Helper()
	l.on.await(l.tb, fmt.Sprintf("Linphone to hear %d Hz", t), func() bool { return hears(l.tb, t, l.recording()) })
}

// Version is the program's, which documentation names.
func (l *Linphone) Version() string {
	if _, rest, ok := strings.Cut(string(l.on.said.bytes()), "Initializing LinphoneCore "); ok {
		return strings.Fields(rest)[0]
	}
	return "unknown"
}
