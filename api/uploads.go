package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
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
	uploadsASource  = 3  // of them by one address
	// uploadWithin is how long a body may take. Without it, 32 bodies that drip
	// would keep everyone else's out.
	uploadWithin  = 2 * time.Minute
	maxFields     = 8 // that are no files
	maxFieldBytes = 4 << 10
)

// perSource bounds the uploads of one address. What one person may try is the
// flow's; this keeps one address from occupying the decoders.
var perSource = otp.Window{N: 60, Per: 5 * time.Minute}

// uploads bounds the work that photographs make.
type uploads struct {
	clock    func() time.Time
	within   time.Duration
	bodies   chan struct{}
	decoders chan struct{}

	mu   sync.Mutex
	past map[string][]time.Time
	now  map[string]int // bodies that a source is sending
}

func newUploads(decoders int, clock func() time.Time) *uploads {
	if decoders <= 0 {
		decoders = defaultDecoders
	}
	return &uploads{
		clock: clock, within: uploadWithin, bodies: make(chan struct{}, uploadsAtOnce), decoders: make(chan struct{}, decoders),
		past: map[string][]time.Time{}, now: map[string]int{},
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

// begin takes a place for a source's body and returns what gives it back.
func (u *uploads) begin(source string) (end func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now[source] >= uploadsASource {
		return nil, &kyc.RateError{RetryAfter: 5 * time.Second}
	}
	select {
	case u.bodies <- struct{}{}:
	default:
		return nil, errBusy
	}
	u.now[source]++
	return func() {
		<-u.bodies
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.now[source]--; u.now[source] == 0 {
			delete(u.now, source)
		}
	}, nil
}

// parts says what a form may hold.
type parts struct {
	files map[string]int // how many of each
	// accept is asked with the fields before the first file is read; nil takes
	// all.
	accept func(fields map[string]string) error
}

// A form is a multipart form held in memory: photographs are never written to
// a disk before they are sealed.
type form struct {
	fields map[string]string
	files  map[string][][]byte
}

// read takes a multipart form off the request. The caller calls done when the
// photographs are no longer needed.
func (u *uploads) read(c *gin.Context, p parts) (f form, done func(), err error) {
	from := source(c)
	if err := u.allow(from); err != nil {
		return form{}, nil, err
	}
	done, err = u.begin(from)
	if err != nil {
		return form{}, nil, err
	}
	// A deadline in the past ends the read that hangs. A timer, so that only
	// the time that passes counts and no clock.
	controller := http.NewResponseController(c.Writer)
	timer := time.AfterFunc(u.within, func() { _ = controller.SetReadDeadline(time.Unix(1, 0)) })
	defer timer.Stop()
	if f, err = readForm(c, p); err != nil {
		// Read to its end: a browser that is cut off while it sends shows a
		// network error and not our answer. The route's limit bounds it.
		_, _ = io.Copy(io.Discard, c.Request.Body)
		done()
		return form{}, nil, err
	}
	return f, done, nil
}

func readForm(c *gin.Context, p parts) (form, error) {
	f := form{fields: map[string]string{}, files: map[string][][]byte{}}
	reader, err := c.Request.MultipartReader()
	if err != nil {
		return form{}, errors.Join(errBadRequest, err)
	}
	accepted := p.accept == nil
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return form{}, bodyError(err)
		}
		name := part.FormName()
		if part.FileName() == "" {
			if err := f.addField(name, part); err != nil {
				return form{}, err
			}
			continue
		}
		if !accepted {
			if err := p.accept(f.fields); err != nil {
				return form{}, err
			}
			accepted = true
		}
		if len(f.files[name]) >= p.files[name] {
			return form{}, errBadRequest
		}
		b, err := io.ReadAll(io.LimitReader(part, photo.MaxBytes+1)) // one more, so that photo can tell
		if err != nil {
			return form{}, bodyError(err)
		}
		f.files[name] = append(f.files[name], b)
	}
}

func (f form) addField(name string, r io.Reader) error {
	if len(f.fields) >= maxFields {
		return errBadRequest
	}
	b, err := io.ReadAll(io.LimitReader(r, maxFieldBytes))
	if err != nil {
		return bodyError(err)
	}
	f.fields[name] = string(b)
	return nil
}

// bodyError keeps "too large" and "too slow" apart from everything else that
// can be wrong with a body, which is the sender's.
func bodyError(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.Join(errTooSlow, err)
	}
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
