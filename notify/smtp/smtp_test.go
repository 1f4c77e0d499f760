package smtp_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/mailtest"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/notify/smtp"
)

func clock() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func config(s *mailtest.Server, security smtp.Security) smtp.Config {
	return smtp.Config{
		Address: s.Address, Security: security, From: "Vouchline <no-reply@vouchline.example>",
		Roots: s.Roots, Now: clock, Timeout: 10 * time.Second,
	}
}

func newSender(t *testing.T, c smtp.Config) *smtp.Sender {
	t.Helper()
	s, err := smtp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		options  mailtest.Options
		security smtp.Security
	}{
		{"STARTTLS with a password", mailtest.Options{Username: "u", Password: "p"}, smtp.StartTLS},
		{"implicit TLS with a password", mailtest.Options{ImplicitTLS: true, Username: "u", Password: "p"}, smtp.TLS},
		{"plain on loopback", mailtest.Options{NoTLS: true}, smtp.Plain},
		{"plain on loopback with a password", mailtest.Options{NoTLS: true, Username: "u", Password: "p"}, smtp.Plain},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			notifytest.Run(t, func(t *testing.T) notifytest.Target {
				server := mailtest.New(t, tc.options)
				c := config(server, tc.security)
				c.Username, c.Password = tc.options.Username, tc.options.Password
				return notifytest.Target{
					Sender: newSender(t, c), Channel: notify.Email, Identifies: true,
					Delivered: func(t *testing.T) []notifytest.Delivery {
						wantProtected(t, server, tc.security != smtp.Plain, c.Username != "")
						return deliveries(t, server)
					},
					Fail: func(_ *testing.T, permanent bool) { failOnce(server, "rcpt", permanent) },
					Down: func(*testing.T) { server.Stop() },
					Up:   func(t *testing.T) { server.Restart(t) },
				}
			})
		})
	}
}

func wantProtected(t *testing.T, s *mailtest.Server, encrypted, authenticated bool) {
	t.Helper()
	for _, m := range s.Messages() {
		if m.Encrypted != encrypted || m.Authenticated != authenticated {
			t.Errorf("message came encrypted %v, authenticated %v, want %v, %v", m.Encrypted, m.Authenticated, encrypted, authenticated)
		}
	}
}

func failOnce(s *mailtest.Server, stage string, permanent bool) {
	reply := mailtest.Refuse(451, [3]int{4, 3, 0}, "come back later, ada@example.org")
	if permanent {
		reply = mailtest.Refuse(550, [3]int{5, 1, 1}, "no such user ada@example.org")
	}
	s.SetHook(func(at string) error {
		if at != stage {
			return nil
		}
		s.SetHook(nil)
		return reply
	})
}

// deliveries reads the e-mails as a mail program would.
func deliveries(t *testing.T, s *mailtest.Server) []notifytest.Delivery {
	t.Helper()
	var out []notifytest.Delivery
	for _, m := range s.Messages() {
		parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
		if err != nil {
			t.Fatalf("ReadMessage: %v\n%s", err, m.Data)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		d := notifytest.Delivery{To: strings.Join(m.To, ","), Subject: subject, ID: parsed.Header.Get("Message-Id"), Files: map[string]string{}}
		readPart(t, &d, parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), "", parsed.Body)
		out = append(out, d)
	}
	return out
}

func readPart(t *testing.T, d *notifytest.Delivery, contentType, encoding, file string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("content type %q: %v", contentType, err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			name, err := new(mime.WordDecoder).DecodeHeader(p.FileName())
			if err != nil {
				t.Fatal(err)
			}
			readPart(t, d, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), name, p)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case file != "":
		d.Files[file] = string(content)
	case kind == "text/html":
		d.HTML = string(content)
	default:
		d.Text = string(content)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t, mailtest.Options{})
	c := config(server, smtp.StartTLS)
	c.ReplyTo = "help@vouchline.example"
	m := notifytest.Message(notify.Email, "key")
	if err := newSender(t, c).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := server.Messages()[0]
	parsed, err := mail.ReadMessage(bytes.NewReader(got.Data))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"From":           `"Vouchline" <no-reply@vouchline.example>`,
		"To":             "<ada@example.org>",
		"Reply-To":       "<help@vouchline.example>",
		"Message-Id":     "<" + m.ID() + "@vouchline.example>",
		"Date":           "Sun, 01 Mar 2026 12:00:00 +0000",
		"Auto-Submitted": "auto-generated",
		"Bcc":            "",
		"User-Agent":     "",
		"X-Mailer":       "",
	} {
		if h := parsed.Header.Get(header); h != want {
			t.Errorf("%s = %q, want %q", header, h, want)
		}
	}
	if got.From != "no-reply@vouchline.example" {
		t.Errorf("envelope from = %q, want no-reply@vouchline.example", got.From)
	}
}

