package photo

// Codes of an Error. They are stable: the API, the pages and the log name a
// refused photograph by them.
const (
	Empty             = "empty"
	TooLarge          = "too_large"
	UnsupportedFormat = "unsupported_format"
	Corrupt           = "corrupt"
	TooManyPixels     = "too_many_pixels"
	TooSmall          = "too_small"
	Truncated         = "truncated"
)

// Error says why a photograph was refused.
type Error struct {
	// Code is one of the constants above.
	Code string `json:"code"`
	// Detail helps an operator; it is never shown to an applicant.
	Detail string `json:"detail,omitempty"`
	err    error
}

// Error names the code and, if known, the decoder's words.
func (e *Error) Error() string {
	text := "photo: " + e.Code
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

// Unwrap gives the decoder's error.
func (e *Error) Unwrap() error { return e.err }

// Is reports whether target is an *Error of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}
