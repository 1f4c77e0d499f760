package asterisk

import (
	"bufio"
	"context"
	"crypto/md5" //nolint:gosec // AMI's challenge knows nothing else
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"
)

// AMIConfig is how the Asterisk Manager Interface is reached.
type AMIConfig struct {
	// Address is host:port. Anything but this machine's own wants TLS: who
	// listens learns no secret, but could take the session over.
	Address  string
	Username string
	Secret   string
	TLS      *tls.Config
	// Timeout bounds each operation, with login.
	Timeout time.Duration
	Logger  *slog.Logger
	// Clock dates security events that have no date of their own.
	Clock func() time.Time
}

// String names the interface without its secret.
func (c AMIConfig) String() string { return "AMI " + c.Username + "@" + c.Address }

// GoString hides the secret from %#v.
func (c AMIConfig) GoString() string {
	return "asterisk.AMIConfig{" + c.Username + "@" + c.Address + "}"
}

// Format hides the secret from every verb.
func (c AMIConfig) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue hides the secret from slog.
func (c AMIConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Errors of the interface.
var (
	// ErrLogin reports that Asterisk does not take the user or the secret.
	ErrLogin = errors.New("asterisk: AMI refuses the login")
	// ErrRefused reports that Asterisk does not carry an action out.
	ErrRefused = errors.New("asterisk: AMI refuses the action")
)

// An AMI is a client of the Asterisk Manager Interface. Each operation logs in
// anew: a connection that is kept is one more thing that may have died.
// Several goroutines may use it at once.
type AMI struct {
	config AMIConfig
	// looks are those who look at once; the others wait. Asterisk takes few
	// sessions that have not logged in yet (authlimit), and what has to be
	// dropped must find room.
	looks chan struct{}
}

// maxLooks is how many may look at the same time.
const maxLooks = 4

// NewAMI returns a client. Nothing is connected yet.
func NewAMI(c AMIConfig) (*AMI, error) {
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		return nil, fmt.Errorf("asterisk: AMI address: %w", err)
	}
	if c.Username == "" || c.Secret == "" || c.Clock == nil {
		return nil, errors.New("asterisk: AMI needs a user, a secret and a clock")
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &AMI{config: c, looks: make(chan struct{}, maxLooks)}, nil
}

// A session is a connection that has logged in. One goroutine at a time uses
// it, and it ends with the context it was opened with.
type session struct {
	net.Conn

	reader *bufio.Reader
	stop   func() bool
}

// with runs an operation in a session.
func (a *AMI) with(ctx context.Context, operation func(*session) error) error {
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	defer cancel()
	s, err := a.open(ctx, false)
	if err != nil {
		return errors.Join(err, ctx.Err())
	}
	defer s.end()
	if err := operation(s); err != nil {
		return errors.Join(err, ctx.Err())
	}
	return nil
}

// open connects and logs in.
func (a *AMI) open(ctx context.Context, events bool) (*session, error) {
	conn, err := a.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("asterisk: AMI: %w", err)
	}
	s := &session{Conn: conn, reader: bufio.NewReaderSize(conn, maxLine)}
	s.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err := s.login(a.config, events); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

func (a *AMI) dial(ctx context.Context) (net.Conn, error) {
	if a.config.TLS == nil {
		return new(net.Dialer).DialContext(ctx, "tcp", a.config.Address)
	}
	return (&tls.Dialer{Config: a.config.TLS}).DialContext(ctx, "tcp", a.config.Address)
}

// end closes the connection without a word: Asterisk expects that.
func (s *session) end() {
	s.stop()
	_ = s.Close()
}

// login answers a challenge, so that the secret itself is not on the wire.
func (s *session) login(c AMIConfig, events bool) error {
	banner, err := readLine(s.reader)
	if err != nil {
		return fmt.Errorf("asterisk: AMI: %w", err)
	}
	if !strings.HasPrefix(banner, "Asterisk Call Manager/") {
		return fmt.Errorf("asterisk: AMI: %w: no greeting", errProtocol)
	}
	challenge, err := s.do("Challenge", field{"AuthType", "MD5"})
	if err != nil {
		return err
	}
	key := md5.Sum([]byte(challenge.get("Challenge") + c.Secret)) //nolint:gosec // see the import
	on := "off"
	if events {
		on = "on"
	}
	_, err = s.do("Login", field{"AuthType", "MD5"}, field{"Username", c.Username}, field{"Key", hex.EncodeToString(key[:])}, field{"Events", on})
	if errors.Is(err, ErrRefused) {
		return ErrLogin
	}
	return err
}

// send writes an action and returns its id, by which its answers are known.
func (s *session) send(action string, fields []field) (id string, err error) {
	id = rand.Text()
	b, err := append(message{{"Action", action}, {"ActionID", id}}, fields...).bytes()
	if err != nil {
		return "", err
	}
	if _, err := s.Write(b); err != nil {
		return "", fmt.Errorf("asterisk: AMI %s: %w", action, err)
	}
	return id, nil
}

// next returns the next message that belongs to an action. Others, such as
// events that came between, are passed over.
func (s *session) next(id string) (message, error) {
	for {
		m, err := readMessage(s.reader)
		if err != nil {
			return nil, fmt.Errorf("asterisk: AMI: %w", err)
		}
		if m.get("ActionID") == id {
			return m, nil
		}
	}
}

// do carries out an action and returns its response.
func (s *session) do(action string, fields ...field) (message, error) {
	_, m, err := s.begin(action, fields)
	return m, err
}

func (s *session) begin(action string, fields []field) (id string, m message, err error) {
	id, err = s.send(action, fields)
	if err != nil {
		return "", nil, err
	}
	m, err = s.next(id)
	switch {
	case err != nil:
		return "", nil, err
	case m.kind() != "Response":
		return "", nil, fmt.Errorf("asterisk: AMI %s: %w: no response", action, errProtocol)
	case m.get("Response") != "Success":
		return "", nil, fmt.Errorf("%w: %s: %.200q", ErrRefused, action, m.get("Message"))
	}
	return id, m, nil
}

// list carries out an action that is answered by events, and hands them on one
// by one up to the one that says that it was the last. A list that is cut off
// is an error: half of it could be taken for the whole.
func (s *session) list(action string, fields []field, each func(message) error) error {
	id, m, err := s.begin(action, fields)
	if err != nil {
		return err
	}
	if !strings.EqualFold(m.get("EventList"), "start") {
		return fmt.Errorf("asterisk: AMI %s: %w: no list", action, errProtocol)
	}
	for {
		m, err := s.next(id)
		switch {
		case err != nil:
			return err
		case m.kind() != "Event":
			return fmt.Errorf("asterisk: AMI %s: %w: a list of something else", action, errProtocol)
		case strings.EqualFold(m.get("EventList"), "Complete"):
			return nil
		case strings.EqualFold(m.get("EventList"), "cancelled"):
			return fmt.Errorf("%w: %s: list cancelled", ErrRefused, action)
		}
		if err := each(m); err != nil {
			return err
		}
	}
}
