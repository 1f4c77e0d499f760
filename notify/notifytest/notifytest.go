// Package notifytest checks that a sender does what the rest of Vouchline
// relies on. Every adapter below notify runs it, and so does [Fake].
//
// It uses the words of package notify.
//
// It does not judge what a message looks like on the wire: an adapter's own
// tests do.
//
// Delivered must read what the other side took, not what the adapter meant to
// send.
package notifytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/notify"
)

// A Delivery is a message as the other side took it.
type Delivery struct {
	To      string
	Subject string
	Text    string
	HTML    string
	// Files are the names of attachments with their content.
	Files map[string]string
	// ID is equal for messages of one key, or empty when the channel has no
	// place for such a thing.
	ID string
}

// A Target is a sender and the other side of it.
type Target struct {
	Sender  notify.Sender
	Channel notify.Channel
	// Delivered returns what arrived, in order. It may wait for it.
	Delivered func(t *testing.T) []Delivery
	// Fail makes the other side answer the next message with a permanent or
	// temporary failure. Nil skips the tests that need it.
	Fail func(t *testing.T, permanent bool)
	// Down takes the other side off the network, Up brings it back. Nil skips.
	Down, Up func(t *testing.T)
	// Identifies says that Delivery.ID is filled.
	Identifies bool
	// AnyChannel says that the sender takes messages of every channel.
	AnyChannel bool
	// Replaces says that a message sent again arrives once.
	Replaces bool
}

// Message returns a valid message for a channel.
func Message(channel notify.Channel, key string) notify.Message {
	m := notify.Message{Kind: "code", Text: "Your code is 123456.", Key: key}
	switch channel {
	case notify.SMS:
		m.To = notify.Address{Channel: notify.SMS, Value: "+33600000001"}
	case notify.Email:
		m.To = notify.Address{Channel: notify.Email, Value: "ada@example.org"}
		m.Subject = "Your code"
	}
	return m
}

// Run runs the suite. newTarget returns a target that has delivered nothing.
func Run(t *testing.T, newTarget func(t *testing.T) Target) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Target)
	}{
		{"Delivers", delivers},
		{"DeliversAnyScript", deliversAnyScript},
		{"DeliversLongText", deliversLongText},
		{"DeliversEverythingOfAnEmail", deliversEmail},
		{"RefusesInvalid", refusesInvalid},
		{"RefusesOtherChannels", refusesOtherChannels},
		{"CancelledContext", cancelledContext},
		{"SameKeySameID", sameKeySameID},
		{"PermanentFailure", func(t *testing.T, x Target) { failure(t, x, true) }},
		{"TemporaryFailure", func(t *testing.T, x Target) { failure(t, x, false) }},
		{"OtherSideDown", otherSideDown},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newTarget(t)) })
	}
}

func (x Target) send(t *testing.T, m notify.Message) {
	t.Helper()
	if err := x.Sender.Send(t.Context(), m); err != nil {
		t.Fatalf("Send(%v) = %v, want nil", m, err)
	}
}

