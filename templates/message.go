package templates

import (
	"bytes"
	"fmt"
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

// messageKinds are the messages and whether they are e-mails.
var messageKinds = map[string]bool{
	"code": false, "link": true, "known": true, "referred": true, "rejected": true, "issued": true,
}

// MessageKinds returns the kinds of messages in the order of an enrollment.
func MessageKinds() []string {
	return []string{"code", "link", "known", "referred", "rejected", "issued"}
}

// messageView is what a message's templates are given besides its data.
type messageView struct {
	Locale string
	Kind   string
	Data   any
}

// Message puts a message of a kind into the words of a locale. data has the
// fields that the kind's templates use: Name, Code, URL, ProofURL, Reasons,
// Service.
func Message(locale, kind string, data any) (Rendered, error) {
	mail, ok := messageKinds[kind]
	if !ok {
		return Rendered{}, fmt.Errorf("templates: no message %q", kind)
	}
	s, err := loaded()
	if err != nil {
		return Rendered{}, err
	}
	c := s.in(locale)
	v := messageView{Locale: c.locale, Kind: kind, Data: data}
	text, err := s.execText(c.locale, kind+".txt", v)
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
	if err := s.html[c.locale][kind].ExecuteTemplate(&b, "layout", v); err != nil {
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
