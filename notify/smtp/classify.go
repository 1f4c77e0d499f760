package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"net/textproto"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/vouchline/vouchline/notify"
)

// classifyDial judges what went wrong before the message was offered. It is
// always temporary: no server, certificate or password is this message's
// fault, and the operator can mend each of them.
func classifyDial(ctx context.Context, err error) error {
	code, detail := notify.CodeConnect, ""
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var reply *textproto.Error
	switch {
	case ctx.Err() != nil:
		code = interrupted(ctx)
	case errors.As(err, &verify):
		code, detail = notify.CodeTLS, "certificate"
	case errors.As(err, &record):
		code, detail = notify.CodeTLS, "no TLS there"
	// The library has no types for these two.
	case strings.Contains(err.Error(), "STARTTLS"):
		code, detail = notify.CodeTLS, "no STARTTLS offered"
	case strings.Contains(err.Error(), "AUTH"), errors.Is(err, gomail.ErrNoSupportedAuthDiscovered):
		code = notify.CodeAuth
	}
	if errors.As(err, &reply) {
		detail = strconv.Itoa(reply.Code)
	}
	return notify.Temporary(code, err).With(detail)
}

// classifySend judges the server's reply to the message by its first digit
// (RFC 5321 section 4.2.1): 5 is permanent, 4 is not, and no reply at all
// leaves the outcome unknown.
func classifySend(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return notify.Temporary(interrupted(ctx), err)
	}
	var send *gomail.SendError
	if !errors.As(err, &send) {
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	detail := strings.TrimSpace(strconv.Itoa(send.ErrorCode()) + " " + send.EnhancedStatusCode())
	switch send.ErrorCode() / 100 {
	case 5:
		if code := blamesOperator(send); code != "" {
			return notify.Temporary(code, err).With(detail)
		}
		return notify.Permanent(notify.CodeRefused, err).With(detail)
	case 4:
		return notify.Temporary(notify.CodeBusy, err).With(detail)
	default:
		return notify.Temporary(notify.CodeInterrupted, err)
	}
}

// blamesOperator returns the code for replies that blame the operator's
// settings and not the message, or "". Authentication is required, too weak or
// failed (RFC 4954 section 6; some servers say it by RFC 3463's 5.7.0 alone),
// or the server did not expect the command (RFC 5321 section 4.2.2).
func blamesOperator(err *gomail.SendError) string {
	switch err.ErrorCode() {
	case 530, 534, 535, 538:
		return notify.CodeAuth
	case 500, 502, 503, 504:
		if err.EnhancedStatusCode() == "5.7.0" {
			return notify.CodeAuth
		}
		return notify.CodeProtocol
	}
	return ""
}

func interrupted(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return notify.CodeTimeout
	}
	return notify.CodeInterrupted
}
