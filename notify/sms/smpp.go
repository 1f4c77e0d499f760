package sms

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vouchline/vouchline/notify"
)

// The defaults of [SMPPConfig].
const (
	DefaultTimeout     = 20 * time.Second
	DefaultEnquireLink = 30 * time.Second
)

// SMPPConfig is how to reach a short message centre.
type SMPPConfig struct {
	// Address is host:port.
	Address string
	// TLS protects the connection; without it only a private link will do.
	TLS   bool
	Roots *x509.CertPool
	// SystemID, Password and SystemType are those of the bind (SMPP 3.4
	// section 4.1.5).
	SystemID   string
	Password   string
	SystemType string
	// From is what the phone shows: a number with its plus sign, a short code,
	// or a name of at most eleven letters and digits.
	From string
	// Timeout bounds the bind and the wait for each answer.
	Timeout time.Duration
	// EnquireLink is how often an idle link is tested.
	EnquireLink time.Duration
	Logger      *slog.Logger
}

// String names the centre without the credentials.
func (c SMPPConfig) String() string { return fmt.Sprintf("smpp %s as %s", c.Address, c.SystemID) }

// GoString hides the credentials from %#v.
func (c SMPPConfig) GoString() string { return c.String() }

// LogValue hides the credentials from slog.
func (c SMPPConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// SMPP sends through a short message centre over one link, which it binds as a
// transceiver when the first message comes and again whenever it was lost.
// Several goroutines may use it at once.
type SMPP struct {
	config SMPPConfig
	source pdu.Address

	mu   sync.Mutex
	link *link
}

// NewSMPP checks the configuration. It does not connect, so that a centre that
// is down does not keep the service from starting.
func NewSMPP(c SMPPConfig) (*SMPP, error) {
	s := &SMPP{config: c}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("smpp: "+format, args...)) }
	if host, port, err := net.SplitHostPort(c.Address); err != nil || host == "" || port == "" {
		fault("address %q is not host:port", c.Address)
	}
	// The fields' sizes, less the closing NUL (SMPP 3.4 section 4.1.5).
	for _, f := range []struct {
		name, value string
		most        int
	}{{"system id", c.SystemID, 15}, {"password", c.Password, 8}, {"system type", c.SystemType, 12}} {
		if len(f.value) > f.most || strings.ContainsRune(f.value, 0) {
			fault("%s has more than %d characters", f.name, f.most)
		}
	}
	if c.SystemID == "" {
		fault("no system id")
	}
	var err error
	if s.source, err = sourceAddress(c.From); err != nil {
		fault("from: %w", err)
	}
	if s.config.Timeout <= 0 {
		s.config.Timeout = DefaultTimeout
	}
	if s.config.EnquireLink <= 0 {
		s.config.EnquireLink = DefaultEnquireLink
	}
	if s.config.Logger == nil {
		s.config.Logger = slog.New(slog.DiscardHandler)
	}
	return s, errors.Join(faults...)
}

// Types of number and plans (SMPP 3.4 sections 5.2.5 and 5.2.6).
const (
	tonInternational = 1
	tonNetwork       = 3
	tonAlphanumeric  = 5
	npiUnknown       = 0
	npiE164          = 1
)

func sourceAddress(from string) (pdu.Address, error) {
	const digits = "0123456789"
	number, international := strings.CutPrefix(from, "+")
	switch {
	case from == "":
		return pdu.Address{}, errors.New("missing")
	case strings.Trim(number, digits) == "" && international && len(number) <= 15:
		return pdu.NewAddressWithTonNpiAddr(tonInternational, npiE164, number)
	case strings.Trim(from, digits) == "" && len(from) <= 15:
		return pdu.NewAddressWithTonNpiAddr(tonNetwork, npiUnknown, from)
	case len(from) <= 11 && !strings.ContainsFunc(from, func(r rune) bool { return r < ' ' || r > '~' }):
		return pdu.NewAddressWithTonNpiAddr(tonAlphanumeric, npiUnknown, from)
	}
	return pdu.Address{}, fmt.Errorf("%q is neither a number nor a name of at most eleven characters", from)
}

// Send hands a message to the centre, in as many parts as it needs, and waits
// for the answer to each.
func (s *SMPP) Send(ctx context.Context, m notify.Message) error {
	if m.To.Channel != notify.SMS {
		return notify.Permanent(notify.CodeInvalid, nil).With("channel")
	}
	if err := m.Validate(); err != nil {
		return err
	}
	parts, err := s.parts(m)
	if err != nil {
		return notify.Permanent(notify.CodeInvalid, err).With("text")
	}
	err = s.submit(ctx, parts)
	if err != nil {
		s.config.Logger.WarnContext(ctx, "text message not sent", "message", m, "parts", len(parts), "error", err)
		return err
	}
	s.config.Logger.InfoContext(ctx, "text message sent", "message", m, "parts", len(parts))
	return nil
}

func (s *SMPP) submit(ctx context.Context, parts []*pdu.SubmitSM) error {
	link, err := s.bound(ctx)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := link.submit(ctx, s.config.Timeout, part); err != nil {
			return err
		}
	}
	return nil
}

// parts makes the submit_sm PDUs of a message.
func (s *SMPP) parts(m notify.Message) ([]*pdu.SubmitSM, error) {
	texts, coding, err := split(m.Text)
	if err != nil {
		return nil, err
	}
	destination, err := pdu.NewAddressWithTonNpiAddr(tonInternational, npiE164, strings.TrimPrefix(m.To.Value, "+"))
	if err != nil {
		return nil, err
	}
	var out []*pdu.SubmitSM
	for i, text := range texts {
		p, _ := pdu.NewSubmitSM().(*pdu.SubmitSM)
		p.SourceAddr, p.DestAddr = s.source, destination
		if err := p.Message.SetMessageDataWithEncoding(text, coding); err != nil {
			return nil, err
		}
		if len(texts) > 1 {
			p.Message.SetUDH(pdu.UDH{pdu.NewIEConcatMessage(byte(len(texts)), byte(i+1), reference(m))})
			p.EsmClass |= data.SM_UDH_GSM
		}
		out = append(out, p)
	}
	return out, nil
}

// reference numbers a message of several parts. It follows from the key, so
// that a phone puts the parts of a first and a second try together into one
// message instead of two halves.
func reference(m notify.Message) byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(m.ID()))
	return byte(h.Sum32())
}

// bound returns the link, binding first when there is none.
func (s *SMPP) bound(ctx context.Context) (*link, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != nil && s.link.alive() {
		return s.link, nil
	}
	link, err := bind(ctx, s.config)
	if err != nil {
		return nil, err
	}
	s.link = link
	s.config.Logger.InfoContext(ctx, "bound to the message centre", "centre", s.config)
	return link, nil
}

// Close unbinds.
func (s *SMPP) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == nil {
		return nil
	}
	err := s.link.close()
	s.link = nil
	return err
}

func (c SMPPConfig) dial(ctx context.Context) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: c.Timeout}
	if !c.TLS {
		return dialer.DialContext(ctx, "tcp", c.Address)
	}
	host, _, _ := net.SplitHostPort(c.Address)
	secure := tls.Dialer{NetDialer: dialer, Config: &tls.Config{ServerName: host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}}
	return secure.DialContext(ctx, "tcp", c.Address)
}
