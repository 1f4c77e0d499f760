package pbxtest

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
)

// seen is what a watch was told of one line, and of those that nobody has.
type seen struct {
	mu        sync.Mutex
	extension string
	accepted  int
	refused   int
	unknown   int
	from      map[string]bool // the host of each attempt on the line
}

func (s *seen) handle(e pbx.SecurityEvent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case e.Kind == pbx.Unknown:
		s.unknown += e.Attempts()
	case e.Kind == pbx.Accepted && (e.Extension == s.extension || e.Extension == ""):
		s.accepted += e.Attempts()
	case e.Kind == pbx.Refused && e.Extension == s.extension:
		s.refused += e.Attempts()
		host, _, _ := net.SplitHostPort(e.Address)
		s.from[host] = true
	}
	return nil
}

func (s *seen) counts() (accepted, refused, unknown int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted, s.refused, s.unknown
}

// attemptsScenario: whoever watches is told what a password was tried on, once
// for each, and a second one who watches is told the same.
func attemptsScenario(t *testing.T, b Bench, n numbers) {
	a, good := n.line(t, 1)
	watches := []*seen{{extension: a.Extension, from: map[string]bool{}}, {extension: a.Extension, from: map[string]bool{}}}
	for _, s := range watches {
		b.watch(t, s, good)
	}
	wrong, ended, stranger := good, good, good
	wrong.Password += "x"
	ended.User = a.Extension + "-zzzzzz"
	stranger.Number, stranger.User = "8888888", "8888888-aaaaaa"
	for range 3 {
		b.refuses(t, "wrong password", wrong)
	}
	b.refuses(t, "a password that ended", ended)
	for _, s := range watches {
		eventually(t, "all is told", func() bool {
			b.refuses(t, "no such line", stranger) // of whom Asterisk tells when he comes again
			_, refused, unknown := s.counts()
			return refused >= 4 && unknown >= 1
		})
		if _, refused, _ := s.counts(); refused != 4 || len(s.from) != 1 || !s.from["127.0.0.1"] {
			t.Errorf("refused %d times from %v, want 4 times from 127.0.0.1", refused, s.from)
		}
	}
}

// watch begins to watch, until the test ends, and returns when it is told of
// what happens.
func (b Bench) watch(t *testing.T, s *seen, good siptest.Phone) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Events.Watch(ctx, s.handle) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch() = %v, want that it was cancelled", err)
		}
	})
	ua := b.on(t, good)
	eventually(t, "a registration is told", func() bool {
		if got := ua.Register(t); got.Status != 200 {
			t.Fatalf("REGISTER = %d, want 200", got.Status)
		}
		accepted, _, _ := s.counts()
		return accepted > 0
	})
}
