package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
)

// TestServeLeaves: a child told to leave does so while its supervisor says
// nothing.
func TestServeLeaves(t *testing.T) {
	t.Parallel()
	silent, supervisor := io.Pipe()
	defer supervisor.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Serve(ctx, silent, io.Discard, Handlers{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Serve(cancelled) error = %v, want Canceled", err)
	}
}

func TestServeEnds(t *testing.T) {
	t.Parallel()
	if err := Serve(t.Context(), bytes.NewReader(nil), io.Discard, Handlers{}); err != nil {
		t.Errorf("Serve(end) error = %v, want nil", err)
	}
	if err := Serve(t.Context(), bytes.NewReader([]byte("GET / HTTP/1.1\r\n")), io.Discard, Handlers{}); err == nil {
		t.Error("Serve(nonsense) error = nil")
	}
}

func TestServeUnknown(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"shell", methodReadWords} { // the second has no handler
		var in, out bytes.Buffer
		if err := writeFrame(&in, request{ID: 3, Method: method}, nil); err != nil {
			t.Fatal(err)
		}
		if err := Serve(t.Context(), &in, &out, Handlers{}); err != nil {
			t.Fatal(err)
		}
		var resp response
		if _, err := readFrame(&out, &resp); err != nil || resp.ID != 3 || resp.Error == nil {
			t.Errorf("%s: response = %+v, %v, want an error", method, resp, err)
		}
	}
}
