package ocr

import "strings"

// Stable codes of Error. They are shown to programs and never change.
const (
	CodeNoDocument       = "no_document"
	CodeSeveralDocuments = "several_documents"
	CodeMRZNotFound      = "mrz_not_found"
	CodeMRZUnreadable    = "mrz_unreadable"
	CodeMRZWrongLength   = "mrz_wrong_length"
	CodeMRZWrongAlphabet = "mrz_wrong_alphabet"
	CodeDateUnknown      = "date_unknown"
	CodeDateInvalid      = "date_invalid"
)

// Error says why a document or its MRZ could not be used. Detail is for people
// who debug and never holds what was read.
type Error struct {
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return "ocr: " + e.Code
	}
	return "ocr: " + e.Code + ": " + e.Detail
}

// Is makes errors.Is compare codes, so that &Error{Code: CodeMRZNotFound} serves
// as a sentinel.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// UnavailableError says that the engine lacks model files. The check must then
// go to a reviewer: it is not done with something weaker.
type UnavailableError struct {
	Files []string `json:"files"`
}

func (e *UnavailableError) Error() string {
	return "ocr: model files missing: " + strings.Join(e.Files, ", ")
}
