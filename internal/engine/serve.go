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
	requests := receive(ctx, r)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case in := <-requests:
			if errors.Is(in.err, io.EOF) {
				return nil
			}
			if in.err != nil {
				return fmt.Errorf("engine: read request: %w", in.err)
			}
			result, err := h.handle(ctx, in.request, in.payload)
			out := response{ID: in.request.ID}
			if err != nil {
				out.Error = toWire(err)
			}
			if err := writeFrame(w, out, result); err != nil {
				return fmt.Errorf("engine: write response: %w", err)
			}
		}
	}
}

// received is a request, or why there are no more.
type received struct {
	request request
	payload []byte
	err     error
}

// receive reads requests apart from their handling: a read from a pipe cannot
// be cancelled, and a child told to leave must not wait for one.
func receive(ctx context.Context, r io.Reader) <-chan received {
	requests := make(chan received)
	go func() {
		for {
			var in received
			in.payload, in.err = readFrame(r, &in.request)
			select {
			case requests <- in:
			case <-ctx.Done():
				return
			}
			if in.err != nil {
				return
			}
		}
	}()
	return requests
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
