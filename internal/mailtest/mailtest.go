// Package mailtest runs a real SMTP server in the test's own process.
//
// It speaks RFC 5321 by github.com/emersion/go-smtp, with STARTTLS or implicit
// TLS by a certificate made for the test, and SASL PLAIN.
//
// It delivers to nobody: what it takes is read back with [Server.Messages].
//
// It listens on 127.0.0.1 only.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options choose what the server asks for. The zero value asks for nothing.
type Options struct {
	// ImplicitTLS speaks TLS from the first byte; otherwise STARTTLS is offered
	// unless NoTLS is set.
	ImplicitTLS, NoTLS bool
	// Username and Password, when set, are required.
	Username, Password string
}

// A Message is one that the server took.
type Message struct {
	From string
	To   []string
	// Data is the whole e-mail with its headers.
	Data []byte
	// Encrypted and Authenticated tell how it came.
	Encrypted, Authenticated bool
}

// A Server is a running mail server.
type Server struct {
	// Address is its host:port.
	Address string
	// Roots verify its certificate, which is for 127.0.0.1 and localhost.
	Roots *x509.CertPool

	options Options
	tls     *tls.Config

	mu       sync.Mutex
	messages []Message
	hook     Hook
	server   *smtp.Server
}

// A Hook is asked at a stage of the conversation ("mail", "rcpt", "data",
// "accepted"); its error is the server's reply, and [ErrHangUp] ends the
// connection without one. "accepted" comes after the message was kept.
type Hook func(stage string) error

// ErrHangUp makes the server close the connection in mid-conversation.
var ErrHangUp = errors.New("mailtest: hang up")

// Refuse is a reply for a Hook.
func Refuse(code int, enhanced [3]int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode(enhanced), Message: text}
}

// New starts a server that stops with the test.
func New(tb testing.TB, o Options) *Server {
	tb.Helper()
	certificate, roots := Certificate(tb)
	s := &Server{options: o, Roots: roots, tls: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}}
	s.start(tb, "127.0.0.1:0")
	tb.Cleanup(func() { s.Stop() })
	return s
}

func (s *Server) start(tb testing.TB, address string) {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	s.Address = listener.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain = "localhost"
	server.MaxMessageBytes = 20 << 20
	server.EnableSMTPUTF8 = true
	server.AllowInsecureAuth = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	if !s.options.NoTLS {
		server.TLSConfig = s.tls
	}
	s.mu.Lock()
	s.server = server
	s.mu.Unlock()
	if s.options.ImplicitTLS {
		listener = tls.NewListener(listener, s.tls)
	}
	go func() { _ = server.Serve(listener) }()
}

// Stop closes the port and every connection.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.server.Close()
}

// Restart opens the same port again.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	s.start(tb, s.Address)
}

// SetHook sets or, with nil, removes the hook.
func (s *Server) SetHook(h Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = h
}

// Messages returns what was taken so far, in order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c}, nil
}

// A session is one connection's conversation.
type session struct {
	server        *Server
	conn          *smtp.Conn
	authenticated bool
	message       Message
}

func (x *session) at(stage string) error {
	x.server.mu.Lock()
	hook := x.server.hook
	x.server.mu.Unlock()
	if hook == nil {
		return nil
	}
	err := hook(stage)
	if errors.Is(err, ErrHangUp) {
		_ = x.conn.Conn().Close()
	}
	return err
}

func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		o := x.server.options
		if o.Username == "" || username != o.Username || password != o.Password {
			return smtp.ErrAuthFailed
		}
		x.authenticated = true
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if x.server.options.Username != "" && !x.authenticated {
		return smtp.ErrAuthRequired
	}
	x.message = Message{From: from, Authenticated: x.authenticated}
	return x.at("mail")
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.message.To = append(x.message.To, to)
	return x.at("rcpt")
}

func (x *session) Data(r io.Reader) error {
	if err := x.at("data"); err != nil {
		return err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, x.message.Encrypted = x.conn.TLSConnectionState()
	x.message.Data = data
	x.server.mu.Lock()
	x.server.messages = append(x.server.messages, x.message)
	x.server.mu.Unlock()
	return x.at("accepted")
}

func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }
