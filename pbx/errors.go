package pbx

import "fmt"

// An Error refuses a value of an account or numbering plan. Code and Field are
// stable; the value itself is not repeated, because it may be personal.
type Error struct {
	Code  string
	Field string
}

// The codes.
const (
	CodeEmpty     = "empty"
	CodeTooLong   = "too_long"
	CodeCharacter = "illegal_character"
	CodeMalformed = "malformed"
	CodeMismatch  = "mismatch"
	CodeNoDigest  = "no_digest"
	CodeDuplicate = "duplicate"
	CodeFull      = "plan_full"
	CodeTooMany   = "too_many"
)

func (e *Error) Error() string { return fmt.Sprintf("pbx: %s: %s", e.Field, e.Code) }

// Is makes errors.Is(err, &Error{Code: c}) true for every field.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Field == "" || t.Field == e.Field)
}

// ErrFull reports a numbering plan without a free number.
var ErrFull = &Error{Code: CodeFull, Field: "plan"}
