package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFrame(t *testing.T) {
	t.Parallel()
	var pipe bytes.Buffer
	want := request{ID: 7, Method: methodReadWords, TimeoutMS: 1500}
	if err := writeFrame(&pipe, want, []byte("pixels")); err != nil {
		t.Fatal(err)
	}
	var got request
	payload, err := readFrame(&pipe, &got)
	if err != nil || string(payload) != "pixels" || !cmp.Equal(got, want) {
		t.Errorf("readFrame() = %q, %+v, %v, want pixels, %+v, nil", payload, got, err, want)
	}
	if _, err := readFrame(&pipe, &got); !errors.Is(err, io.EOF) {
		t.Errorf("readFrame(end) error = %v, want EOF", err)
	}
}

func TestReadFrameRefuses(t *testing.T) {
	t.Parallel()
	lengths := func(h, p uint32) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, h), p)
	}
	tests := []struct {
		name string
		in   []byte
	}{
		{name: "no header", in: lengths(0, 0)},
		{name: "huge header", in: lengths(1<<31, 0)},
		{name: "huge payload", in: lengths(2, 1<<32-1)},
		{name: "short", in: append(lengths(2, 5), "{}abc"...)},
		{name: "not JSON", in: append(lengths(2, 0), "xx"...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var req request
			_, err := readFrame(bytes.NewReader(tt.in), &req)
			var protocol *protocolError
			if !errors.As(err, &protocol) {
				t.Errorf("readFrame() error = %v, want protocolError", err)
			}
		})
	}
}

// FuzzReadFrame: the parent reads what a child, perhaps taken over by a
// picture, writes.
func FuzzReadFrame(f *testing.F) {
	var good bytes.Buffer
	_ = writeFrame(&good, response{ID: 1}, []byte(`{"faces":[]}`))
	f.Add(good.Bytes())
	f.Add([]byte("Warning: invalid resolution 0 dpi."))
	f.Fuzz(func(t *testing.T, in []byte) {
		var resp response
		payload, err := readFrame(bytes.NewReader(in), &resp)
		if err == nil && len(payload) > len(in) {
			t.Errorf("readFrame() gave %d bytes of %d", len(payload), len(in))
		}
		if err == nil && resp.Error != nil && resp.Error.err() == nil {
			t.Error("an error came out as nil")
		}
	})
}
