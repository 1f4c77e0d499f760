package notify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/templates"
)

// Every message that can be written can also be sent, with the longest and the
// most hostile name.
func TestRenderedMessagesAreValid(t *testing.T) {
	t.Parallel()
	data := struct {
		Name, Code, URL, ProofURL, Service string
		Reasons                            []string
		Number, Phone, PhoneKind           string
		At, Ends                           time.Time
	}{
		Name: "Eve\r\nBcc: all@example.org <script>" + strings.Repeat("é", 60), Code: "123456", Service: "Vouchline",
		URL: "https://id.example.org/enroll/link/x", ProofURL: "https://id.example.org/i/y", Reasons: []string{"document_expired"},
		Number: "2000001", Phone: "Bcc: all@example.org\r\n<script>", PhoneKind: "app", At: time.Unix(1<<31, 0), Ends: time.Unix(1<<31, 0),
	}
	for _, locale := range templates.Locales() {
		for _, kind := range templates.MessageKinds() {
			t.Run(locale+"/"+kind, func(t *testing.T) {
				t.Parallel()
				m, err := notify.Render(locale, notify.Kind(kind), data, []byte("\x89PNG"))
				if err != nil {
					t.Fatal(err)
				}
				m.Key, m.To = "k", notify.Address{Channel: notify.Email, Value: "ada@example.org"}
				if m.HTML == "" {
					m.Attachments = nil
					m.To = notify.Address{Channel: notify.SMS, Value: "+33600000001"}
				}
				if err := m.Validate(); err != nil {
					t.Errorf("Validate() = %v, want nil; subject %q", err, m.Subject)
				}
			})
		}
	}
	if _, err := notify.Render("en", "no such kind", data, nil); err == nil {
		t.Error("Render(unknown kind) = nil, want an error")
	}
}
