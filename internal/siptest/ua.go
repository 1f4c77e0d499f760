package siptest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"
)

// A UA is a user agent with a UDP port of its own: one phone, switched on. It
// answers every call it gets with audio. The test's end switches it off.
type UA struct {
	phone  Phone
	server string
	conn   net.Conn
	// registration is the Call-ID of all its REGISTERs (RFC 3261 section 10.2.4).
	registration, tag string
	incoming          chan *Call

	mu      sync.Mutex
	seq     int
	waiting map[string]chan message // final and provisional responses, by transaction
	calls   map[string]*Call        // by Call-ID
	replies map[string]string       // by transaction, for requests that come twice
}

// NewUA switches a phone on. It registers when it is told to.
func NewUA(tb testing.TB, server string, p Phone) *UA {
	tb.Helper()
	conn, err := new(net.Dialer).DialContext(tb.Context(), "udp", server)
	if err != nil {
		tb.Fatal(err)
	}
	ua := &UA{
		phone: p, server: server, conn: conn, registration: rand.Text(), tag: rand.Text()[:8],
		incoming: make(chan *Call, 16),
		waiting:  map[string]chan message{}, calls: map[string]*Call{}, replies: map[string]string{},
	}
	go ua.listen()
	tb.Cleanup(ua.Close)
	return ua
}

// Close switches the phone off without a word to anybody, as a lost battery
// does. Its calls end.
func (ua *UA) Close() {
	_ = ua.conn.Close()
	ua.mu.Lock()
	calls := ua.calls
	ua.calls = map[string]*Call{}
	ua.mu.Unlock()
	for _, c := range calls {
		c.end()
	}
}

// Use has other settings typed into the phone. It must be idle.
func (ua *UA) Use(p Phone) { ua.phone = p }

// Address is where it is reached.
func (ua *UA) Address() string { return ua.conn.LocalAddr().String() }

// URI is the contact that it registers.
func (ua *UA) URI() string { return "sip:" + ua.phone.Number + "@" + ua.Address() }

// Register registers the phone, or refreshes its registration.
func (ua *UA) Register(tb testing.TB) Outcome {
	tb.Helper()
	return ua.register(tb, ua.phone.Expires)
}

// Unregister takes its contact away (RFC 3261 section 10.2.2).
func (ua *UA) Unregister(tb testing.TB) Outcome {
	tb.Helper()
	return ua.register(tb, 0)
}

func (ua *UA) register(tb testing.TB, expires int) Outcome {
	tb.Helper()
	self := "<" + ua.phone.address(ua.phone.Number) + ">"
	r := request{
		method: "REGISTER", uri: "sip:" + ua.phone.domain(), from: self + ";tag=" + ua.tag, to: self, callID: ua.registration,
		more: []string{fmt.Sprintf("Contact: <%s>;expires=%d", ua.URI(), expires)},
	}
	if ua.phone.UserAgent != "" {
		r.more = append(r.more, "User-Agent: "+ua.phone.UserAgent)
	}
	answer := ua.try(tb, &r)
	out := Outcome{Status: answer.status}
	for _, c := range challenges(answer.header) {
		out.Offered = append(out.Offered, c.algorithm())
	}
	if answer.status != 401 {
		return out
	}
	credentials := ua.phone.authorize(answer.status, answer.header, r.method, r.uri)
	if credentials == "" {
		out.Status = 0
		return out
	}
	r.more = append(r.more, credentials)
	out.Status = ua.try(tb, &r).status
	return out
}

// A request is what a user agent sends, less what each transaction draws anew.
type request struct {
	method, uri, from, to, callID string
	routes, more                  []string
	body                          string
	// seq and branch are those of its last transaction.
	seq    int
	branch string
}

// render writes the request as it goes over the wire.
func (r *request) render(ua *UA) string {
	lines := []string{
		r.method + " " + r.uri + " SIP/2.0",
		"Via: SIP/2.0/UDP " + ua.Address() + ";rport;branch=" + r.branch,
		"Max-Forwards: 70",
	}
	for _, route := range r.routes {
		lines = append(lines, "Route: "+route)
	}
	lines = append(lines, "From: "+r.from, "To: "+r.to, "Call-ID: "+r.callID, fmt.Sprintf("CSeq: %d %s", r.seq, r.method))
	return render(append(lines, r.more...), r.body)
}

// try sends a request in a transaction of its own and returns the final
// response, which the test does not live without.
func (ua *UA) try(tb testing.TB, r *request) message {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	ua.mu.Lock()
	ua.seq++
	r.seq, r.branch = ua.seq, "z9hG4bK"+rand.Text()
	key := fmt.Sprintf("%s %d %s", r.callID, r.seq, r.method)
	answers := make(chan message, 16)
	ua.waiting[key] = answers
	ua.mu.Unlock()
	defer func() {
		ua.mu.Lock()
		delete(ua.waiting, key)
		ua.mu.Unlock()
	}()
	text := r.render(ua)
	again := time.NewTicker(500 * time.Millisecond) // timer A or E (RFC 3261 section 17.1)
	defer again.Stop()
	ua.send(text)
	for {
		select {
		case m := <-answers:
			if m.final() {
				return m
			}
			again.Stop()
		case <-again.C:
			ua.send(text)
		case <-ctx.Done():
			tb.Fatalf("no final answer from %s to %s of %s: %v", ua.server, r.method, ua.phone.Number, ctx.Err())
		}
	}
}

// send writes a datagram. One that is lost is sent again, or missed by whoever
// waits for its answer.
func (ua *UA) send(text string) { _, _ = ua.conn.Write([]byte(text)) }

// listen reads until the socket is closed.
func (ua *UA) listen() {
	buffer := make([]byte, 64<<10)
	for {
		n, err := ua.conn.Read(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // a port unreachable: the server may come back
		}
		m, ok := parse(string(buffer[:n]))
		switch {
		case !ok:
		case m.method == "":
			ua.answered(m)
		default:
			ua.asked(m)
		}
	}
}

// answered hands a response to whoever waits for it.
func (ua *UA) answered(m message) {
	ua.mu.Lock()
	defer ua.mu.Unlock()
	select {
	case ua.waiting[m.key()] <- m:
	default: // nobody waits, or it came many times
	}
}

// asked answers a request of the server's, and one that comes twice in the
// same way.
func (ua *UA) asked(m message) {
	if m.method == "ACK" {
		return
	}
	ua.mu.Lock()
	reply, again := ua.replies[m.key()]
	call := ua.calls[m.header.Get("Call-ID")]
	ua.mu.Unlock()
	if !again {
		reply = ua.respond(m, call)
		ua.mu.Lock()
		ua.replies[m.key()] = reply
		ua.mu.Unlock()
	}
	ua.send(reply)
}

func (ua *UA) respond(m message, call *Call) string {
	switch {
	case m.method == "INVITE" && call == nil:
		return ua.pickUp(m)
	case m.method == "INVITE": // another offer within the call
		return call.accept(m)
	case m.method == "BYE" && call != nil:
		call.end()
	}
	return m.reply("200 OK", ua.tag, "")
}
