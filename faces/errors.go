package faces

import "strings"

// Codes of an Error.
const (
	NoFace       = "no_face"
	SeveralFaces = "several_faces"
)

// Error says why a photograph cannot be compared.
type Error struct {
	// Code is one of the constants above.
	Code string `json:"code"`
}

// Error names the code.
func (e *Error) Error() string { return "faces: " + e.Code }

// Is reports whether target is an *Error of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// UnavailableError says that the engine lacks its model files. The check must
// go to a reviewer: nothing weaker takes the model's place, and trying again
// does not help.
type UnavailableError struct {
	// Files are the missing model files.
	Files []string `json:"files"`
}

// Error names the files.
func (e *UnavailableError) Error() string {
	return "faces: model files missing: " + strings.Join(e.Files, ", ")
}
