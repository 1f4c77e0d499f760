package sms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vouchline/vouchline/notify"
)

// DefaultTwilioURL is where Twilio itself listens; other providers offer the
// same form elsewhere.
const DefaultTwilioURL = "https://api.twilio.com"

// TwilioConfig is an account at a provider that speaks Twilio's form.
type TwilioConfig struct {
	// URL is the scheme and host; empty means [DefaultTwilioURL].
	URL        string
	AccountSID string
	// Username is the API key's SID, or empty for the account itself.
	Username string
	// Password is the API key's secret or the account's token.
	Password string
	// From is a number, a name, or the SID of a messaging service ("MG...").
	From      string
	Timeout   time.Duration
	Transport http.RoundTripper
	Logger    *slog.Logger
}

// String names the account without its password.
func (c TwilioConfig) String() string { return "twilio " + c.URL + " account " + c.AccountSID }

// GoString hides the password from %#v.
func (c TwilioConfig) GoString() string { return c.String() }

// LogValue hides the password from slog.
func (c TwilioConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// NewTwilio returns a sender that posts To, From and Body as a form, signed in
// by HTTP Basic (RFC 7617).
func NewTwilio(c TwilioConfig) (notify.Sender, error) {
	if c.URL == "" {
		c.URL = DefaultTwilioURL
	}
	if c.Username == "" {
		c.Username = c.AccountSID
	}
	base, err := url.Parse(c.URL)
	if err == nil {
		err = checkURL(base)
	}
	var faults []error
	if err != nil {
		faults = append(faults, fmt.Errorf("twilio: %w", err))
	}
	for name, value := range map[string]string{"account SID": c.AccountSID, "password": c.Password, "from": c.From} {
		if value == "" {
			faults = append(faults, errors.New("twilio: no "+name))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	endpoint := base.JoinPath("2010-04-01", "Accounts", url.PathEscape(c.AccountSID), "Messages.json").String()
	g := newGateway(c.Transport, c.Timeout, c.Logger)
	g.detail = twilioDetail
	g.request = func(ctx context.Context, m notify.Message) (*http.Request, error) {
		form := url.Values{"To": {m.To.Value}, "Body": {m.Text}}
		if strings.HasPrefix(c.From, "MG") {
			form.Set("MessagingServiceSid", c.From)
		} else {
			form.Set("From", c.From)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Idempotency-Key", m.ID())
		r.SetBasicAuth(c.Username, c.Password)
		return r, nil
	}
	return &g, nil
}

// twilioDetail reads the provider's error number. Its sentence is left out: it
// repeats the phone number.
func twilioDetail(body []byte) string {
	var refusal struct {
		Code int `json:"code"`
	}
	if json.Unmarshal(body, &refusal) != nil || refusal.Code == 0 {
		return ""
	}
	return fmt.Sprintf("code %d", refusal.Code)
}
