package notify

import "errors"

// The two classes of failure. Compare with errors.Is.
var (
	// ErrPermanent says that this message will never arrive: the address does
	// not exist or the message was refused. Trying again is pointless.
	ErrPermanent = errors.New("notify: permanent failure")
	// ErrTemporary says that a later try may succeed. A fault in the operator's
	// settings, such as a wrong password, is temporary too: people must not
	// lose their messages by it.
	ErrTemporary = errors.New("notify: temporary failure")
)

// The codes of [Error].
const (
	CodeInvalid     = "invalid_message"
	CodeNoSender    = "no_sender"
	CodeConnect     = "connect"
	CodeTLS         = "tls"
	CodeAuth        = "auth"
	CodeProtocol    = "protocol"
	CodeRefused     = "refused"
	CodeBusy        = "busy"
	CodeInterrupted = "interrupted"
	CodeTimeout     = "timeout"
)

// An Error says why a message did not go out. Its text never shows the
// underlying error's, because servers like to repeat the address in it; Unwrap
// leads there.
type Error struct {
	// Code is stable.
	Code string
	// Detail is a status such as "550 5.1.1" or the name of a field.
	Detail    string
	Permanent bool
	Err       error
}

// Permanent returns a permanent error.
func Permanent(code string, err error) *Error { return &Error{Code: code, Permanent: true, Err: err} }

// Temporary returns a temporary error.
func Temporary(code string, err error) *Error { return &Error{Code: code, Err: err} }

// With adds a detail, which must not be personal.
func (e *Error) With(detail string) *Error {
	e.Detail = detail
	return e
}

func (e *Error) Error() string {
	class := "temporary"
	if e.Permanent {
		class = "permanent"
	}
	text := "notify: " + class + ": " + e.Code
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return text
}

// Is puts the error into its class.
func (e *Error) Is(target error) bool {
	return target == ErrPermanent && e.Permanent || target == ErrTemporary && !e.Permanent
}

func (e *Error) Unwrap() error { return e.Err }
