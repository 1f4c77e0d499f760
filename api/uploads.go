package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
)

// uploadLimits are the routes that take photographs and how much they take:
// the photographs' own limit and a little for the form around them.
var uploadLimits = map[string]int64{
	"/enroll/document":      2*photo.MaxBytes + 1<<20,
	"/enroll/selfie":        photo.MaxBytes + 1<<20,
	"/enroll/selfie/advice": maxAdviceBytes + bodyLimit,
	"/enroll/live/frames":   kyc.MaxLiveFrames*maxFrameBytes + bodyLimit,
}

const (
	defaultDecoders = 2
	maxFields       = 8 // that are no files
	maxFieldBytes   = 4 << 10
)

// uploads bounds the work that photographs make.
type uploads struct {
	decoders chan struct{}

	photographs *lane // the evidence: large, seldom, and waited for
	films       *lane // frames of the live step
	filmed      *lane // the same, by enrollment
	previews    *lane // what the selfie page asks about
}

func newUploads(decoders int, clock func() time.Time) *uploads {
	if decoders <= 0 {
		decoders = defaultDecoders
	}
	large, small := make(chan struct{}, largeAtOnce), make(chan struct{}, smallAtOnce)
	return &uploads{
		decoders:    make(chan struct{}, decoders),
		photographs: newLane(clock, large, photographLimits),
		films:       newLane(clock, small, filmLimits),
		filmed:      newLane(clock, small, filmedLimits),
		previews:    newLane(clock, small, previewLimits),
	}
}

// parts says what a form may hold.
type parts struct {
	lane  *lane          // nil is that of the photographs
	files map[string]int // how many of each
	each  int64          // bytes of one file at most; 0 is what photo takes
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
	l := p.lane
	if l == nil {
		l = u.photographs
	}
	done, err = l.enter(source(c))
	if err != nil {
		return form{}, nil, err
	}
	// A deadline in the past ends the read that hangs. A timer, so that only
	// the time that passes counts and no clock.
	controller := http.NewResponseController(c.Writer)
	timer := time.AfterFunc(l.within, func() { _ = controller.SetReadDeadline(time.Unix(1, 0)) })
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
		b, err := p.readFile(part)
		if err != nil {
			return form{}, err
		}
		f.files[name] = append(f.files[name], b)
	}
}

// readFile reads one byte more than a file may have, so that what is too large
// can be told.
func (p parts) readFile(r io.Reader) ([]byte, error) {
	most := p.each
	if most == 0 {
		most = photo.MaxBytes
	}
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, bodyError(err)
	}
	if p.each > 0 && int64(len(b)) > p.each {
		return nil, tooLarge()
	}
	return b, nil
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
	return u.normalizeWithin(ctx, raw, photo.MaxSide)
}

// normalizeWithin is normalize for pictures that a page has made and that are
// therefore no longer than side: those of films and previews come often.
func (u *uploads) normalizeWithin(ctx context.Context, raw []byte, side int) (kyc.Upload, error) {
	if len(raw) == 0 {
		return kyc.Upload{}, kyc.ErrNoPhotograph
	}
	select {
	case u.decoders <- struct{}{}:
	case <-ctx.Done():
		return kyc.Upload{}, ctx.Err()
	}
	defer func() { <-u.decoders }()
	jpeg, _, err := photo.NormalizeWithin(raw, side)
	if err != nil {
		return kyc.Upload{}, err
	}
	sum := sha256.Sum256(raw)
	return kyc.Upload{JPEG: jpeg, Digest: hex.EncodeToString(sum[:])}, nil
}
