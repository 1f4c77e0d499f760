package sms_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/notify/sms"
)

// A provider is a gateway's other side: it takes Twilio's form, or JSON.
type provider struct {
	mu     sync.Mutex
	server *httptest.Server
	taken  []notifytest.Delivery
	status int // of the next answer, when set
	body   string
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	user, password, _ := r.BasicAuth()
	d := notifytest.Delivery{ID: r.Header.Get("Idempotency-Key")}
	switch {
	case user != "AC1" || password != "token":
		w.WriteHeader(http.StatusUnauthorized)
		return
	case p.status != 0:
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(p.status)
		_, _ = io.WriteString(w, p.body)
		p.status = 0
		return
	case r.URL.Path == "/2010-04-01/Accounts/AC1/Messages.json":
		d.To, d.Text = r.PostFormValue("To"), r.PostFormValue("Body")
		if r.PostFormValue("From") != "Vouchline" && r.PostFormValue("MessagingServiceSid") != "MG1" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"sid":"SM1","status":"queued"}`)
	case r.URL.Path == "/send":
		var body struct{ To, From, Text string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("X-Key") != "k-"+d.ID {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		d.To, d.Text = body.To, body.Text
	case r.URL.Path == "/get":
		d.To, d.Text = r.URL.Query().Get("to"), r.URL.Query().Get("text")
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	p.taken = append(p.taken, d)
}

func (p *provider) answer(status int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.body = status, body
}

func (p *provider) delivered(*testing.T) []notifytest.Delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]notifytest.Delivery(nil), p.taken...)
}

func (p *provider) twilio() sms.TwilioConfig {
	return sms.TwilioConfig{URL: p.server.URL, AccountSID: "AC1", Password: "token", From: "Vouchline"}
}

func (p *provider) generic() sms.HTTPConfig {
	return sms.HTTPConfig{
		URL: p.server.URL + "/send", From: "Vouchline", Username: "AC1", Password: "token",
		Headers: map[string]string{"Content-Type": "application/json", "X-Key": "k-{{.ID}}"},
		Body:    `{"to": {{json .To}}, "from": {{json .From}}, "text": {{json .Text}}}`,
	}
}

func must(t *testing.T, s notify.Sender, err error) notify.Sender {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGatewaySuite(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		sender func(*provider) (notify.Sender, error)
	}{
		{"Twilio", func(p *provider) (notify.Sender, error) { return sms.NewTwilio(p.twilio()) }},
		{"JSON", func(p *provider) (notify.Sender, error) { return sms.NewHTTP(p.generic()) }},
		{"GET", func(p *provider) (notify.Sender, error) {
			c := p.generic()
			c.Method, c.URL, c.Body = http.MethodGet, p.server.URL+"/get?to={{urlquery .To}}&text={{urlquery .Text}}", ""
			c.Headers = nil
			return sms.NewHTTP(c)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			notifytest.Run(t, func(t *testing.T) notifytest.Target {
				p := newProvider(t)
				s, err := tc.sender(p)
				return notifytest.Target{
					Sender: must(t, s, err), Channel: notify.SMS, Delivered: p.delivered, Identifies: true,
					Fail: func(_ *testing.T, permanent bool) {
						if permanent {
							p.answer(http.StatusBadRequest, `{"code":21211,"message":"The 'To' number +33600000001 is not valid.","status":400}`)
							return
						}
						p.answer(http.StatusServiceUnavailable, "")
					},
				}
			})
		})
	}
}

func TestGatewayAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status int
		body   string
		want   error
		text   string
	}{
		{400, `{"code":21610,"message":"+33600000001 has unsubscribed"}`, notify.ErrPermanent, "refused (HTTP 400, code 21610)"},
		{400, "<html>", notify.ErrPermanent, "refused (HTTP 400)"},
		{422, "", notify.ErrPermanent, "refused (HTTP 422)"},
		{401, `{"code":20003}`, notify.ErrTemporary, "auth (HTTP 401, code 20003)"},
		{403, "", notify.ErrTemporary, "auth (HTTP 403)"},
		{404, "", notify.ErrTemporary, "protocol (HTTP 404)"},
		{429, `{"code":20429}`, notify.ErrTemporary, "busy (HTTP 429, code 20429)"},
		{500, "", notify.ErrTemporary, "busy (HTTP 500)"},
		{302, "", notify.ErrTemporary, "protocol (HTTP 302)"},
	} {
		t.Run(fmt.Sprint(tc.status, tc.body), func(t *testing.T) {
			t.Parallel()
			p := newProvider(t)
			s, err := sms.NewTwilio(p.twilio())
			sender := must(t, s, err)
			p.answer(tc.status, tc.body)
			err = sender.Send(t.Context(), notifytest.Message(notify.SMS, "k"))
			if !errors.Is(err, tc.want) || !strings.HasSuffix(fmt.Sprint(err), tc.text) {
				t.Errorf("Send() = %v, want %v ending in %q", err, tc.want, tc.text)
			}
		})
	}
}

func TestTwilioMessagingService(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c := p.twilio()
	c.From = "MG1"
	s, err := sms.NewTwilio(c)
	if err := must(t, s, err).Send(t.Context(), notifytest.Message(notify.SMS, "k")); err != nil {
		t.Errorf("Send() = %v, want nil", err)
	}
}

func TestGatewayDown(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	s, err := sms.NewTwilio(p.twilio())
	sender := must(t, s, err)
	p.server.Close()
	if err := sender.Send(t.Context(), notifytest.Message(notify.SMS, "k")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send(down) = %v, want %v", err, notify.ErrTemporary)
	}
}

func TestGatewayNeverAnswers(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	s, err := sms.NewTwilio(sms.TwilioConfig{URL: server.URL, AccountSID: "AC1", Password: "t", From: "V", Timeout: 20 * time.Millisecond})
	err = must(t, s, err).Send(t.Context(), notifytest.Message(notify.SMS, "k"))
	if coded, ok := errors.AsType[*notify.Error](err); !ok || coded.Code != notify.CodeTimeout || coded.Permanent {
		t.Errorf("Send() = %v, want temporary %s", err, notify.CodeTimeout)
	}
}

func TestGatewaysRefuse(t *testing.T) {
	t.Parallel()
	twilio := sms.TwilioConfig{URL: "https://sms.example.org", AccountSID: "AC1", Password: "t", From: "V"}
	generic := sms.HTTPConfig{
		URL: "https://sms.example.org/send", Headers: map[string]string{"Content-Type": "application/json"}, Body: `{"t": {{json .Text}}}`,
	}
	for _, tc := range []struct {
		name    string
		twilio  func(*sms.TwilioConfig)
		generic func(*sms.HTTPConfig)
		want    string
	}{
		{"good Twilio", func(*sms.TwilioConfig) {}, nil, ""},
		{"Twilio by its own name", func(c *sms.TwilioConfig) { c.URL = "" }, nil, ""},
		{"Twilio in the clear", func(c *sms.TwilioConfig) { c.URL = "http://sms.example.org" }, nil, "https"},
		{"Twilio without a token", func(c *sms.TwilioConfig) { c.Password = "" }, nil, "password"},
		{"good gateway", nil, func(*sms.HTTPConfig) {}, ""},
		{"gateway in the clear", nil, func(c *sms.HTTPConfig) { c.URL = "http://sms.example.org" }, "https"},
		{"gateway without a host", nil, func(c *sms.HTTPConfig) { c.URL = "/send" }, "host"},
		{"unknown field", nil, func(c *sms.HTTPConfig) { c.Body = "{{.Message}}" }, "Message"},
		{"broken template", nil, func(c *sms.HTTPConfig) { c.URL = "https://x/{{" }, "template"},
		{"text without json", nil, func(c *sms.HTTPConfig) { c.Body = `{"t": "{{.Text}}"}` }, "json"},
		{"text in a header", nil, func(c *sms.HTTPConfig) { c.Headers["X-Text"] = "{{.Text}}" }, "line break"},
		{"text in the URL without urlquery", nil, func(c *sms.HTTPConfig) { c.URL = "https://x/?t={{.Text}}" }, "control character"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var err error
			if tc.twilio != nil {
				c := twilio
				tc.twilio(&c)
				_, err = sms.NewTwilio(c)
			} else {
				c := generic
				c.Headers = map[string]string{"Content-Type": "application/json"}
				tc.generic(&c)
				_, err = sms.NewHTTP(c)
			}
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("error = %v, want %q", err, tc.want)
			}
		})
	}
}

func TestGatewayLogsShowNobody(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	var out bytes.Buffer
	c, g := p.twilio(), p.generic()
	c.Logger = slog.New(slog.NewJSONHandler(&out, nil))
	s, err := sms.NewTwilio(c)
	sender := must(t, s, err)
	m := notifytest.Message(notify.SMS, "k")
	if err := sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	p.answer(400, `{"code":21211,"message":"+33600000001 is not valid"}`)
	fmt.Fprintf(&out, "%v", sender.Send(t.Context(), m))
	p.server.Close()
	fmt.Fprintf(&out, "%v", sender.Send(t.Context(), m))
	g.Headers["Authorization"] = "Bearer hidden-key"
	fmt.Fprintf(&out, "%v %+v %#v %v %+v %#v", c, c, c, g, g, g)
	for _, secret := range []string{m.To.Value, "33600000001", "123456", "token", "hidden-key"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log shows %q:\n%s", secret, out.String())
		}
	}
}
