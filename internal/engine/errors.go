package engine

import (
	"context"
	"errors"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// Errors of the supervisor itself. The first two may go away when the request
// is tried again.
var (
	// ErrCrashed: the child died, could not be started or spoke nonsense.
	ErrCrashed = errors.New("engine: crashed")
	// ErrTimeout: the child took too long and was killed.
	ErrTimeout = errors.New("engine: timeout")
	// ErrClosed: the pool was closed.
	ErrClosed = errors.New("engine: closed")
)

// Retryable reports whether trying the same request again may help. The
// findings of ocr, faces and photo are final, and so are missing model files.
func Retryable(err error) bool {
	return errors.Is(err, ErrCrashed) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrClosed)
}

// RemoteError is an error of the child that has no type of its own.
type RemoteError struct {
	// Message is what the child said.
	Message string
}

// Error returns the child's words.
func (e *RemoteError) Error() string { return "engine: " + e.Message }

// Kinds of errors on the wire.
const (
	kindOCR              = "ocr"
	kindOCRUnavailable   = "ocr_unavailable"
	kindFaces            = "faces"
	kindFacesUnavailable = "faces_unavailable"
	kindPhoto            = "photo"
	kindTimeout          = "timeout"
	kindOther            = "other"
)

// wireError carries an error's type and code through the pipe.
type wireError struct {
	Kind   string   `json:"kind"`
	Code   string   `json:"code,omitempty"`
	Detail string   `json:"detail,omitempty"`
	Files  []string `json:"files,omitempty"`
}

// toWire finds the typed error in err's chain; what wraps it stays behind.
func toWire(err error) *wireError {
	var (
		ocrError         *ocr.Error
		ocrUnavailable   *ocr.UnavailableError
		facesError       *faces.Error
		facesUnavailable *faces.UnavailableError
		photoError       *photo.Error
	)
	switch {
	case errors.As(err, &ocrUnavailable):
		return &wireError{Kind: kindOCRUnavailable, Files: ocrUnavailable.Files}
	case errors.As(err, &facesUnavailable):
		return &wireError{Kind: kindFacesUnavailable, Files: facesUnavailable.Files}
	case errors.As(err, &ocrError):
		return &wireError{Kind: kindOCR, Code: ocrError.Code, Detail: ocrError.Detail}
	case errors.As(err, &facesError):
		return &wireError{Kind: kindFaces, Code: facesError.Code}
	case errors.As(err, &photoError):
		return &wireError{Kind: kindPhoto, Code: photoError.Code, Detail: photoError.Detail}
	case errors.Is(err, context.DeadlineExceeded):
		return &wireError{Kind: kindTimeout}
	}
	detail := err.Error()
	if len(detail) > maxHeader/4 {
		detail = detail[:maxHeader/4]
	}
	return &wireError{Kind: kindOther, Detail: detail}
}

// err makes the typed error again.
func (w *wireError) err() error {
	switch w.Kind {
	case kindOCR:
		return &ocr.Error{Code: w.Code, Detail: w.Detail}
	case kindOCRUnavailable:
		return &ocr.UnavailableError{Files: w.Files}
	case kindFaces:
		return &faces.Error{Code: w.Code}
	case kindFacesUnavailable:
		return &faces.UnavailableError{Files: w.Files}
	case kindPhoto:
		return &photo.Error{Code: w.Code, Detail: w.Detail}
	case kindTimeout:
		return ErrTimeout
	}
	return &RemoteError{Message: w.Detail}
}
