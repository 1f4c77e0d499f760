package kamailiotest

import (
	"bufio"
	"io"
	"strings"
	"sync"
)

// logged is what Kamailio has written so far.
type logged struct {
	ended chan struct{}
	mu    sync.Mutex
	lines strings.Builder
}

// follow reads until the end.
func follow(r io.Reader) *logged {
	l := &logged{ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		for lines := bufio.NewScanner(r); lines.Scan(); {
			l.mu.Lock()
			l.lines.WriteString(lines.Text() + "\n")
			l.mu.Unlock()
		}
	}()
	return l
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}
