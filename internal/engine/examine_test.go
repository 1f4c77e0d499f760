package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
)

// examiner answers every picture with one examination.
type examiner struct {
	stub
	x faces.Examination
}

func (e *examiner) Examine(context.Context, image.Image) (faces.Examination, error) { return e.x, nil }

// exchange sends a photograph through the protocol to a child that is only
// simulated, and back.
func exchange(t *testing.T, h Handlers, photograph []byte) faces.Examination {
	t.Helper()
	var in, out bytes.Buffer
	if err := writeFrame(&in, request{ID: 1, Method: methodExamineFace}, photograph); err != nil {
		t.Fatal(err)
	}
	if err := Serve(t.Context(), &in, &out, h); err != nil {
		t.Fatal(err)
	}
	var resp response
	result, err := readFrame(&out, &resp)
	if err != nil || resp.Error != nil {
		t.Fatalf("response = %+v, %v", resp, err)
	}
	var x faces.Examination
	if err := json.Unmarshal(result, &x); err != nil {
		t.Fatal(err)
	}
	return x
}

// TestExaminationTravels: every field arrives as it was.
func TestExaminationTravels(t *testing.T) {
	t.Parallel()
	signature := make(faces.Signature, faces.SignatureSide*faces.SignatureSide)
	for i := range signature {
		signature[i] = uint16(i * 99)
	}
	want := faces.Examination{
		Faces:    []faces.Face{{Box: faces.Box{X: 1, Y: 2, W: 3, H: 4}, Score: 0.9}},
		Template: faces.Template{"model": {0.25, -0.5}},
		BonaFide: 0.75,
		Attack:   faces.AttackSigns{Moire: 0.5, Reflectance: -1},
		Quality: faces.Quality{
			InterEye: 1, Outside: 2, Sharpness: 3, Brightness: 4, Contrast: 5, Underexposed: 6, Overexposed: 7, Uneven: 8,
			Roll: 9, Yaw: 10, Pitch: 11, Eyes: 12, Mouth: 13, Occlusion: 14,
		},
		Signature: signature,
		Hints:     &faces.Hints{Age: 40, Female: 0.5, Expressions: map[string]float64{faces.Happy: 0.5}},
		Width:     640, Height: 480,
	}
	s := &examiner{x: want}
	if got := exchange(t, Compose(s, s), photograph(t, 640, 480)); !cmp.Equal(got, want) {
		t.Errorf("examination differs (-want +got):\n%s", cmp.Diff(want, got))
	}
}

// TestNotANumberTravels: one spoilt measure must not cost the others.
func TestNotANumberTravels(t *testing.T) {
	t.Parallel()
	s := &examiner{x: faces.Examination{
		BonaFide: math.NaN(), Template: faces.Template{"model": {1, 0}},
		Quality: faces.Quality{Sharpness: math.Inf(1), Brightness: 120},
	}}
	got := exchange(t, Compose(s, s), photograph(t, 640, 480))
	if got.BonaFide != -1 || got.Quality.Sharpness != -1 || got.Quality.Brightness != 120 || len(got.Template) != 1 {
		t.Errorf("examination = %+v, %v, want -1 for what is not a number", got, got.Template)
	}
}
