package notify_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/notifytest"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		channel notify.Channel
		change  func(*notify.Message)
		field   string
	}{
		{"good e-mail", notify.Email, func(*notify.Message) {}, ""},
		{"good text message", notify.SMS, func(*notify.Message) {}, ""},
		{"international mailbox", notify.Email, func(m *notify.Message) { m.To.Value = "zoë@exämple.org" }, ""},
		{"name in the address", notify.Email, func(m *notify.Message) { m.To.Value = "Ada <ada@example.org>" }, "to"},
		{"two addresses", notify.Email, func(m *notify.Message) { m.To.Value = "a@example.org,b@example.org" }, "to"},
		{"local part only", notify.Email, func(m *notify.Message) { m.To.Value = "ada" }, "to"},
		{"long address", notify.Email, func(m *notify.Message) { m.To.Value = strings.Repeat("a", 250) + "@b.org" }, "to"},
		{"line break in address", notify.Email, func(m *notify.Message) { m.To.Value = "ada@example.org\nBcc: eve@example.org" }, "to"},
		{"national number", notify.SMS, func(m *notify.Message) { m.To.Value = "0600000001" }, "to"},
		{"long number", notify.SMS, func(m *notify.Message) { m.To.Value = "+3360000000112345" }, "to"},
		{"number with spaces", notify.SMS, func(m *notify.Message) { m.To.Value = "+33 6 00 00 00 01" }, "to"},
		{"full-width number", notify.SMS, func(m *notify.Message) { m.To.Value = "+３３600000001" }, "to"},
		{"unknown channel", notify.SMS, func(m *notify.Message) { m.To.Channel = "fax" }, "to"},
		{"subject with a header", notify.Email, func(m *notify.Message) { m.Subject = "a\r\nBcc: b@example.org" }, "subject"},
		{"subject with a line separator", notify.Email, func(m *notify.Message) { m.Subject = "a\u2028b" }, "subject"},
		{"no subject", notify.Email, func(m *notify.Message) { m.Subject = "" }, "subject"},
		{"long subject", notify.Email, func(m *notify.Message) { m.Subject = strings.Repeat("é", 201) }, "subject"},
		{"subject in a text message", notify.SMS, func(m *notify.Message) { m.Subject = "Hi" }, "subject"},
		{"long text message", notify.SMS, func(m *notify.Message) { m.Text = strings.Repeat("x", 671) }, "text"},
		{"NUL in text", notify.Email, func(m *notify.Message) { m.Text = "a\x00b" }, "text"},
		{"broken UTF-8", notify.SMS, func(m *notify.Message) { m.Text = "a\xff" }, "text"},
		{"attachment with a path", notify.Email, func(m *notify.Message) {
			m.Attachments = []notify.Attachment{{Name: "../x", MediaType: "text/plain"}}
		}, "attachments"},
		{"attachment's type with a header", notify.Email, func(m *notify.Message) {
			m.Attachments = []notify.Attachment{{Name: "x", MediaType: "text/plain\r\nX: y"}}
		}, "attachments"},
		{"attachment's identifier with a bracket", notify.Email, func(m *notify.Message) {
			m.Attachments = []notify.Attachment{{Name: "x", MediaType: "text/plain", ID: "a>b"}}
		}, "attachments"},
		{"too large attachments", notify.Email, func(m *notify.Message) {
			m.Attachments = []notify.Attachment{{Name: "x", MediaType: "text/plain", Content: make([]byte, notify.MaxAttachment+1)}}
		}, "attachments"},
		{"key with a space", notify.SMS, func(m *notify.Message) { m.Key = "a b" }, "key"},
		{"kind with a line break", notify.SMS, func(m *notify.Message) { m.Kind = "a\nb" }, "kind"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := notifytest.Message(tc.channel, "key")
			tc.change(&m)
			err := m.Validate()
			if tc.field == "" {
				if err != nil {
					t.Errorf("Validate() = %v, want nil", err)
				}
				return
			}
			coded, ok := errors.AsType[*notify.Error](err)
			if !ok || coded.Code != notify.CodeInvalid || coded.Detail != tc.field || !errors.Is(err, notify.ErrPermanent) {
				t.Errorf("Validate() = %v, want permanent %s (%s)", err, notify.CodeInvalid, tc.field)
			}
		})
	}
}

// Whatever is accepted is one line, so that no header can be added.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"ada@example.org", "a@b\r\nc", `"a b"@example.org`, "<a@b>", "a@[127.0.0.1]", "(c)a@b.org", "+33600000001", "\xff@b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, channel := range []notify.Channel{notify.Email, notify.SMS} {
			a := notify.Address{Channel: channel, Value: s}
			if a.Validate() == nil && strings.ContainsAny(s, "\r\n\x00,<>") && !strings.HasPrefix(s, `"`) {
				t.Errorf("Validate(%q) = nil", s)
			}
			if a.Validate() == nil && strings.ContainsAny(s, "\r\n\x00") {
				t.Errorf("Validate(%q) = nil", s)
			}
		}
	})
}

func TestMessagesRedactThemselves(t *testing.T) {
	t.Parallel()
	m := notifytest.Message(notify.Email, "enrollment-77/code")
	m.HTML = "<p>secret words</p>"
	type record struct {
		Message notify.Message
		Pointer *notify.Message
		To      notify.Address
	}
	var out bytes.Buffer
	for _, v := range []any{m, &m, m.To, &m.To, record{m, &m, m.To}, []notify.Message{m}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("test", "message", m, "pointer", &m, "to", m.To)
	}
	for _, s := range []string{m.To.Value, m.Subject, m.Text, "secret words", "123456"} {
		if strings.Contains(out.String(), s) {
			t.Errorf("output shows %q", s)
		}
	}
}

func TestRouter(t *testing.T) {
	t.Parallel()
	mail, phone := new(notifytest.Fake), new(notifytest.Fake)
	r := notify.Router{notify.Email: mail, notify.SMS: phone}
	for _, channel := range []notify.Channel{notify.Email, notify.SMS} {
		if err := r.Send(t.Context(), notifytest.Message(channel, "k")); err != nil {
			t.Errorf("Send(by %s) = %v, want nil", channel, err)
		}
	}
	if len(mail.Messages()) != 1 || len(phone.Messages()) != 1 {
		t.Errorf("%d e-mails and %d text messages, want 1 and 1", len(mail.Messages()), len(phone.Messages()))
	}
	if err := (notify.Router{}).Send(t.Context(), notifytest.Message(notify.SMS, "k")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send() without a sender = %v, want %v", err, notify.ErrTemporary)
	}
}
