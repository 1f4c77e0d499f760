package engine

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// replay is a child's stdout that has been written already.
type replay struct{ io.Reader }

func (replay) Close() error { return nil }

// nowhere is a child's stdin that nobody reads.
type nowhere struct{ io.Writer }

func (nowhere) Close() error { return nil }

// FuzzReadingAnswer: a child that a picture has taken over may answer anything.
// The supervisor gives a reading that can be sealed again, or an error it knows
// what to do with.
func FuzzReadingAnswer(f *testing.F) {
	zone, err := ocr.ParseMRZ([]string{
		"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
	})
	if err != nil {
		f.Fatal(err)
	}
	good, err := json.Marshal(ocr.Reading{MRZ: &zone, Portrait: &ocr.Rect{W: 3, H: 4}, PortraitJPEG: []byte("jpeg")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"id":1}`), good)
	f.Add([]byte(`{"id":1,"error":{"kind":"ocr","code":"mrz_not_found"}}`), []byte(`{"quality":{"glare":0.5}}`))
	f.Add([]byte(`{"id":1,"error":{"kind":"photo"}}`), []byte(nil))
	f.Add([]byte(`{"id":2}`), good)
	f.Add([]byte(`{"id":1}`), []byte(`{"mrz":{"lines":null,"valid":true,"status":"valid"},"rotation":-1}`))
	f.Add([]byte(`{"id":1}`), []byte(`null`))
	f.Add([]byte(`{"id":1,"error":{"kind":"","detail":"\u0000"}}`), []byte(`[]`))
	f.Fuzz(func(t *testing.T, header, payload []byte) {
		if len(header) > maxHeader || len(payload) > maxPayload {
			return // readFrame refuses it, see FuzzReadFrame
		}
		frame := binary.BigEndian.AppendUint32(nil, uint32(len(header)))   //nolint:gosec // G115: bounded above
		frame = binary.BigEndian.AppendUint32(frame, uint32(len(payload))) //nolint:gosec // G115: bounded above
		frame = append(append(frame, header...), payload...)
		c := &child{stdin: nowhere{io.Discard}, stdout: replay{bytes.NewReader(frame)}}
		var reading ocr.Reading
		err := c.roundTrip(job{method: methodReadDocument, result: &reading}, time.Second)
		if errors.Is(err, ErrCrashed) {
			return
		}
		if _, encodeErr := json.Marshal(reading); encodeErr != nil {
			t.Errorf("roundTrip() gave a reading that cannot be kept: %v", encodeErr)
		}
		if err != nil && err.Error() == "" {
			t.Errorf("roundTrip() error = %#v without words", err)
		}
	})
}
