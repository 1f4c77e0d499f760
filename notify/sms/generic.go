package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"text/template"
	"time"

	"github.com/vouchline/vouchline/notify"
)

// HTTPConfig describes any other gateway: the operator writes the request as
// text/template. The fields are .To, .From, .Text and .ID (equal for every try
// of one message); "json" quotes a value for JSON, "urlquery" escapes one for a
// URL or a form, "html" one for XML:
//
//	{"to": {{json .To}}, "sender": {{json .From}}, "text": {{json .Text}}}
type HTTPConfig struct {
	// Method is POST when empty.
	Method string
	// URL, Headers' values and Body are templates.
	URL     string
	Headers map[string]string
	Body    string
	From    string
	// Username and Password, when set, sign in by HTTP Basic (RFC 7617).
	Username  string
	Password  string
	Timeout   time.Duration
	Transport http.RoundTripper
	Logger    *slog.Logger
}

// String names the gateway without its headers, which hold keys.
func (c HTTPConfig) String() string {
	host := "?"
	if u, err := url.Parse(c.URL); err == nil {
		host = u.Host
	}
	return "http gateway at " + host
}

// GoString hides the keys from %#v.
func (c HTTPConfig) GoString() string { return c.String() }

// LogValue hides the keys from slog.
func (c HTTPConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// gatewayFields are what a template sees.
type gatewayFields struct{ To, From, Text, ID string }

var gatewayFunctions = template.FuncMap{
	"json": func(v any) (string, error) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(v)
		return strings.TrimSuffix(b.String(), "\n"), err
	},
}

// gatewayTemplates are an HTTPConfig made ready.
type gatewayTemplates struct {
	config  HTTPConfig
	url     *template.Template
	headers map[string]*template.Template
	body    *template.Template
	host    string
}

// NewHTTP returns a sender for the gateway. It tries the templates once, with
// characters that break careless ones, so that a fault shows at start.
func NewHTTP(c HTTPConfig) (notify.Sender, error) {
	if c.Method == "" {
		c.Method = http.MethodPost
	}
	t := &gatewayTemplates{config: c, headers: map[string]*template.Template{}}
	var faults []error
	parse := func(name, text string) *template.Template {
		parsed, err := template.New(name).Option("missingkey=error").Funcs(gatewayFunctions).Parse(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("sms gateway: %w", err))
		}
		return parsed
	}
	t.url, t.body = parse("url", c.URL), parse("body", c.Body)
	for name, value := range c.Headers {
		t.headers[name] = parse("header "+name, value)
	}
	if len(faults) == 0 {
		if err := t.try(); err != nil {
			faults = append(faults, fmt.Errorf("sms gateway: %w", err))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	g := newGateway(c.Transport, c.Timeout, c.Logger)
	g.request = func(ctx context.Context, m notify.Message) (*http.Request, error) {
		return t.request(ctx, gatewayFields{To: m.To.Value, From: c.From, Text: m.Text, ID: m.ID()})
	}
	return &g, nil
}

// A rendered request is one without its context.
type rendered struct {
	url    *url.URL
	header http.Header
	body   string
}

// try renders a message with everything that careless templates break on.
func (t *gatewayTemplates) try() error {
	r, err := t.render(gatewayFields{To: "+33600000001", From: t.config.From, Text: "a\"b\\c\n&=?/é#<>%", ID: "probe"})
	if err != nil {
		return err
	}
	if err := checkURL(r.url); err != nil {
		return err
	}
	t.host = r.url.Host
	if strings.Contains(r.header.Get("Content-Type"), "json") && !json.Valid([]byte(r.body)) {
		return errors.New("body is not JSON for a text with quotes: use {{json .Text}}")
	}
	return nil
}

func (t *gatewayTemplates) render(f gatewayFields) (rendered, error) {
	r := rendered{header: http.Header{"Idempotency-Key": {f.ID}}}
	address, err := execute(t.url, f)
	if err != nil {
		return r, err
	}
	if r.url, err = url.Parse(address); err != nil {
		return r, err
	}
	if t.host != "" && r.url.Host != t.host {
		return r, errors.New("message changes the gateway's host") // a template without urlquery
	}
	for name, tmpl := range t.headers {
		value, err := execute(tmpl, f)
		if err != nil {
			return r, err
		}
		if strings.ContainsAny(value, "\r\n\x00") {
			return r, fmt.Errorf("line break in header %s", name)
		}
		r.header.Set(name, value)
	}
	r.body, err = execute(t.body, f)
	return r, err
}

func (t *gatewayTemplates) request(ctx context.Context, f gatewayFields) (*http.Request, error) {
	r, err := t.render(f)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, t.config.Method, r.url.String(), strings.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	request.Header = r.header
	if t.config.Username != "" {
		request.SetBasicAuth(t.config.Username, t.config.Password)
	}
	return request, nil
}

func execute(t *template.Template, f gatewayFields) (string, error) {
	var b strings.Builder
	err := t.Execute(&b, f)
	return b.String(), err
}
