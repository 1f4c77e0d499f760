// Package smtp sends e-mails through an operator's mail server.
//
// It uses the words of RFC 5321 (envelope, reply codes), RFC 3207 (STARTTLS)
// and RFC 8314 (implicit TLS).
//
// It keeps no queue and does not try twice: the job queue does, told by the
// error's class. It does not sign (DKIM): the mail server does.
//
// Without TLS it speaks to loopback addresses only. Messages hold links and
// codes that let their reader in; they never cross a network in the clear.
package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/vouchline/vouchline/notify"
)

// A Security is how the connection is protected.
type Security string

// The ways. The zero value means STARTTLS.
const (
	StartTLS Security = "starttls" // required, never opportunistic: a stripped offer is an error
	TLS      Security = "tls"      // from the first byte, RFC 8314 section 3.3
	Plain    Security = "plain"    // to loopback addresses only
)

// DefaultTimeout bounds each message, from dialling to the server's last word.
const DefaultTimeout = 30 * time.Second

// Config is what the operator sets.
type Config struct {
	// Address is host:port; the host is checked against the certificate.
	Address  string
	Security Security
	// Username and Password, when set, are offered by the strongest mechanism
	// of the server.
	Username string
	Password string
	// From is the sender, such as `Vouchline <no-reply@example.org>`.
	From string
	// ReplyTo, when set, receives the answers of people.
	ReplyTo string
	// Helo is the name given to the server; empty means this host's.
	Helo string
	// Roots, when set, replace the system's certificate authorities.
	Roots   *x509.CertPool
	Timeout time.Duration
	// Now dates the messages.
	Now    func() time.Time
	Logger *slog.Logger
}

// A Sender sends e-mails; several goroutines may use it at once.
type Sender struct {
	config     Config
	host, port string
	from       *mail.Address
	replyTo    *mail.Address
}

// New checks the configuration. It does not connect, so that a mail server
// that is down does not keep the service from starting.
func New(c Config) (*Sender, error) {
	s := &Sender{config: c}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("smtp: "+format, args...)) }
	var err error
	if s.host, s.port, err = net.SplitHostPort(c.Address); err != nil || s.host == "" || s.port == "" {
		fault("address %q is not host:port", c.Address)
	}
	if s.from, err = mail.ParseAddress(c.From); err != nil {
		fault("from is not an address")
	}
	if c.ReplyTo != "" {
		if s.replyTo, err = mail.ParseAddress(c.ReplyTo); err != nil {
			fault("reply-to is not an address")
		}
	}
	switch c.Security {
	case StartTLS, TLS, "":
	case Plain:
		if !loopback(s.host) {
			fault("without TLS only to a loopback address, not to %q", s.host)
		}
	default:
		fault("security %q is none of starttls, tls, plain", c.Security)
	}
	if (c.Username == "") != (c.Password == "") {
		fault("user name and password belong together")
	}
	if c.Now == nil {
		fault("no clock")
	}
	if s.config.Timeout <= 0 {
		s.config.Timeout = DefaultTimeout
	}
	if s.config.Logger == nil {
		s.config.Logger = slog.New(slog.DiscardHandler)
	}
	return s, errors.Join(faults...)
}

// loopback reports whether a host is this machine. A name other than localhost
// is not resolved: what DNS says today it may not say tomorrow.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String names the server without the credentials.
func (c Config) String() string { return fmt.Sprintf("smtp %s by %s", c.Address, c.Security) }

// GoString hides the credentials from %#v.
func (c Config) GoString() string { return c.String() }

// LogValue hides the credentials from slog.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Send hands one e-mail to the server. It returns nil once the server has
// taken responsibility for it (RFC 5321 section 4.2.5).
func (s *Sender) Send(ctx context.Context, m notify.Message) error {
	if m.To.Channel != notify.Email {
		return notify.Permanent(notify.CodeInvalid, nil).With("channel")
	}
	if err := m.Validate(); err != nil {
		return err
	}
	msg, err := s.compose(m)
	if err != nil {
		return notify.Permanent(notify.CodeInvalid, err).With("compose")
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	started := s.config.Now()
	if err := s.deliver(ctx, msg); err != nil {
		s.config.Logger.WarnContext(ctx, "e-mail not sent", "message", m, "error", err)
		return err
	}
	s.config.Logger.InfoContext(ctx, "e-mail sent", "message", m, "took", s.config.Now().Sub(started))
	return nil
}

func (s *Sender) deliver(ctx context.Context, msg *gomail.Msg) error {
	client, err := s.client(ctx)
	if err != nil {
		return notify.Temporary(notify.CodeConnect, err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return classifyDial(ctx, err)
	}
	defer func() { _ = session.Close() }()
	err = client.SendWithSMTPClient(session, msg)
	// Once the message is the server's, a failing farewell changes nothing.
	if err != nil && !msg.IsDelivered() {
		return classifySend(ctx, err)
	}
	_ = client.CloseWithSMTPClient(session)
	return nil
}

// client makes the library's client for one message, whose connection ends
// with the context: the library itself watches it while dialling only.
func (s *Sender) client(ctx context.Context) (*gomail.Client, error) {
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", s.port)
	if err != nil {
		return nil, err
	}
	tlsConfig := &tls.Config{ServerName: s.host, RootCAs: s.config.Roots, MinVersion: tls.VersionTLS12}
	policy := gomail.NoTLS
	if s.config.Security == StartTLS || s.config.Security == "" {
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(s.config.Timeout), gomail.WithoutRset(),
		gomail.WithTLSConfig(tlsConfig), gomail.WithTLSPolicy(policy),
		gomail.WithDialContextFunc(func(dialling context.Context, network, address string) (net.Conn, error) {
			conn, err := s.dial(dialling, network, address, tlsConfig)
			if err == nil {
				context.AfterFunc(ctx, func() { _ = conn.Close() })
			}
			return conn, err
		}),
	}
	if s.config.Username != "" {
		options = append(options, gomail.WithOpportunisticSMTPAuth(s.mechanisms()...),
			gomail.WithUsername(s.config.Username), gomail.WithPassword(s.config.Password))
	}
	if s.config.Helo != "" {
		options = append(options, gomail.WithHELO(s.config.Helo))
	}
	return gomail.NewClient(s.host, options...)
}

// mechanisms are the ways to sign in, the strongest first. The last two send
// the password itself: through TLS or within this machine.
func (s *Sender) mechanisms() []gomail.SMTPAuthType {
	strong := []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1}
	if s.config.Security == Plain {
		return append(strong, gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc)
	}
	return append(strong, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin)
}

func (s *Sender) dial(ctx context.Context, network, address string, config *tls.Config) (net.Conn, error) {
	plain := net.Dialer{Timeout: s.config.Timeout}
	if s.config.Security != TLS {
		return plain.DialContext(ctx, network, address)
	}
	secure := tls.Dialer{NetDialer: &plain, Config: config}
	return secure.DialContext(ctx, network, address)
}

// domain returns the part of an address after its last at sign.
func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
