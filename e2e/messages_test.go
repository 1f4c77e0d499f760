package e2e

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/mailtest"
	"github.com/vouchline/vouchline/internal/smpptest"
)

// A mailbox is a real mail server that wants a password and gives everything
// it took to the test.
type mailbox struct {
	server *mailtest.Server
	roots  string // PEM file with the certificate to trust
}

const mailUser, mailPassword = "vouchline", "smtp-secret"

func startMail(t *testing.T, dir string, settings map[string]string) *mailbox {
	t.Helper()
	server := mailtest.New(t, mailtest.Options{Username: mailUser, Password: mailPassword})
	host, port, err := net.SplitHostPort(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	settings["SMTP_HOST"], settings["SMTP_PORT"] = host, port
	settings["SMTP_SECURITY"] = "starttls"
	settings["SMTP_USERNAME"], settings["SMTP_PASSWORD"] = mailUser, mailPassword
	settings["SMTP_FROM"] = "identity@vouchline.test"
	return &mailbox{server: server, roots: trust(t, dir, server)}
}

// trust writes the server's certificate into a file: the process under test
// takes it for its list of authorities.
func trust(t *testing.T, dir string, server *mailtest.Server) string {
	t.Helper()
	c, err := smtp.Dial(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.StartTLS(&tls.Config{RootCAs: server.Roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}); err != nil {
		t.Fatal(err)
	}
	state, _ := c.TLSConnectionState()
	file := filepath.Join(dir, "roots.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: state.PeerCertificates[0].Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// An email is one message as its reader sees it.
type email struct {
	To, Subject, Text string
	Parts             map[string][]byte // by content type
}

var link = regexp.MustCompile(`https?://[^\s"<>]+`)

// link returns the first address in the text that contains part.
func (e email) link(t *testing.T, part string) string {
	t.Helper()
	for _, l := range link.FindAllString(e.Text, -1) {
		if strings.Contains(l, part) {
			return strings.TrimRight(l, ".,)")
		}
	}
	t.Fatalf("e-mail %q has no link with %q:\n%s", e.Subject, part, e.Text)
	return ""
}

// to returns the messages that an address has received, oldest first.
func (m *mailbox) to(t *testing.T, address string) []email {
	t.Helper()
	var out []email
	for _, raw := range m.server.Messages() {
		if len(raw.To) == 1 && strings.EqualFold(raw.To[0], address) {
			out = append(out, parseEmail(t, raw.Data))
		}
	}
	return out
}

// wait returns the newest message to an address whose subject begins like that
// of the catalogue's, as soon as there is one. A message may come twice when
// the service died between sending it and noting that.
func (m *mailbox) wait(t *testing.T, address, subject string) email {
	t.Helper()
	subject, _, _ = strings.Cut(subject, "{{")
	var found email
	wait(t, 60*time.Second, fmt.Sprintf("e-mail %q to %s", subject, address), func() bool {
		for _, e := range m.to(t, address) {
			if strings.HasPrefix(e.Subject, strings.TrimSpace(subject)) {
				found = e
			}
		}
		return found.Subject != ""
	})
	return found
}

func parseEmail(t *testing.T, raw []byte) email {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("e-mail: %v\n%s", err, raw)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	e := email{To: m.Header.Get("To"), Subject: subject, Parts: map[string][]byte{}}
	e.collect(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	e.Text = string(e.Parts["text/plain"])
	return e
}

// collect walks the parts of a MIME body.
func (e *email) collect(t *testing.T, contentType, encoding string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("content type %q: %v", contentType, err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return
			}
			e.collect(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	if e.Parts[kind], err = io.ReadAll(body); err != nil {
		t.Fatalf("part %s: %v", kind, err)
	}
}

// A phone is what a real SMPP message centre has delivered.
type phone struct{ centre *smpptest.Server }

const smppSystemID, smppPassword = "vouchline", "smppsec8"

func startSMS(t *testing.T, settings map[string]string) *phone {
	t.Helper()
	centre := smpptest.New(t, smpptest.Options{SystemID: smppSystemID, Password: smppPassword})
	settings["SMS_PROVIDER"], settings["SMS_FROM"] = "smpp", "Vouchline"
	settings["SMPP_ADDR"] = centre.Address
	settings["SMPP_SYSTEM_ID"], settings["SMPP_PASSWORD"] = smppSystemID, smppPassword
	return &phone{centre}
}

// to returns the texts that a number has received, oldest first.
func (p *phone) to(number string) []string {
	var out []string
	for _, m := range p.centre.Messages() {
		if strings.TrimPrefix(m.To, "+") == strings.TrimPrefix(number, "+") {
			out = append(out, m.Text)
		}
	}
	return out
}

var sixFigures = regexp.MustCompile(`\b\d{6}\b`)

// code returns the code of the nth SMS (from 1) to a number.
func (p *phone) code(t *testing.T, number string, n int) string {
	t.Helper()
	var texts []string
	wait(t, 60*time.Second, "SMS to "+number, func() bool {
		texts = p.to(number)
		return len(texts) >= n
	})
	code := sixFigures.FindString(texts[n-1])
	if code == "" {
		t.Fatalf("SMS %q has no code of six figures", texts[n-1])
	}
	return code
}
