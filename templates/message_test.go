package templates_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/templates"
)

type messageData struct {
	Name, Code, URL, ProofURL, Service string
	Reasons                            []string
	Number, Phone, PhoneKind           string
	At, Ends                           time.Time
}

func sample() messageData {
	return messageData{
		Name: "Anna Maria", Code: "042917", Service: "Vouchline",
		URL:      "https://id.example.org/enroll/link/abcDEF_-123",
		ProofURL: "https://id.example.org/i/idabc234",
		Reasons:  []string{"document_expired", "a_code_of_tomorrow"},
		Number:   "2000001", Phone: "Kitchen", PhoneKind: "desk",
		At: time.Date(2026, 11, 1, 9, 5, 7, 0, time.FixedZone("WAT", 3600)),
	}
}

// sampleOf is the sample with what a kind of message is about.
func sampleOf(kind string) messageData {
	data := sample()
	switch {
	case strings.HasPrefix(kind, "password_"):
		data.Phone, data.PhoneKind = "", "app" // one that nobody has named
		data.At, data.Ends = time.Time{}, data.At
	case strings.HasPrefix(kind, "line_"):
		data.Phone, data.PhoneKind = "", ""
	case kind == "identity_suspended", kind == "identity_resumed":
		data.Number, data.Phone, data.PhoneKind = "2000001, 2000002", "", ""
	case kind == "identity_revoked":
		data.Number, data.Phone, data.PhoneKind = "", "", ""
	}
	return data
}

func TestMessages(t *testing.T) {
	t.Parallel()
	for _, locale := range templates.Locales() {
		for _, kind := range templates.MessageKinds() {
			t.Run(locale+"/"+kind, func(t *testing.T) {
				t.Parallel()
				m, err := templates.Message(locale, kind, sampleOf(kind))
				if err != nil {
					t.Fatal(err)
				}
				base := filepath.Join("testdata", "messages", kind+"."+locale)
				golden.Check(t, base+".txt", []byte("Subject: "+m.Subject+"\n\n"+m.Text))
				if m.HTML != "" {
					golden.Check(t, base+".html", []byte(m.HTML))
				}
			})
		}
	}
}

// gsm holds the letters of GSM 03.38: one outside it halves the length of a
// text message.
const gsm = "@£$¥èéùìòÇØøÅåÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n"

func TestTextMessageIsOnePart(t *testing.T) {
	t.Parallel()
	for _, locale := range templates.Locales() {
		m, err := templates.Message(locale, "code", sample())
		if err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(m.Text); n > 160 {
			t.Errorf("%s: text message of %d characters, want at most 160", locale, n)
		}
		for _, r := range m.Text {
			if !strings.ContainsRune(gsm, r) {
				t.Errorf("%s: text message has %q, which GSM 03.38 has not", locale, r)
			}
		}
	}
}

func TestHostileNameInMessage(t *testing.T) {
	t.Parallel()
	data := sample()
	data.Name = "<script>alert(1)</script>{{.Code}}"
	data.Service = "Vouch\r\nBcc: everyone@example.org"
	m, err := templates.Message("en", "issued", data)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.HTML, "<script>") {
		t.Errorf("HTML holds the name's script")
	}
	if strings.Contains(m.HTML, data.Code) || strings.Contains(m.Text, data.Code) {
		t.Errorf("a template in a name was executed")
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("Subject = %q, want one line", m.Subject)
	}
}

func TestMessageUnknownKind(t *testing.T) {
	t.Parallel()
	if _, err := templates.Message("en", "nonsense", sample()); err == nil {
		t.Error("Message(nonsense) = nil, want an error")
	}
	m, err := templates.Message("de-AT", "link", sample())
	if err != nil || !strings.Contains(m.Text, "Hello") {
		t.Errorf("Message(de-AT) = %q, %v, want the words of the default locale", m.Text, err)
	}
}
