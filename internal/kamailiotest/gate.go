package kamailiotest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// A Gate stands between a server and its database. While it is closed the
// database is away: connections end, and no new one is taken.
type Gate struct {
	// URL is that of the database, through the gate.
	URL string

	target string
	mu     sync.Mutex
	closed bool
	open   map[net.Conn]bool
}

// NewGate opens a gate to a database, until the test ends.
func NewGate(tb testing.TB, database string) *Gate {
	tb.Helper()
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	g := &Gate{target: u.Host, open: map[net.Conn]bool{}}
	u.Host = l.Addr().String()
	g.URL = u.String()
	go g.serve(l)
	tb.Cleanup(func() {
		_ = l.Close()
		g.Close()
	})
	return g
}

// Close cuts what is open and takes nothing new.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for c := range g.open {
		_ = c.Close()
	}
}

// Open lets connections pass again.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = false
}

func (g *Gate) serve(l net.Listener) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		go g.pass(in)
	}
}

// pass carries one connection until either side ends it.
func (g *Gate) pass(in net.Conn) {
	defer g.forget(in)
	out, err := net.Dial("tcp", g.target) //nolint:noctx // ends with the gate
	if err != nil {
		return
	}
	defer g.forget(out)
	if !g.remember(in, out) {
		return
	}
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	_, _ = io.Copy(in, out)
}

func (g *Gate) remember(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	for _, c := range conns {
		g.open[c] = true
	}
	return true
}

func (g *Gate) forget(c net.Conn) {
	_ = c.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, c)
}
