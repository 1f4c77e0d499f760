package notify

import "github.com/vouchline/vouchline/templates"

// qrName is how a mail program shows the QR code when it lists attachments.
const qrName = "identity.png"

// Render puts a kind of message into the words of a locale. The caller adds
// the address and the key. A qr, when given, is a PNG that the HTML shows.
func Render(locale string, kind Kind, data any, qr []byte) (Message, error) {
	words, err := templates.Message(locale, string(kind), data)
	if err != nil {
		return Message{}, err
	}
	m := Message{Kind: kind, Subject: words.Subject, Text: words.Text, HTML: words.HTML}
	if len(qr) > 0 {
		m.Attachments = []Attachment{{ID: templates.QRContentID, Name: qrName, MediaType: "image/png", Content: qr}}
	}
	return m, nil
}
