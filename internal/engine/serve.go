package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/ocr"
)

// Handlers are what a child can do with the bytes of a photograph.
type Handlers struct {
	ReadDocument func(ctx context.Context, photo []byte) (ocr.Reading, error)
	ExamineFace  func(ctx context.Context, photo []byte) (faces.Examination, error)
	ReadWords    func(ctx context.Context, photo []byte) ([]string, error)
}

// Serve answers requests from r on w, one at a time, until r ends or ctx is
// cancelled. The end of r is how a supervisor, living or dead, says goodbye.
//
// A panic in a handler is not caught: the process has shown that its state
// cannot be relied on, and the supervisor has another.
func Serve(ctx context.Context, r io.Reader, w io.Writer, h Handlers) error {
	if c, ok := r.(io.Closer); ok {
		defer context.AfterFunc(ctx, func() { c.Close() })()
	}
	for {
		var req request
		payload, err := readFrame(r, &req)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("engine: read request: %w", err)
		}
		result, err := h.handle(ctx, req, payload)
		resp := response{ID: req.ID}
		if err != nil {
			resp.Error = toWire(err)
		}
		if err := writeFrame(w, resp, result); err != nil {
			return fmt.Errorf("engine: write response: %w", err)
		}
	}
}

// handle runs one request and returns its result as JSON, which a finding
// such as a missing MRZ does not rule out: the quality explains it.
func (h Handlers) handle(ctx context.Context, req request, photo []byte) ([]byte, error) {
	if req.TimeoutMS > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(req.TimeoutMS)*time.Millisecond)
		defer cancel()
	}
	switch req.Method {
	case methodReadDocument:
		return answer(ctx, h.ReadDocument, photo)
	case methodExamineFace:
		return answer(ctx, h.ExamineFace, photo)
	case methodReadWords:
		return answer(ctx, h.ReadWords, photo)
	}
	return nil, fmt.Errorf("unknown method %q", req.Method)
}

func answer[T any](ctx context.Context, f func(context.Context, []byte) (T, error), photo []byte) ([]byte, error) {
	if f == nil {
		return nil, errors.New("method not served")
	}
	result, err := f(ctx, photo)
	encoded, encodeErr := json.Marshal(result)
	return encoded, errors.Join(err, encodeErr)
}
