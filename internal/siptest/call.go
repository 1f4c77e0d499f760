package siptest

import (
	"context"
	"crypto/rand"
	"net/textproto"
	"sync"
	"testing"
	"time"
)

// A Call is a dialog of a user agent (RFC 3261 section 12), or the refusal of
// one.
type Call struct {
	// Status is the final one of the INVITE.
	Status int
	// Header is the INVITE's for who was called, the final response's for who
	// called.
	Header textproto.MIMEHeader

	ua     *UA
	dialog request // what the next request within the call is made from
	audio  *audio
	once   sync.Once
	ended  chan struct{}
}

// Call calls a number and waits until it answers or the call fails. More
// header fields may be given, each as "Name: value".
func (ua *UA) Call(tb testing.TB, number string, more ...string) *Call {
	tb.Helper()
	audio, err := openAudio()
	if err != nil {
		tb.Fatal(err)
	}
	self := "<" + ua.phone.address(ua.phone.Number) + ">"
	r := request{
		method: "INVITE", uri: ua.phone.address(number), callID: rand.Text(),
		from: self + ";tag=" + rand.Text()[:8], to: "<" + ua.phone.address(number) + ">",
		more: append(more, "Contact: <"+ua.URI()+">"), body: audio.description(),
	}
	answer := ua.try(tb, &r)
	ua.acknowledge(r, answer)
	if answer.status == 401 || answer.status == 407 {
		if credentials := ua.phone.authorize(answer.status, answer.header, r.method, r.uri); credentials != "" {
			r.more = append(r.more, credentials)
			answer = ua.try(tb, &r)
			ua.acknowledge(r, answer)
		}
	}
	c := &Call{Status: answer.status, Header: answer.header, ua: ua, audio: audio, ended: make(chan struct{})}
	if answer.status != 200 {
		c.end()
		return c
	}
	c.dialog = request{uri: answer.contact(), from: r.from, to: answer.header.Get("To"), callID: r.callID, routes: answer.routes(true)}
	ua.begin(c, answer.body)
	return c
}

// acknowledge ends the INVITE's transaction: for a refusal within it, for an
// answer as a request of its own (RFC 3261 section 17.1.1.3, section 13.2.2.4).
func (ua *UA) acknowledge(r request, answer message) {
	r.method, r.body, r.more, r.to = "ACK", "", nil, answer.header.Get("To")
	if answer.status < 300 {
		r.uri, r.routes, r.branch = answer.contact(), answer.routes(true), "z9hG4bK"+rand.Text()
	}
	ua.send(r.render(ua))
}

// begin keeps the call where its BYE is found, and speaks.
func (ua *UA) begin(c *Call, offer string) {
	ua.mu.Lock()
	ua.calls[c.dialog.callID] = c
	ua.mu.Unlock()
	go c.audio.speak(destination(offer), c.ended)
}

// pickUp answers a call.
func (ua *UA) pickUp(m message) string {
	audio, err := openAudio()
	if err != nil {
		return m.reply("500 No Port", ua.tag, "")
	}
	c := &Call{Status: 200, Header: m.header, ua: ua, audio: audio, ended: make(chan struct{})}
	c.dialog = request{
		uri: m.contact(), from: m.header.Get("To") + ";tag=" + ua.tag, to: m.header.Get("From"),
		callID: m.header.Get("Call-ID"), routes: m.routes(false),
	}
	ua.begin(c, m.body)
	select {
	case ua.incoming <- c:
	default: // nobody asks for the earlier ones
	}
	return c.accept(m)
}

// accept agrees to an offer.
func (c *Call) accept(m message) string {
	return m.reply("200 OK", c.ua.tag, c.audio.description(), "Contact: <"+c.ua.URI()+">")
}

// Incoming waits for a call to this user agent, and returns it answered.
func (ua *UA) Incoming(tb testing.TB) *Call {
	tb.Helper()
	select {
	case c := <-ua.incoming:
		return c
	case <-time.After(patience):
		tb.Fatalf("nobody called %s", ua.phone.Number)
		return nil
	}
}

// HangUp ends the call.
func (c *Call) HangUp(tb testing.TB) {
	tb.Helper()
	r := c.dialog
	r.method = "BYE"
	if answer := c.ua.try(tb, &r); answer.status != 200 {
		tb.Errorf("BYE of %s = %d, want 200", c.ua.phone.Number, answer.status)
	}
	c.end()
}

// Ended is closed when the call is over, whoever ended it.
func (c *Call) Ended() <-chan struct{} { return c.ended }

// AwaitEnd waits until the other side or the server has hung up.
func (c *Call) AwaitEnd(tb testing.TB) {
	tb.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		tb.Fatalf("the call of %s goes on", c.ua.phone.Number)
	}
}

// Heard is the number of audio packets that have come in.
func (c *Call) Heard() int { return int(c.audio.heard.Load()) }

// AwaitAudio waits until so many audio packets have come in.
func (c *Call) AwaitAudio(tb testing.TB, packets int) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	tick := time.NewTicker(packetTime)
	defer tick.Stop()
	for c.Heard() < packets {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("%s heard %d packets, want %d", c.ua.phone.Number, c.Heard(), packets)
		}
	}
}

func (c *Call) end() {
	c.once.Do(func() {
		close(c.ended)
		c.audio.close()
	})
}
