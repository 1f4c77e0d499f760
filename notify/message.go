package notify

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// A Channel is a way to reach a person.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// An Address is where a message goes: an RFC 5321 mailbox or an E.164 number
// with its plus sign. It redacts itself.
type Address struct {
	Channel Channel `json:"channel"`
	Value   string  `json:"value"`
}

// An Attachment travels with an e-mail.
type Attachment struct {
	// ID, when set, makes the attachment an inline image that the HTML shows as
	// "cid:" and this name (RFC 2392).
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Content   []byte `json:"content"`
}

// A Kind names what a message is about ("code", "link", "issued"), for logs and
// metrics.
type Kind string

// A Message is one message to one person. It redacts itself.
type Message struct {
	To   Address `json:"to"`
	Kind Kind    `json:"kind"`
	// Subject, HTML and Attachments are for e-mails only.
	Subject     string       `json:"subject,omitempty"`
	Text        string       `json:"text"`
	HTML        string       `json:"html,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	// Key names the effect that sends the message. A message that is sent
	// again after an unknown outcome has the same key, and a sender makes that
	// recognisable as far as its channel allows; see [Message.ID].
	Key string `json:"key"`
	// About is the opaque id of whom the message is about, so that a sender
	// that keeps messages can forget them together with that person.
	About string `json:"about,omitempty"`
}

// A Sender sends messages. Every error it returns satisfies errors.Is with
// either [ErrPermanent] or [ErrTemporary]. After a temporary one the message
// may have gone out all the same.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// A Router sends each message by its channel's sender.
type Router map[Channel]Sender

// Send hands the message on. A channel without a sender is an operator's gap:
// the error is temporary, and the message waits until the gap is filled.
func (r Router) Send(ctx context.Context, m Message) error {
	s, ok := r[m.To.Channel]
	if !ok || s == nil {
		return Temporary(CodeNoSender, nil)
	}
	return s.Send(ctx, m)
}

// ID is a digest of the key that is the same whenever the message is sent
// again. E-mails carry it as their Message-ID, and HTTP gateways get it as
// Idempotency-Key.
func (m Message) ID() string {
	sum := sha256.Sum256([]byte("vouchline message v1\n" + m.Key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20]))
}

const redacted = "REDACTED"

// String hides everything but the channel.
func (a Address) String() string { return string(a.Channel) + ":" + redacted }

// GoString hides the address from %#v.
func (a Address) GoString() string { return a.String() }

// Format hides the address from every verb.
func (a Address) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue hides the address from slog.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String names the message without its address or its words.
func (m Message) String() string {
	return fmt.Sprintf("message %s %s by %s", m.Kind, m.ID(), m.To.Channel)
}

// GoString hides the message from %#v.
func (m Message) GoString() string { return m.String() }

// Format hides the message from every verb.
func (m Message) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// LogValue gives slog what an operator may see.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", m.ID()), slog.String("kind", string(m.Kind)), slog.String("channel", string(m.To.Channel)),
	)
}
