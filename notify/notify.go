// Package notify describes messages to people and who delivers them.
//
// A [Message] is complete: the words are written by templates, the recipient
// and the key by the flow. Adapters (notify/smtp, notify/sms) deliver it and
// tell apart what trying again may mend ([ErrTemporary]) from what it will not
// ([ErrPermanent]). Nothing here knows why a message is sent.
//
// The rule not to break: addresses and texts are personal or secret (a text
// may hold a confirmation code), so no type here prints them.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// Errors of a Sender. Every error it returns wraps one of them.
var (
	ErrPermanent = errors.New("notify: refused for good")
	ErrTemporary = errors.New("notify: not delivered, try again")
)

// A Channel is a way to reach a person.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"   // Address.Value is an E.164 number
	Email Channel = "email" // Address.Value is an RFC 5321 mailbox
)

// An Address is where a message goes.
type Address struct {
	Channel Channel
	Value   string
}

// String hides the address.
func (a Address) String() string { return string(a.Channel) + ":[redacted]" }

// GoString hides the address from %#v.
func (a Address) GoString() string { return a.String() }

// LogValue hides the address from slog.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// A Kind names what a message is about, for logs and metrics.
type Kind string

// An Attachment is a file inside an e-mail. With an ID it is shown where the
// HTML names it as "cid:ID" (RFC 2392).
type Attachment struct {
	ID        string
	Name      string
	MediaType string
	Content   []byte
}

// A Message is what a person receives. Key is the same for every try of the
// same message, so that a channel that can tells repetitions apart.
type Message struct {
	To          Address
	Kind        Kind
	Key         string
	Subject     string // e-mail only
	Text        string
	HTML        string // e-mail only; may be empty
	Attachments []Attachment
}

// String names the message without its recipient and its words.
func (m Message) String() string { return fmt.Sprintf("message %s by %s", m.Kind, m.To.Channel) }

// GoString hides the message from %#v.
func (m Message) GoString() string { return m.String() }

// LogValue gives slog what an operator may see.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(m.Kind)), slog.String("channel", string(m.To.Channel)))
}

// A Sender delivers messages over one channel.
type Sender interface {
	// Send returns when the provider has taken responsibility for the message.
	Send(ctx context.Context, m Message) error
}
