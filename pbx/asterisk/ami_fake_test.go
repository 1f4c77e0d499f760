package asterisk_test

import (
	"bufio"
	"context"
	"crypto/md5" //nolint:gosec // AMI's challenge
	"encoding/hex"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/pbx/asterisk"
)

const secret = "correct-horse-battery"

// A peer is the other end of a connection to a server of a test's own making.
type peer struct {
	net.Conn

	r *textproto.Reader
}

// serve starts a server that gives each connection to talk, in turn, and
// returns its address.
func serve(t *testing.T, talk func(*peer)) string {
	t.Helper()
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go serveOn(l, talk)
	return l.Addr().String()
}

func serveOn(l net.Listener, talk func(*peer)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		talk(&peer{conn, textproto.NewReader(bufio.NewReader(conn))})
		_ = conn.Close()
	}
}

func (p *peer) say(text string, args ...any) {
	_, _ = fmt.Fprintf(p, strings.ReplaceAll(text, "\n", "\r\n"), args...)
}

// hear reads an action; nil when the client has gone.
func (p *peer) hear() textproto.MIMEHeader {
	h, err := p.r.ReadMIMEHeader()
	if err != nil {
		return nil
	}
	return h
}

// answer answers an action, with fields each in a line of its own.
func (p *peer) answer(action textproto.MIMEHeader, text string) {
	p.say("%s", strings.ReplaceAll("Response: "+text+"\nActionID: "+action.Get("ActionID")+"\n\n", "\n", "\r\n"))
}

// enter lets a client in who knows the secret.
func (p *peer) enter() bool {
	p.say("Asterisk Call Manager/11.0.0\n")
	p.answer(p.hear(), "Success\nChallenge: 159753")
	login := p.hear()
	sum := md5.Sum([]byte("159753" + secret)) //nolint:gosec // see the import
	if login.Get("Key") != hex.EncodeToString(sum[:]) || login.Get("Username") != "vouchline" || login.Get("AuthType") != "MD5" {
		p.answer(login, "Error\nMessage: Authentication failed")
		return false
	}
	p.answer(login, "Success\nMessage: Authentication accepted")
	return true
}

// login lets a client in and returns its first action.
func (p *peer) login() textproto.MIMEHeader {
	if !p.enter() {
		return nil
	}
	return p.hear()
}

// contact is an event of a list of contacts.
func contact(id, key string) string {
	return "Event: DBGetTreeResponse\r\nKey: /registrar/contact/" + key +
		"\r\nVal: {\"uri\":\"sip:2001@127.0.0.1:5060^3Btransport=tcp\",\"user_agent\":\"A\",\"expiration_time\":\"1790000000\"}\r\nActionID: " + id + "\r\n\r\n"
}

// contacts answers with a list.
func (p *peer) contacts(action textproto.MIMEHeader, keys ...string) {
	id := action.Get("ActionID")
	p.answer(action, "Success\nEventList: start")
	for _, key := range keys {
		p.say("%s", contact(id, key))
	}
	p.say("Event: DBGetTreeComplete\nActionID: %s\nEventList: Complete\nListItems: %d\n\n", id, len(keys))
}

// clientOf returns a client of a server of a test's own.
func clientOf(t *testing.T, address string, change ...func(*asterisk.AMIConfig)) *asterisk.AMI {
	t.Helper()
	c := asterisk.AMIConfig{Address: address, Username: "vouchline", Secret: secret, Timeout: 2 * time.Second, Clock: func() time.Time { return march }}
	for _, f := range change {
		f(&c)
	}
	a, err := asterisk.NewAMI(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// patient bounds a test that waits for something to happen.
func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
