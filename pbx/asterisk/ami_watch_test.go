package asterisk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
)

// security is an event as Asterisk writes it.
func security(event, account, remote string) string {
	return "Event: " + event + "\r\nPrivilege: security,all\r\nEventTV: 2026-11-21T20:22:22.375+0100\r\nService: PJSIP\r\nAccountID: " +
		account + "\r\nRemoteAddress: " + remote + "\r\n\r\n"
}

var errEnough = errors.New("enough")

func TestWatch(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 19, 22, 22, 375e6, time.UTC)
	long := strings.Repeat("é", 500)
	for _, tc := range []struct {
		name, text string
		want       pbx.SecurityEvent
	}{
		{"right password", security("SuccessfulAuth", "2001", "IPV4/UDP/192.0.2.1/5060"), pbx.SecurityEvent{At: at, Kind: pbx.Accepted, Extension: "2001", Address: "192.0.2.1:5060"}},
		{"a browser's", security("SuccessfulAuth", "2001-k3f9ab", "IPV6/WS/2001:db8::1/5060"), pbx.SecurityEvent{At: at, Kind: pbx.Accepted, Extension: "2001", Address: "[2001:db8::1]:5060"}},
		{"wrong password", security("ChallengeResponseFailed", "2001", "IPV4/UDP/192.0.2.1/5060"), pbx.SecurityEvent{At: at, Kind: pbx.Refused, Extension: "2001", Address: "192.0.2.1:5060"}},
		{"forbidden address", security("FailedACL", "2001", "IPV4/UDP/192.0.2.1/5060"), pbx.SecurityEvent{At: at, Kind: pbx.Refused, Extension: "2001", Address: "192.0.2.1:5060"}},
		{"no such line", security("InvalidAccountID", "admin", "IPV4/UDP/192.0.2.1/5060"), pbx.SecurityEvent{At: at, Kind: pbx.Unknown, Extension: "admin", Address: "192.0.2.1:5060"}},
		{"strange claim", security("InvalidAccountID", "a\x1b[2J\xff\u202eb", "IPV4/UDP/x/y"), pbx.SecurityEvent{At: at, Kind: pbx.Unknown, Extension: "a[2Jb"}},
		{"long claim", security("InvalidAccountID", long, "nowhere"), pbx.SecurityEvent{At: at, Kind: pbx.Unknown, Extension: long[:128]}},
		{"no date", strings.Replace(security("InvalidPassword", "2001", ""), "EventTV", "X", 1), pbx.SecurityEvent{At: march, Kind: pbx.Refused, Extension: "2001"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			address := serve(t, func(p *peer) {
				p.enter()
				// What is not a phone's is passed over.
				before := strings.Replace(security("SuccessfulAuth", "vouchline", "IPV4/TCP/127.0.0.1/1"), "PJSIP", "AMI", 1)
				_, _ = p.Write([]byte(before + security("ChallengeSent", "2001", "") + security("ChallengeResponseFailed", "<unknown>", "") + tc.text))
				p.hear()
			})
			var got pbx.SecurityEvent
			err := clientOf(t, address).Watch(patient(t), func(e pbx.SecurityEvent) error { got = e; return errEnough })
			if !errors.Is(err, errEnough) {
				t.Errorf("Watch() = %v, want the handler's %v", err, errEnough)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
	}
}

// A log that a test reads while it is written.
type safeLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A connection that ends, and one that says nothing in spite of questions, are
// made again; events of the next one are told like those of the first.
func TestWatchConnectsAgain(t *testing.T) {
	t.Parallel()
	connection, asked := 0, make(chan string, 100)
	address := serve(t, func(p *peer) {
		connection++
		switch connection {
		case 1: // refused
			return
		case 2: // cut in the middle of an event
			p.enter()
			text := security("SuccessfulAuth", "2001", "")
			_, _ = p.Write([]byte(text + text[:40]))
		case 3: // hangs
			p.enter()
			for action := p.hear(); action != nil; action = p.hear() {
				asked <- action.Get("Action")
			}
		default:
			p.enter()
			_, _ = p.Write([]byte(security("SuccessfulAuth", "2002", "")))
			p.hear()
		}
	})
	log := &safeLog{}
	var got []string
	a := clientOf(t, address, func(c *asterisk.AMIConfig) {
		c.Timeout, c.Logger = 300*time.Millisecond, slog.New(slog.NewTextHandler(log, nil))
	})
	err := a.Watch(patient(t), func(e pbx.SecurityEvent) error {
		if got = append(got, e.Extension); len(got) == 2 {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("Watch() = %v, want %v", err, errEnough)
	}
	if diff := cmp.Diff([]string{"2001", "2002"}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if len(asked) == 0 || <-asked != "Ping" {
		t.Error("a server that said nothing was not asked")
	}
	if n := strings.Count(log.String(), "security events interrupted"); n != 3 || strings.Contains(log.String(), secret) {
		t.Errorf("the log tells of %d interruptions, want 3, and no secret:\n%s", n, log)
	}
}

// While one event is handled the others are read on, or Asterisk would hang up;
// what is too much is counted.
func TestWatchWithASlowHandler(t *testing.T) {
	t.Parallel()
	const flood = 100_000 // more than sockets hold
	first, written, log := make(chan bool), make(chan bool), &safeLog{}
	address := serve(t, func(p *peer) {
		p.enter()
		_, _ = p.Write([]byte(security("SuccessfulAuth", "1", "")))
		<-first
		for i := range flood {
			_, _ = fmt.Fprint(p, security("SuccessfulAuth", fmt.Sprint(i), ""))
		}
		close(written)
		for p.hear() != nil { // a Ping, when all has been read
			_, _ = fmt.Fprint(p, security("SuccessfulAuth", "last", ""))
		}
	})
	a := clientOf(t, address, func(c *asterisk.AMIConfig) { c.Logger = slog.New(slog.NewTextHandler(log, nil)) })
	handled := 0
	err := a.Watch(patient(t), func(e pbx.SecurityEvent) error {
		if handled++; handled == 1 {
			close(first)
			<-written
		}
		if e.Extension == "last" {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) || handled < 4096 || handled > flood || !strings.Contains(log.String(), "security events lost") {
		t.Errorf("Watch() = %v after %d of %d events, want the first 4096 and a word about the rest: %s", err, handled, flood, log)
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx := patient(t)
	for _, address := range []string{serve(t, func(p *peer) { p.hear() }), "127.0.0.1:1"} {
		ended := make(chan error)
		inner, cancel := context.WithCancel(ctx)
		go func() { ended <- clientOf(t, address).Watch(inner, func(pbx.SecurityEvent) error { return nil }) }()
		cancel()
		if err := <-ended; !errors.Is(err, inner.Err()) || err == nil {
			t.Errorf("Watch(%s) = %v, want %v", address, err, inner.Err())
		}
	}
}
