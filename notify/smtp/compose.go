package smtp

import (
	"bytes"

	gomail "github.com/wneessen/go-mail"

	"github.com/vouchline/vouchline/notify"
)

// compose writes the e-mail. It must already be valid.
func (s *Sender) compose(m notify.Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.EnvelopeFromMailAddress(s.from)
	if err := msg.To(m.To.Value); err != nil {
		return nil, err
	}
	if s.replyTo != nil {
		msg.ReplyToMailAddress(s.replyTo)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(s.config.Now())
	// The same for every try, so that a mailbox that got it twice can tell
	// (RFC 5322 section 3.6.4: one identifier for one version of a message).
	msg.SetMessageIDWithValue(m.ID() + "@" + domain(s.from.Address))
	// Nobody's holiday notice shall answer (RFC 3834 section 5).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, a := range m.Attachments {
		if err := attach(msg, a); err != nil {
			return nil, err
		}
	}
	return msg, nil
}

func attach(msg *gomail.Msg, a notify.Attachment) error {
	kind := gomail.WithFileContentType(gomail.ContentType(a.MediaType))
	if a.ID == "" {
		return msg.AttachReader(a.Name, bytes.NewReader(a.Content), kind)
	}
	return msg.EmbedReader(a.Name, bytes.NewReader(a.Content), kind, gomail.WithFileContentID(a.ID))
}
