package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// turn rotates clockwise, the slow and obvious way.
func turn(img image.Image, degrees int) image.Image {
	for ; degrees > 0; degrees -= 90 {
		b := img.Bounds()
		out := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
		for y := range b.Dy() {
			for x := range b.Dx() {
				out.Set(b.Dy()-1-y, x, img.At(b.Min.X+x, b.Min.Y+y))
			}
		}
		img = out
	}
	return img
}

// TestPlaceInOriginal paints a mark in the original, turns the picture and
// maps the mark's place back.
func TestPlaceInOriginal(t *testing.T) {
	t.Parallel()
	original := image.NewRGBA(image.Rect(0, 0, 40, 30))
	mark := image.Rect(5, 7, 17, 12)
	for y := mark.Min.Y; y < mark.Max.Y; y++ {
		for x := mark.Min.X; x < mark.Max.X; x++ {
			original.Set(x, y, color.White)
		}
	}
	for _, rotation := range []int{0, 90, 180, 270} {
		upright := turn(original, rotation)
		got := placeInOriginal(bright(upright), upright.Bounds(), original.Bounds(), rotation)
		if want := (ocr.Rect{X: 5, Y: 7, W: 12, H: 5}); got != want {
			t.Errorf("placeInOriginal(%d) = %+v, want %+v", rotation, got, want)
		}
	}
	got := placeInOriginal(image.Rect(2, 3, 8, 6), image.Rect(0, 0, 20, 15), original.Bounds(), 0)
	if want := (ocr.Rect{X: 4, Y: 6, W: 12, H: 6}); got != want {
		t.Errorf("placeInOriginal(reduced) = %+v, want %+v", got, want)
	}
}

func bright(img image.Image) (r image.Rectangle) {
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if v, _, _, _ := img.At(x, y).RGBA(); v > 0 {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// TestChoosePortrait is about a stolen document held up beside the bearer's
// own, larger face.
func TestChoosePortrait(t *testing.T) {
	t.Parallel()
	bearer := faces.Face{Box: faces.Box{W: 600, H: 800}}
	portrait := faces.Face{Box: faces.Box{W: 90, H: 120}}
	speck := faces.Face{Box: faces.Box{W: 9, H: 12}}
	tests := []struct {
		name   string
		found  []faces.Face
		height float64
		want   faces.Face
		ok     bool
	}{
		{name: "portrait", found: []faces.Face{portrait}, height: 15, want: portrait, ok: true},
		{name: "bearer's face is larger", found: []faces.Face{bearer, portrait, speck}, height: 15, want: portrait, ok: true},
		{name: "bearer's face alone", found: []faces.Face{bearer}, height: 15},
		{name: "speck alone", found: []faces.Face{speck}, height: 15},
		{name: "no MRZ to judge by", found: []faces.Face{bearer, portrait}, want: bearer, ok: true},
		{name: "none", height: 15},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := choosePortrait(tt.found, tt.height)
			if ok != tt.ok || !cmp.Equal(got, tt.want) {
				t.Errorf("choosePortrait() = %v, %v, want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// stub is both engines.
type stub struct {
	reading   ocr.Reading
	err       error
	found     []faces.Face
	detectErr error
	avoided   []ocr.Rect
}

func (s *stub) Read(_ context.Context, img image.Image) (ocr.Reading, image.Image, error) {
	return s.reading, turn(img, s.reading.Rotation), s.err
}

func (s *stub) ReadWords(_ context.Context, _ image.Image, avoid []ocr.Rect) ([]string, error) {
	s.avoided = avoid
	return []string{"river"}, nil
}

func (s *stub) Detect(context.Context, image.Image) ([]faces.Face, error) {
	return s.found, s.detectErr
}

func (s *stub) Examine(context.Context, image.Image) (faces.Examination, error) {
	return faces.Examination{Faces: s.found}, nil
}

// photograph is a grey JPEG of that size.
func photograph(t *testing.T, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestComposeReadDocument(t *testing.T) {
	t.Parallel()
	s := &stub{
		reading: ocr.Reading{Rotation: 90, Quality: ocr.Quality{MRZHeight: 12}},
		found:   []faces.Face{{Box: faces.Box{X: 100, Y: 200, W: 60, H: 80}}},
	}
	got, err := Compose(s, s).ReadDocument(t.Context(), photograph(t, 640, 480))
	if err != nil {
		t.Fatal(err)
	}
	// On the upright 480x640: x 79..181, y 172..304.
	if want := (ocr.Rect{X: 172, Y: 480 - 181, W: 132, H: 102}); got.Portrait == nil || *got.Portrait != want {
		t.Errorf("Portrait = %+v, want %+v", got.Portrait, want)
	}
	if _, info, err := photo.Decode(got.PortraitJPEG); err != nil || info.Width != 102 || info.Height != 132 {
		t.Errorf("PortraitJPEG = %+v, %v, want 102x132", info, err)
	}
}

func TestComposeWithoutFaces(t *testing.T) {
	t.Parallel()
	s := &stub{reading: ocr.Reading{Rotation: 180}, detectErr: &faces.UnavailableError{Files: []string{"x"}}}
	h := Compose(s, s)
	got, err := h.ReadDocument(t.Context(), photograph(t, 64, 48))
	if err != nil || got.Portrait != nil || got.Rotation != 180 {
		t.Errorf("ReadDocument() = %v, %v, want the reading without portrait", got, err)
	}
	words, err := h.ReadWords(t.Context(), photograph(t, 64, 48))
	if err != nil || len(words) != 1 || len(s.avoided) != 0 {
		t.Errorf("ReadWords() = %v, %v, want a word", words, err)
	}
}

func TestComposeReadWordsAvoidsFaces(t *testing.T) {
	t.Parallel()
	s := &stub{found: []faces.Face{{Box: faces.Box{X: -5, Y: 10, W: 30, H: 30}}, {Box: faces.Box{X: 900, Y: 900, W: 5, H: 5}}}}
	if _, err := Compose(s, s).ReadWords(t.Context(), photograph(t, 64, 48)); err != nil {
		t.Fatal(err)
	}
	if want := []ocr.Rect{{X: 0, Y: 10, W: 25, H: 30}}; !cmp.Equal(s.avoided, want) {
		t.Errorf("avoided = %v, want %v", s.avoided, want)
	}
}

func TestComposeRefusesBytes(t *testing.T) {
	t.Parallel()
	h := Compose(&stub{}, &stub{})
	want := &photo.Error{Code: photo.UnsupportedFormat}
	_, errDocument := h.ReadDocument(t.Context(), []byte("GIF89a"))
	_, errFace := h.ExamineFace(t.Context(), []byte("GIF89a"))
	_, errWords := h.ReadWords(t.Context(), []byte("GIF89a"))
	for _, err := range []error{errDocument, errFace, errWords} {
		if !errors.Is(err, want) {
			t.Errorf("error = %v, want %v", err, want)
		}
	}
}
