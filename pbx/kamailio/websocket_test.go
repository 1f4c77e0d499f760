package kamailio_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// A frames is a connection whose every Write and Read is a WebSocket message of
// text (RFC 6455 section 5.2).
type frames struct {
	net.Conn
	in *bufio.Reader
}

// websocket is the address of one end, whose transport SIP calls WS (RFC 7118).
type websocket struct{ net.Addr }

func (websocket) Network() string { return "ws" }

func (f frames) LocalAddr() net.Addr { return websocket{f.Conn.LocalAddr()} }

// Write masks with zeros, which a client may draw as well as others.
func (f frames) Write(b []byte) (int, error) {
	head := []byte{0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(b)))
	if _, err := f.Conn.Write(append(head, b...)); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (f frames) Read(b []byte) (int, error) {
	var head [2]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return 0, err
	}
	n := int(head[1])
	if n == 126 {
		var long [2]byte
		if _, err := io.ReadFull(f.in, long[:]); err != nil {
			return 0, err
		}
		n = int(binary.BigEndian.Uint16(long[:]))
	}
	if head[0] != 0x81 || n > len(b) {
		return 0, errors.New("not one frame of text")
	}
	return io.ReadFull(f.in, b[:n])
}

// overWebSocket opens one, as a browser does.
func overWebSocket(t *testing.T, address string) *wire {
	t.Helper()
	w := newWire(t, "tcp", address)
	handshake := "GET / HTTP/1.1\r\nHost: " + address + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
	if _, err := w.conn.Write([]byte(handshake)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(w.conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	// The answer to the sample nonce is RFC 6455's own (section 1.3).
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Fatalf("handshake = %s, %v", resp.Status, resp.Header)
	}
	w.conn = frames{w.conn, in}
	return w
}

// A browser registers by a WebSocket, has no address of its own, and is called
// where it came from.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	b.provision(t, pbxtest.Account("2002", "two"))
	w := overWebSocket(t, b.server.Address)
	local := w.conn.LocalAddr().String()
	browser := func(text string) string {
		return strings.Replace(text, "Contact: <sip:2001@"+local+">", "Contact: <sip:x@df7jal23ls0d.invalid;transport=ws>", 1)
	}
	challenge := w.say(t, browser(w.request("REGISTER", domainURI, "2001", "2001")))
	answer := authorization(challenge, "REGISTER", domainURI, "2001-aaaaaa", "one", 1)
	if got := w.say(t, browser(w.request("REGISTER", domainURI, "2001", "2001", answer))); status(got) != 200 {
		t.Fatalf("REGISTER = %s, want 200", got)
	}
	contacts, err := b.registrar.Contacts(t.Context(), pbx.NewAOR("2001", pbxtest.Domain))
	if err != nil || len(contacts) != 1 || contacts[0].Address != local || contacts[0].URI != "sip:x@df7jal23ls0d.invalid;transport=ws" {
		t.Errorf("Contacts() = %+v, %v, want one from %s", contacts, err, local)
	}
	done := make(chan int, 1)
	caller := b.on(t, phone("2002", "two"))
	go func() { done <- caller.Call(t, "2001").Status }()
	invite := w.hear(t)
	if !strings.HasPrefix(invite, "INVITE sip:x@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n") {
		t.Errorf("the browser hears %q, want an INVITE to its contact", invite)
	}
	reply(t, w, invite, "486 Busy Here")
	if got := <-done; got != 486 {
		t.Errorf("call to the browser = %d, want its 486", got)
	}
}

// What is no handshake of SIP is answered as a page that is not there.
func TestNoPages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, path := range []string{"/", "/rpc", "/index.html"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+b.server.Address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Close = true
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, resp.StatusCode)
		}
	}
}