// The reply decides, at whatever stage it comes, and a connection that breaks
// leaves the outcome open.
func TestRepliesAtEveryStage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, stage string
		reply       error
		want        error
		code        string
	}{
		{"sender refused", "mail", mailtest.Refuse(550, [3]int{5, 7, 1}, "no"), notify.ErrPermanent, notify.CodeRefused},
		{"sender delayed", "mail", mailtest.Refuse(421, [3]int{4, 3, 2}, "closing"), notify.ErrTemporary, notify.CodeBusy},
		{"recipient unknown", "rcpt", mailtest.Refuse(550, [3]int{5, 1, 1}, "no"), notify.ErrPermanent, notify.CodeRefused},
		{"greylisted", "rcpt", mailtest.Refuse(450, [3]int{4, 2, 0}, "later"), notify.ErrTemporary, notify.CodeBusy},
		{"mailbox full", "rcpt", mailtest.Refuse(452, [3]int{4, 2, 2}, "full"), notify.ErrTemporary, notify.CodeBusy},
		{"content refused", "data", mailtest.Refuse(554, [3]int{5, 6, 0}, "spam"), notify.ErrPermanent, notify.CodeRefused},
		{"content delayed", "data", mailtest.Refuse(451, [3]int{4, 7, 1}, "later"), notify.ErrTemporary, notify.CodeBusy},
		{"sign in first", "mail", mailtest.Refuse(530, [3]int{5, 7, 0}, "auth"), notify.ErrTemporary, notify.CodeAuth},
		{"dies at the sender", "mail", mailtest.ErrHangUp, notify.ErrTemporary, notify.CodeInterrupted},
		{"dies at the recipient", "rcpt", mailtest.ErrHangUp, notify.ErrTemporary, notify.CodeInterrupted},
		{"dies in the content", "data", mailtest.ErrHangUp, notify.ErrTemporary, notify.CodeInterrupted},
		{"dies after taking it", "accepted", mailtest.ErrHangUp, notify.ErrTemporary, notify.CodeInterrupted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.New(t, mailtest.Options{})
			server.SetHook(func(stage string) error {
				if stage == tc.stage {
					return tc.reply
				}
				return nil
			})
			err := newSender(t, config(server, smtp.StartTLS)).Send(t.Context(), notifytest.Message(notify.Email, "k"))
			coded, ok := errors.AsType[*notify.Error](err)
			if !errors.Is(err, tc.want) || !ok || coded.Code != tc.code {
				t.Errorf("Send() = %v (%v), want %v with code %s", err, errors.Unwrap(err), tc.want, tc.code)
			}
		})
	}
}

// The server took the message and died before it said so: the second try gives
// a second e-mail, and both carry the same identifier.
func TestRepeatedEmailIsRecognisable(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t, mailtest.Options{})
	server.SetHook(func(stage string) error {
		if stage == "accepted" {
			server.SetHook(nil)
			return mailtest.ErrHangUp
		}
		return nil
	})
	sender := newSender(t, config(server, smtp.StartTLS))
	m := notifytest.Message(notify.Email, "k")
	if err := sender.Send(t.Context(), m); !errors.Is(err, notify.ErrTemporary) {
		t.Fatalf("Send() = %v, want %v", err, notify.ErrTemporary)
	}
	if err := sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := deliveries(t, server)
	if len(got) != 2 || got[0].ID != got[1].ID || got[0].ID == "" {
		t.Errorf("deliveries = %+v, want two with one identifier", got)
	}
}

