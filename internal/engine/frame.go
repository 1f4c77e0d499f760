package engine

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"github.com/vouchline/vouchline/internal/photo"
)

// Bounds of a frame: a header is a few lines of JSON, a payload a photograph
// or a result with a portrait in it.
const (
	maxHeader  = 64 << 10
	maxPayload = photo.MaxBytes + 1<<20
)

// Methods of the protocol.
const (
	methodReadDocument = "read_document"
	methodExamineFace  = "examine_face"
	methodReadWords    = "read_words"
)

// request is the header of a frame to the child; the payload is a photograph.
type request struct {
	ID     uint64 `json:"id"`
	Method string `json:"method"`
	// TimeoutMS tells the child how long the supervisor will wait.
	TimeoutMS int64 `json:"timeout_ms,omitempty"`
}

// response is the header of a frame from the child; the payload is the result
// as JSON, which may accompany an error.
type response struct {
	ID    uint64     `json:"id"`
	Error *wireError `json:"error,omitempty"`
}

// protocolError says that the other side does not speak the protocol.
type protocolError struct{ reason string }

func (e *protocolError) Error() string { return "engine: protocol: " + e.reason }

// writeFrame writes two lengths of four bytes, big-endian, the header as JSON
// and the payload.
func writeFrame(w io.Writer, header any, payload []byte) error {
	h, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("engine: header: %w", err)
	}
	if len(h) > maxHeader || len(payload) > maxPayload {
		return &protocolError{reason: "frame too long to send"}
	}
	frame := make([]byte, 0, 8+len(h)+len(payload))
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(h)))
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(payload)))
	frame = append(append(frame, h...), payload...)
	_, err = w.Write(frame)
	return err
}

// readFrame reads a frame into header and returns the payload. It allocates
// nothing before the lengths are found reasonable. io.EOF means that the
// other side closed between frames.
func readFrame(r io.Reader, header any) ([]byte, error) {
	var lengths [8]byte
	if _, err := io.ReadFull(r, lengths[:]); err != nil {
		return nil, err
	}
	h, p := binary.BigEndian.Uint32(lengths[:4]), binary.BigEndian.Uint32(lengths[4:])
	if h == 0 || h > maxHeader || p > maxPayload {
		return nil, &protocolError{reason: "impossible lengths"}
	}
	frame := make([]byte, int(h)+int(p))
	if _, err := io.ReadFull(r, frame); err != nil {
		return nil, &protocolError{reason: "frame ends early"}
	}
	if err := json.Unmarshal(frame[:h], header); err != nil {
		return nil, &protocolError{reason: "header is not JSON"}
	}
	return frame[h:], nil
}
