package otp

// An Error is a refusal with a code that pages and the API may rely on.
type Error struct {
	// Code is stable and in snake_case.
	Code string
	text string
}

func (e *Error) Error() string { return "otp: " + e.text }

// The refusals. Compare with errors.Is.
var (
	// ErrWrong refuses an attempt that is not the code.
	ErrWrong = &Error{"code_wrong", "wrong code"}
	// ErrExpired refuses a code after its time.
	ErrExpired = &Error{"code_expired", "code has expired"}
	// ErrUsed refuses a code that was accepted before (RFC 6238 section 5.2).
	ErrUsed = &Error{"code_used", "code was used before"}
	// ErrSpent refuses a code after [MaxFailures] wrong tries; a new one is needed.
	ErrSpent = &Error{"code_spent", "too many wrong tries for this code"}
	// ErrDisabled refuses an authenticator or address after
	// [MaxConsecutiveFailures]; a new code does not help.
	ErrDisabled = &Error{"code_disabled", "too many wrong tries in a row"}
	// ErrInvalid reports a value that no code of ours can have been made from:
	// a short secret, an unusable issuer, a malformed backup code.
	ErrInvalid = &Error{"code_invalid", "invalid value"}
)
