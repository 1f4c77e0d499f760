package kyc_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/ocr"
)

// engines stand in for OpenCV and Tesseract: a photograph's bytes say what is
// on it. Everything else in these tests is the real thing.
type engines struct {
	mu      sync.Mutex
	reading map[string]ocr.Reading
	fault   map[string]string // code of the error beside a reading without a zone
	readErr error
	people  map[string]faces.Embedding
	faceErr error
	pad     float64
	hints   *faces.Hints
	// before runs before a face is examined, outside any lock.
	before         func(photo []byte) error
	wordsErr       error
	examined, read int // how often
}

func (x *engines) ReadDocument(_ context.Context, photo []byte) (ocr.Reading, error) {
	if x.readErr != nil {
		return ocr.Reading{}, x.readErr
	}
	r, ok := x.reading[string(photo)]
	if code := x.fault[string(photo)]; code != "" {
		return r, &ocr.Error{Code: code}
	}
	if !ok || r.MRZ == nil {
		return r, &ocr.Error{Code: ocr.CodeMRZNotFound}
	}
	return r, nil
}

func (x *engines) ExamineFace(_ context.Context, photo []byte) (faces.Examination, error) {
	x.mu.Lock()
	x.examined++
	before, err := x.before, x.faceErr
	x.mu.Unlock()
	if before != nil {
		err = errors.Join(err, before(photo))
	}
	if err != nil {
		return faces.Examination{}, err
	}
	if l, ok := seen(photo); ok {
		exam := l.examine(x.people, x.pad)
		exam.Hints = x.hints
		return exam, nil
	}
	who, _, _ := strings.Cut(string(photo), " ")
	e, ok := x.people[who]
	if !ok {
		return faces.Examination{}, nil
	}
	return faces.Examination{
		Faces: []faces.Face{{Box: faces.Box{W: 200, H: 250}, Score: 0.9}}, Template: faces.Template{"model": e}, BonaFide: x.pad,
		Quality: faces.Quality{InterEye: 80, Sharpness: 300, Brightness: 120, Contrast: 50, Eyes: 0.9, Mouth: -1, Occlusion: -1},
	}, nil
}

func (x *engines) ReadWords(_ context.Context, photo []byte) ([]string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.read++
	l, _ := seen(photo)
	return l.Words, x.wordsErr
}

// unit returns an embedding at an angle to the first axis whose cosine is c.
func unit(c float64) faces.Embedding {
	e := make(faces.Embedding, 128)
	e[0] = float32(c)
	e[1] = float32(sqrt(1 - c*c))
	return e
}

func sqrt(x float64) float64 {
	z := 1.0
	for range 60 {
		z -= (z*z - x) / (2 * z)
	}
	return z
}

// reading returns what an engine reads from the passport of ICAO's specimen
// person, issued by a state that there is, with another document number.
func reading(t *testing.T, number string) ocr.Reading {
	t.Helper()
	mrz, err := ocr.ParseMRZ([]string{
		"P<SWEERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36SWE7408122F3204153ZE184226B<<<<<16",
	})
	if err != nil {
		t.Fatal(err)
	}
	if !mrz.Valid {
		t.Fatal("the zone of the test is not valid")
	}
	mrz.Fields.DocumentNumber = number
	return ocr.Reading{MRZ: &mrz, Portrait: &ocr.Rect{W: 100, H: 120}, PortraitJPEG: []byte("portrait of ada"), Outline: outline()}
}

// outline is that of a document with the portrait of reading on it.
func outline() []ocr.Point { return []ocr.Point{{}, {X: 1000}, {X: 1000, Y: 700}, {Y: 700}} }