func (x Target) want(t *testing.T, messages ...notify.Message) {
	t.Helper()
	var want, got []string
	for _, m := range messages {
		want = append(want, show(m.To.Value, m.Subject, m.Text))
	}
	for _, d := range x.Delivered(t) {
		got = append(got, show(d.To, d.Subject, d.Text))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
}

func show(to, subject, text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	return fmt.Sprintf("to %s: %s: %s", to, subject, text)
}

func delivers(t *testing.T, x Target) {
	a, b := Message(x.Channel, "a"), Message(x.Channel, "b")
	b.Text = "Another one."
	x.send(t, a)
	x.send(t, b)
	x.want(t, a, b)
}

func deliversAnyScript(t *testing.T, x Target) {
	var sent []notify.Message
	for i, text := range []string{
		"Votre code : 123456. À bientôt !", "{[€]} ~^|\\", "コードは 123456 です。", "Код 123456", "🔑 123456 👍🏽",
	} {
		m := Message(x.Channel, fmt.Sprintf("script-%d", i))
		m.Text = text
		if x.Channel == notify.Email {
			m.Subject = text
		}
		x.send(t, m)
		sent = append(sent, m)
	}
	x.want(t, sent...)
}

func deliversLongText(t *testing.T, x Target) {
	var sent []notify.Message
	for i, text := range []string{
		strings.Repeat("a", 160), strings.Repeat("b", 161), strings.Repeat("c", 306), strings.Repeat("d", 307),
		strings.Repeat("é", 70), strings.Repeat("я", 70), strings.Repeat("ж", 71), strings.Repeat("ш", 134), strings.Repeat("щ", 135),
		strings.Repeat("€", 80), strings.Repeat("€", 81), strings.Repeat("x", 152) + "€" + strings.Repeat("y", 100),
		strings.Repeat("🔑", 35), strings.Repeat("🔑", 36), strings.Repeat("z", 66) + "🔑" + strings.Repeat("z", 66),
		strings.Repeat("long ", 134),
	} {
		m := Message(x.Channel, fmt.Sprintf("long-%d", i))
		m.Text = text
		x.send(t, m)
		sent = append(sent, m)
	}
	x.want(t, sent...)
}

func deliversEmail(t *testing.T, x Target) {
	if x.Channel != notify.Email {
		t.Skip("not an e-mail channel")
	}
	m := Message(x.Channel, "full")
	m.HTML = `<p>Your identity: <img src="cid:qr" alt="QR code"></p>`
	m.Attachments = []notify.Attachment{
		{Name: "identity.png", MediaType: "image/png", Content: []byte("\x89PNG\r\n\x1a\n\x00binary"), ID: "qr"},
		{Name: "réglages.txt", MediaType: "text/plain; charset=utf-8", Content: []byte("réalm")},
	}
	x.send(t, m)
	got := x.Delivered(t)
	if len(got) != 1 {
		t.Fatalf("%d messages delivered, want 1", len(got))
	}
	if html := strings.TrimSpace(got[0].HTML); html != m.HTML {
		t.Errorf("HTML = %q, want %q", html, m.HTML)
	}
	want := map[string]string{"identity.png": string(m.Attachments[0].Content), "réglages.txt": "réalm"}
	if diff := cmp.Diff(want, got[0].Files); diff != "" {
		t.Errorf("attachments (-want +got):\n%s", diff)
	}
}

func refusesInvalid(t *testing.T, x Target) {
	for name, change := range map[string]func(*notify.Message){
		"no address":            func(m *notify.Message) { m.To.Value = "" },
		"line break in address": func(m *notify.Message) { m.To.Value += "\r\nBcc: eve@example.org" },
		"two addresses":         func(m *notify.Message) { m.To.Value += ", " + m.To.Value },
		"line break in subject": func(m *notify.Message) { m.Subject = "Hi\r\nBcc: eve@example.org" },
		"no text":               func(m *notify.Message) { m.Text = "" },
		"endless text":          func(m *notify.Message) { m.Text = strings.Repeat("x", notify.MaxText+1) },
		"no key":                func(m *notify.Message) { m.Key = "" },
		"line break in key":     func(m *notify.Message) { m.Key = "a\r\nb" },
	} {
		m := Message(x.Channel, "invalid")
		change(&m)
		if err := x.Sender.Send(t.Context(), m); !errors.Is(err, notify.ErrPermanent) {
			t.Errorf("Send(%s) = %v, want %v", name, err, notify.ErrPermanent)
		}
	}
	x.want(t)
}

func refusesOtherChannels(t *testing.T, x Target) {
	other := notify.Email
	if x.Channel == notify.Email {
		other = notify.SMS
	}
	for _, channel := range []notify.Channel{other, "pigeon"} {
		if x.AnyChannel && channel == other {
			continue
		}
		m := Message(other, "other")
		m.To.Channel = channel
		if err := x.Sender.Send(t.Context(), m); !errors.Is(err, notify.ErrPermanent) {
			t.Errorf("Send(by %s) = %v, want %v", channel, err, notify.ErrPermanent)
		}
	}
	x.want(t)
}

func cancelledContext(t *testing.T, x Target) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Sender.Send(ctx, Message(x.Channel, "cancelled")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send(cancelled) = %v, want %v", err, notify.ErrTemporary)
	}
	x.want(t)
}

func sameKeySameID(t *testing.T, x Target) {
	if !x.Identifies {
		t.Skip("the channel has no place for an identifier")
	}
	for _, key := range []string{"one", "one", "two"} {
		x.send(t, Message(x.Channel, key))
	}
	ids := map[string]bool{}
	for _, d := range x.Delivered(t) {
		if d.ID == "" {
			t.Error("a delivery without an identifier")
		}
		ids[d.ID] = true
	}
	if n := len(x.Delivered(t)); x.Replaces && n != 2 {
		t.Errorf("%d deliveries, want 2: a repeated message replaces itself", n)
	}
	if len(ids) != 2 {
		t.Errorf("identifiers = %v, want one for each of two keys", ids)
	}
}

func failure(t *testing.T, x Target, permanent bool) {
	if x.Fail == nil {
		t.Skip("the other side cannot fail")
	}
	want := notify.ErrTemporary
	if permanent {
		want = notify.ErrPermanent
	}
	m := Message(x.Channel, "failing")
	x.Fail(t, permanent)
	err := x.Sender.Send(t.Context(), m)
	if !errors.Is(err, want) {
		t.Errorf("Send() = %v, want %v", err, want)
	}
	if err != nil && (strings.Contains(err.Error(), m.To.Value) || strings.Contains(err.Error(), m.Text)) {
		t.Errorf("Send() = %v, which shows the address or the text", err)
	}
	x.want(t)
	x.send(t, m) // the failure was for one message, not for the sender
	x.want(t, m)
}

func otherSideDown(t *testing.T, x Target) {
	if x.Down == nil {
		t.Skip("the other side cannot go down")
	}
	m := Message(x.Channel, "down")
	x.send(t, m)
	x.Down(t)
	if err := x.Sender.Send(t.Context(), m); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send(down) = %v, want %v", err, notify.ErrTemporary)
	}
	x.Up(t)
	x.send(t, m)
	x.want(t, m, m)
}
