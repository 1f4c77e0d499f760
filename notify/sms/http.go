package sms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/vouchline/vouchline/notify"
)

// A gateway sends each message by one HTTP request. What differs between
// providers is how the request looks and what the answer means.
type gateway struct {
	client  *http.Client
	timeout time.Duration
	logger  *slog.Logger
	request func(ctx context.Context, m notify.Message) (*http.Request, error)
	// detail reads the provider's own code out of a refusal, or returns "".
	detail func(body []byte) string
}

// newGateway gives a gateway a client that follows no redirects: a message
// and its credentials go where the operator said, or nowhere.
func newGateway(transport http.RoundTripper, timeout time.Duration, logger *slog.Logger) gateway {
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return gateway{
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		timeout: timeout, logger: logger, detail: func([]byte) string { return "" },
	}
}

// checkURL refuses addresses that would send a message in the clear.
func checkURL(u *url.URL) error {
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case u.Host == "":
		return errors.New("URL without a host")
	case u.Scheme == "https", u.Scheme == "http" && local:
		return nil
	}
	return fmt.Errorf("URL must be https, or http to a loopback address")
}

// Send makes the request and judges the answer.
func (g *gateway) Send(ctx context.Context, m notify.Message) error {
	if m.To.Channel != notify.SMS {
		return notify.Permanent(notify.CodeInvalid, nil).With("channel")
	}
	if err := m.Validate(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	if err := g.send(ctx, m); err != nil {
		g.logger.WarnContext(ctx, "text message not sent", "message", m, "error", err)
		return err
	}
	g.logger.InfoContext(ctx, "text message sent", "message", m)
	return nil
}

func (g *gateway) send(ctx context.Context, m notify.Message) error {
	request, err := g.request(ctx, m)
	if err != nil {
		return notify.Permanent(notify.CodeInvalid, err).With("request")
	}
	response, err := g.client.Do(request)
	if err != nil {
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return notify.Temporary(notify.CodeTimeout, err)
		case ctx.Err() != nil:
			return notify.Temporary(notify.CodeInterrupted, err)
		}
		return notify.Temporary(notify.CodeConnect, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return classifyHTTP(response.StatusCode, g.detail(body))
}

// classifyHTTP judges a status of RFC 9110 section 15. Only what blames the
// request's content is permanent: a wrong address, password or rate is the
// operator's to mend.
func classifyHTTP(code int, detail string) error {
	text := fmt.Sprintf("HTTP %d", code)
	if detail != "" {
		text += ", " + detail
	}
	switch {
	case code/100 == 2:
		return nil
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusProxyAuthRequired, code == http.StatusPaymentRequired:
		return notify.Temporary(notify.CodeAuth, nil).With(text)
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusConflict, code == http.StatusTooEarly, code/100 == 5:
		return notify.Temporary(notify.CodeBusy, nil).With(text)
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code == http.StatusUnsupportedMediaType, code/100 != 4:
		return notify.Temporary(notify.CodeProtocol, nil).With(text)
	default:
		return notify.Permanent(notify.CodeRefused, nil).With(text)
	}
}
