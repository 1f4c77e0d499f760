package notify

import (
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest values. A mailbox has at most 254 octets (RFC 5321 section
// 4.5.3.1.3, less the angle brackets); ten parts of a text message are 670
// characters of any script; the rest is generous for what we send.
const (
	MaxEmail      = 254
	MaxSubject    = 200
	MaxText       = 256 << 10
	MaxSMS        = 670
	MaxAttachment = 5 << 20
	maxKey        = 200
	maxName       = 100
)

var (
	phonePattern = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`) // E.164 section 6
	tokenPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]*$`)
)

func invalid(field string) error { return Permanent(CodeInvalid, nil).With(field) }

// Validate checks the address.
func (a Address) Validate() error {
	switch a.Channel {
	case SMS:
		if phonePattern.MatchString(a.Value) {
			return nil
		}
	case Email:
		// A comma or bracket more would be a second recipient.
		parsed, err := mail.ParseAddress(a.Value)
		if err == nil && parsed.Address == a.Value && len(a.Value) <= MaxEmail && oneLine(a.Value) {
			return nil
		}
	}
	return invalid("to")
}

// Validate checks everything that goes into a header or a protocol field. A
// line break in a subject or an address would let a stranger's name add
// headers, recipients or a second message.
func (m Message) Validate() error {
	if err := m.To.Validate(); err != nil {
		return err
	}
	switch {
	case len(m.Key) > maxKey || !tokenPattern.MatchString(m.Key):
		return invalid("key")
	case len(m.Kind) > maxName || m.Kind != "" && !tokenPattern.MatchString(string(m.Kind)):
		return invalid("kind")
	case m.Text == "" || len(m.Text) > MaxText || !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0):
		return invalid("text")
	case len(m.HTML) > MaxText || !utf8.ValidString(m.HTML) || strings.ContainsRune(m.HTML, 0):
		return invalid("html")
	}
	if m.To.Channel == SMS {
		return m.validateSMS()
	}
	if m.Subject == "" || utf8.RuneCountInString(m.Subject) > MaxSubject || !oneLine(m.Subject) {
		return invalid("subject")
	}
	return validateAttachments(m.Attachments)
}

func (m Message) validateSMS() error {
	if utf8.RuneCountInString(m.Text) > MaxSMS {
		return invalid("text")
	}
	if m.Subject != "" || m.HTML != "" || len(m.Attachments) > 0 {
		return invalid("subject") // it would be lost without a word
	}
	return nil
}

func validateAttachments(all []Attachment) error {
	total := 0
	for _, a := range all {
		total += len(a.Content)
		kind, _, err := mime.ParseMediaType(a.MediaType)
		switch {
		case err != nil || !strings.Contains(kind, "/") || !oneLine(a.MediaType),
			a.Name == "" || len(a.Name) > maxName || !oneLine(a.Name) || strings.ContainsAny(a.Name, `/\"`),
			len(a.ID) > maxName || a.ID != "" && !tokenPattern.MatchString(a.ID),
			total > MaxAttachment:
			return invalid("attachments")
		}
	}
	return nil
}

// oneLine reports whether s has no control characters, no line separators and
// nothing that is not UTF-8.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}
