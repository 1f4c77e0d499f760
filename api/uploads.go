package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/otp"
)

// uploadLimits are the routes that take photographs and how much they take:
// the photographs' own limit and a little for the form around them.
var uploadLimits = map[string]int64{
	"/enroll/document": 2*photo.MaxBytes + 1<<20,
	"/enroll/selfie":   photo.MaxBytes + 1<<20,
	"/enroll/live":     24 << 20,
}

const (
	defaultDecoders = 2
	uploadsAtOnce   = 32 // bodies held in memory
	maxParts        = 24
	maxFieldBytes   = 4 << 10
)

// perSource bounds the uploads of one address. What one person may try is the
// flow's; this keeps one address from occupying the decoders.
var perSource = otp.Window{N: 60, Per: 5 * time.Minute}

// uploads bounds the work that photographs make.
type uploads struct {
	clock    func() time.Time
	bodies   chan struct{}
	decoders chan struct{}

	mu   sync.Mutex
	past map[string][]time.Time
}

func newUploads(decoders int, clock func() time.Time) *uploads {
	if decoders <= 0 {
		decoders = defaultDecoders
	}
	return &uploads{
		clock: clock, bodies: make(chan struct{}, uploadsAtOnce), decoders: make(chan struct{}, decoders),
		past: map[string][]time.Time{},
	}
}

// allow notes an upload of a source or says how long to wait.
func (u *uploads) allow(source string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.clock()
	for s, times := range u.past { // forget those who are gone
		if now.Sub(times[len(times)-1]) > perSource.Per {
			delete(u.past, s)
		}
	}
	past := u.past[source]
	if ok, wait := otp.Allow(now, past, perSource); !ok {
		return &kyc.RateError{RetryAfter: wait}
	}
	if len(past) >= perSource.N {
		past = past[1:]
	}
	u.past[source] = append(past, now)
	return nil
}

// A form is a multipart form held in memory: photographs are never written to
// a disk before they are sealed.
type form struct {
	fields map[string]string
	files  map[string][][]byte
}

// read takes a multipart form off the request. The caller calls done when the
// photographs are no longer needed.
func (u *uploads) read(c *gin.Context) (f form, done func(), err error) {
	if err := u.allow(source(c)); err != nil {
		return form{}, nil, err
	}
	select {
	case u.bodies <- struct{}{}:
	default:
		return form{}, nil, errBusy
	}
	done = func() { <-u.bodies }
	if f, err = readForm(c); err != nil {
		done()
		return form{}, nil, err
	}
	return f, done, nil
}

func readForm(c *gin.Context) (form, error) {
	f := form{fields: map[string]string{}, files: map[string][][]byte{}}
	reader, err := c.Request.MultipartReader()
	if err != nil {
		return form{}, errors.Join(errBadRequest, err)
	}
	for range maxParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return form{}, bodyError(err)
		}
		isFile := part.FileName() != ""
		limit := int64(maxFieldBytes)
		if isFile {
			limit = photo.MaxBytes + 1 // one more, so that photo can tell
		}
		b, err := io.ReadAll(io.LimitReader(part, limit))
		if err != nil {
			return form{}, bodyError(err)
		}
		switch {
		case isFile:
			f.files[part.FormName()] = append(f.files[part.FormName()], b)
		default:
			f.fields[part.FormName()] = string(b)
		}
	}
	return form{}, errBadRequest
}

// bodyError keeps "too large" apart from everything else that can be wrong
// with a body, which is the sender's.
func bodyError(err error) error {
	if status, _ := classify(err); status == http.StatusRequestEntityTooLarge {
		return err
	}
	return errors.Join(errBadRequest, err)
}

// file returns the photograph of a field, or nil: a browser sends an empty
// part for a field that was left empty.
func (f form) file(name string) []byte {
	if len(f.files[name]) == 0 {
		return nil
	}
	return f.files[name][0]
}

// normalize decodes and bounds a photograph. The digest is of the bytes as
// they came, so that the same file is recognised.
func (u *uploads) normalize(ctx context.Context, raw []byte) (kyc.Upload, error) {
	if len(raw) == 0 {
		return kyc.Upload{}, kyc.ErrNoPhotograph
	}
	select {
	case u.decoders <- struct{}{}:
	case <-ctx.Done():
		return kyc.Upload{}, ctx.Err()
	}
	defer func() { <-u.decoders }()
	jpeg, _, err := photo.Normalize(raw)
	if err != nil {
		return kyc.Upload{}, err
	}
	sum := sha256.Sum256(raw)
	return kyc.Upload{JPEG: jpeg, Digest: hex.EncodeToString(sum[:])}, nil
}
