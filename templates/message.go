package templates

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Rendered is an e-mail or a text message in the words of one locale. Subject
// and HTML are empty for a text message.
type Rendered struct {
	Subject string
	Text    string
	HTML    string
}

// QRContentID names the attachment that a message's HTML shows as its QR code.
const QRContentID = "identity-qr"

// lineKinds are the messages about a line and its phones. They are e-mails of one
// form, each with words of its own.
var lineKinds = []string{
	"line_added", "phone_added", "phone_again", "password_due", "password_ends", "line_suspended", "line_resumed", "line_ended",
	"identity_suspended", "identity_resumed", "identity_revoked",
}

// messageKinds are the messages of an enrollment and whether they are e-mails.
var messageKinds = map[string]bool{
	"code": false, "link": true, "known": true, "referred": true, "rejected": true, "issued": true,
}

// MessageKinds returns the kinds of messages in the order of an enrollment, and
// those of a line's life after it.
func MessageKinds() []string {
	return append([]string{"code", "link", "known", "referred", "rejected", "issued"}, lineKinds...)
}

// form returns the file that a kind of message is written with, and whether it is
// an e-mail.
func form(kind string) (name string, mail, known bool) {
	if slices.Contains(lineKinds, kind) {
		return "line", true, true
	}
	mail, known = messageKinds[kind]
	return kind, mail, known
}

// messageView is what a message's templates are given besides its data.
type messageView struct {
	Locale string
	Kind   string
	Data   any
}

// Message puts a message of a kind into the words of a locale. data has the
// fields that the kind's templates use: Name, Code, URL, ProofURL, Reasons,
// Service; of a line Number, Phone, PhoneKind, At and Ends.
func Message(locale, kind string, data any) (Rendered, error) {
	name, mail, known := form(kind)
	if !known {
		return Rendered{}, fmt.Errorf("templates: no message %q", kind)
	}
	s, err := loaded()
	if err != nil {
		return Rendered{}, err
	}
	c := s.in(locale)
	v := messageView{Locale: c.locale, Kind: kind, Data: data}
	text, err := s.execText(c.locale, name+".txt", v)
	if err != nil {
		return Rendered{}, err
	}
	m := Rendered{Text: text}
	if !mail {
		m.Text = strings.TrimSpace(m.Text)
		return m, nil
	}
	if m.Subject, err = s.execText(c.locale, "subject.txt", v); err != nil {
		return Rendered{}, err
	}
	// A line break in a subject would let a name add headers (RFC 5322, 2.2).
	m.Subject = strings.Join(strings.Fields(m.Subject), " ")
	var b bytes.Buffer
	if err := s.html[c.locale][name].ExecuteTemplate(&b, "layout", v); err != nil {
		return Rendered{}, fmt.Errorf("templates: %w", err)
	}
	m.HTML = b.String()
	return m, nil
}

func (s *set) execText(locale, name string, v messageView) (string, error) {
	var b strings.Builder
	if err := s.text[locale].ExecuteTemplate(&b, name, v); err != nil {
		return "", fmt.Errorf("templates: %w", err)
	}
	return b.String(), nil
}