func TestConnectionFaultsAreTemporary(t *testing.T) {
	t.Parallel()
	secured := mailtest.Options{Username: "u", Password: "p"}
	for _, tc := range []struct {
		name    string
		options mailtest.Options
		change  func(*smtp.Config)
		code    string
	}{
		{"wrong password", secured, func(c *smtp.Config) { c.Username, c.Password = "u", "wrong" }, notify.CodeAuth},
		{"no password given", secured, func(*smtp.Config) {}, notify.CodeAuth},
		{"STARTTLS is not offered", mailtest.Options{NoTLS: true}, func(*smtp.Config) {}, notify.CodeTLS},
		{"certificate of a stranger", mailtest.Options{}, func(c *smtp.Config) { c.Roots = nil }, notify.CodeTLS},
		{"certificate of a stranger, implicit", mailtest.Options{ImplicitTLS: true}, func(c *smtp.Config) { c.Security, c.Roots = smtp.TLS, nil }, notify.CodeTLS},
		{"implicit TLS to a plain port", mailtest.Options{NoTLS: true}, func(c *smtp.Config) { c.Security = smtp.TLS }, notify.CodeTLS},
		{"nobody listens", mailtest.Options{}, func(c *smtp.Config) { c.Address = "127.0.0.1:1" }, notify.CodeConnect},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.New(t, tc.options)
			c := config(server, smtp.StartTLS)
			tc.change(&c)
			err := newSender(t, c).Send(t.Context(), notifytest.Message(notify.Email, "k"))
			coded, ok := errors.AsType[*notify.Error](err)
			if !errors.Is(err, notify.ErrTemporary) || !ok || coded.Code != tc.code {
				t.Errorf("Send() = %v (%v), want temporary %s", err, errors.Unwrap(err), tc.code)
			}
			if n := len(server.Messages()); n != 0 {
				t.Errorf("%d messages taken, want none", n)
			}
		})
	}
}

// A server that accepts and then says nothing costs the timeout, and a
// cancelled job not even that.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	accepted := make(chan net.Conn, 2)
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	c := smtp.Config{Address: silent.Addr().String(), Security: smtp.Plain, From: "a@example.org", Now: clock, Timeout: 50 * time.Millisecond}
	if err := newSender(t, c).Send(t.Context(), notifytest.Message(notify.Email, "k")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send(silent) = %v, want %v", err, notify.ErrTemporary)
	}
	<-accepted
	c.Timeout = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-accepted
		cancel()
	}()
	if err := newSender(t, c).Send(ctx, notifytest.Message(notify.Email, "k")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send(cancelled) = %v, want %v", err, notify.ErrTemporary)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := smtp.Config{Address: "mail.example.org:587", From: "a@example.org", Now: clock}
	for _, tc := range []struct {
		name   string
		change func(*smtp.Config)
		want   string
	}{
		{"good", func(*smtp.Config) {}, ""},
		{"no port", func(c *smtp.Config) { c.Address = "mail.example.org" }, "host:port"},
		{"no sender", func(c *smtp.Config) { c.From = "" }, "from"},
		{"sender with a line break", func(c *smtp.Config) { c.From = "a@example.org\r\nBcc: b@example.org" }, "from"},
		{"plain to the network", func(c *smtp.Config) { c.Security = smtp.Plain }, "loopback"},
		{"plain to this machine", func(c *smtp.Config) { c.Security, c.Address = smtp.Plain, "localhost:25" }, ""},
		{"unknown security", func(c *smtp.Config) { c.Security = "none" }, "none of"},
		{"password without a name", func(c *smtp.Config) { c.Password = "p" }, "belong together"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := good
			tc.change(&c)
			_, err := smtp.New(c)
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("New() = %v, want %q", err, tc.want)
			}
		})
	}
}

func TestLogsShowNobody(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t, mailtest.Options{})
	var out bytes.Buffer
	c := config(server, smtp.StartTLS)
	c.Logger = slog.New(slog.NewJSONHandler(&out, nil))
	sender := newSender(t, c)
	m := notifytest.Message(notify.Email, "k")
	if err := sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	failOnce(server, "rcpt", true)
	err := sender.Send(t.Context(), m)
	c.Username, c.Password = "operator", "hunter2"
	fmt.Fprintf(&out, "%v %+v %#v", err, c, c)
	for _, s := range []string{m.To.Value, m.Subject, "123456", "hunter2"} {
		if strings.Contains(out.String(), s) {
			t.Errorf("the log shows %q:\n%s", s, out.String())
		}
	}
	if !strings.Contains(out.String(), "550 5.1.1") {
		t.Errorf("the log does not show the reply 550 5.1.1:\n%s", out.String())
	}
}
