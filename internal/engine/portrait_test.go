package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// slowTurn rotates clockwise, the slow and obvious way.
func slowTurn(img image.Image, degrees int) image.Image {
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

// TestTurn paints a mark in the original, turns the picture and
// maps the mark's place back.
func TestTurn(t *testing.T) {
	t.Parallel()
	original := image.NewRGBA(image.Rect(0, 0, 40, 30))
	draw.Draw(original, original.Rect, image.Black, image.Point{}, draw.Src)
	mark := image.Rect(5, 7, 17, 12)
	for y := mark.Min.Y; y < mark.Max.Y; y++ {
		for x := mark.Min.X; x < mark.Max.X; x++ {
			original.Set(x, y, color.White)
		}
	}
	for _, rotation := range []int{0, 90, 180, 270} {
		upright := slowTurn(original, rotation)
		got := turn{upright.Bounds(), original.Bounds(), rotation}.toOriginal(bright(upright))
		if want := (ocr.Rect{X: 5, Y: 7, W: 12, H: 5}); got != want {
			t.Errorf("toOriginal(%d) = %+v, want %+v", rotation, got, want)
		}
		box := bright(upright)
		outline := turn{upright.Bounds(), original.Bounds(), rotation}.toUpright(corners(mark))
		for _, p := range outline {
			if x, y := int(p.X), int(p.Y); (x != box.Min.X && x != box.Max.X) || (y != box.Min.Y && y != box.Max.Y) {
				t.Errorf("toUpright(%d) = %v, want the corners of %v", rotation, outline, box)
			}
		}
		if rotation > 0 && !cmp.Equal(quarterTurn(original, rotation).Pix, upright.(*image.RGBA).Pix) {
			t.Errorf("quarterTurn(%d) differs from the slow way", rotation)
		}
	}
	got := turn{image.Rect(0, 0, 20, 15), original.Bounds(), 0}.toOriginal(image.Rect(2, 3, 8, 6))
	if want := (ocr.Rect{X: 4, Y: 6, W: 12, H: 6}); got != want {
		t.Errorf("toOriginal(reduced) = %+v, want %+v", got, want)
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
	right := faces.Face{Box: faces.Box{X: 300, Y: 10, W: 92, H: 122}}
	document := corners(image.Rect(-20, -20, 500, 300))
	upsideDown := slices.Concat(document[2:], document[:2])
	tests := []struct {
		name    string
		found   []faces.Face
		height  float64
		outline []ocr.Point
		format  ocr.Format
		want    faces.Face
		ok      bool
	}{
		{name: "portrait", found: []faces.Face{portrait}, height: 15, want: portrait, ok: true},
		{name: "bearer's face is larger", found: []faces.Face{bearer, portrait, speck}, height: 15, want: portrait, ok: true},
		{name: "bearer's face alone", found: []faces.Face{bearer}, height: 15},
		{name: "speck alone", found: []faces.Face{speck}, height: 15},
		{name: "no MRZ to judge by", found: []faces.Face{bearer, portrait}, want: bearer, ok: true},
		{name: "none", height: 15},
		{name: "beside the document", found: []faces.Face{{Box: faces.Box{X: 600, W: 90, H: 120}}, portrait}, height: 15, outline: document, want: portrait, ok: true},
		{name: "only beside the document", found: []faces.Face{{Box: faces.Box{X: 600, W: 90, H: 120}}}, height: 15, outline: document},
		{name: "passport, left", found: []faces.Face{right, portrait}, height: 15, outline: document, format: ocr.TD3, want: portrait, ok: true},
		{name: "passport, left of it", found: []faces.Face{right, portrait}, height: 15, outline: upsideDown, format: ocr.TD3, want: right, ok: true},
		{name: "card, either", found: []faces.Face{right, portrait}, height: 15, outline: document, format: ocr.TD1, want: right, ok: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := choosePortrait(tt.found, tt.height, tt.outline, tt.format)
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
	printed   ocr.Printed
	tallFaces bool // found only on pictures higher than wide
	seen      image.Rectangle
	alike     func(width int) faces.Embedding
}

func (s *stub) Read(_ context.Context, img image.Image) (ocr.Reading, image.Image, error) {
	return s.reading, slowTurn(img, s.reading.Rotation), s.err
}

func (s *stub) ReadWords(_ context.Context, _ image.Image, avoid []ocr.Rect) ([]string, error) {
	s.avoided = avoid
	return []string{"river"}, nil
}

func (s *stub) ReadPrinted(_ context.Context, img image.Image) (ocr.Printed, error) {
	s.seen = img.Bounds()
	return s.printed, nil
}

func (s *stub) Detect(_ context.Context, img image.Image) ([]faces.Face, error) {
	if s.tallFaces && img.Bounds().Dx() > img.Bounds().Dy() {
		return nil, s.detectErr
	}
	return slices.Clone(s.found), s.detectErr
}

func (s *stub) Embed(_ context.Context, img image.Image) (faces.Examination, error) {
	x := faces.Examination{Quality: faces.Quality{Sharpness: 200, Brightness: 120, Contrast: 40}}
	if s.alike != nil {
		x.Template = faces.Template{"model": s.alike(img.Bounds().Dx())}
	}
	return x, nil
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

// TestComposeReadsTheFront: without an MRZ the portrait tells which way is up.
func TestComposeReadsTheFront(t *testing.T) {
	t.Parallel()
	print := ocr.Printed{Lines: []ocr.PrintedLine{{Words: []ocr.PrintedWord{{Text: "NOM"}}}}}
	notFound := &ocr.Error{Code: ocr.CodeMRZNotFound}
	s := &stub{
		err: notFound, printed: print, tallFaces: true,
		found: []faces.Face{{Score: 0.9, Box: faces.Box{X: 100, Y: 200, W: 60, H: 80}}},
	}
	got, err := Compose(s, s).ReadDocument(t.Context(), photograph(t, 640, 480))
	if !errors.Is(err, notFound) {
		t.Errorf("ReadDocument() error = %v, want %v", err, notFound)
	}
	if got.Rotation != 90 || s.seen.Dx() != 480 || got.Portrait == nil || got.PortraitQuality == nil {
		t.Errorf("ReadDocument() = turned by %d, print read on %v, portrait %v", got.Rotation, s.seen, got.Portrait)
	}
	if !cmp.Equal(got.Printed, &print) {
		t.Errorf("Printed = %v, want it beside the error", got.Printed)
	}
	s = &stub{err: notFound, printed: print}
	if got, _ = Compose(s, s).ReadDocument(t.Context(), photograph(t, 640, 480)); got.Printed == nil || got.Rotation != 0 || got.Portrait != nil {
		t.Errorf("ReadDocument() without faces = turned by %d, printed %v", got.Rotation, got.Printed)
	}
	s = &stub{err: &ocr.Error{Code: ocr.CodeMRZUnreadable}, printed: print}
	if got, _ = Compose(s, s).ReadDocument(t.Context(), photograph(t, 640, 480)); got.Printed != nil {
		t.Errorf("ReadDocument() of an unreadable zone = %v, want no print", got.Printed)
	}
}

// TestComposeTellsGhosts: a smaller face on the document is a ghost where it is
// the same one.
func TestComposeTellsGhosts(t *testing.T) {
	t.Parallel()
	same, other := faces.Embedding{1, 0}, faces.Embedding{0, 1}
	s := &stub{
		reading: ocr.Reading{
			MRZ:     &ocr.MRZ{Format: ocr.TD1},
			Quality: ocr.Quality{MRZHeight: 15},
			Outline: corners(image.Rect(10, 10, 10+600, 10+378)),
		},
		found: []faces.Face{
			{Box: faces.Box{X: 40, Y: 60, W: 90, H: 120}},
			{Box: faces.Box{X: 400, Y: 60, W: 45, H: 60}},
			{Box: faces.Box{X: 500, Y: 60, W: 30, H: 40}},
		},
		alike: func(width int) faces.Embedding {
			if width < 120 { // cut out at twice the size
				return other
			}
			return same
		},
	}
	got, err := Compose(s, s).ReadDocument(t.Context(), photograph(t, 700, 500))
	if err != nil || got.Portrait == nil || got.Portrait.X > 60 {
		t.Fatalf("ReadDocument() = %v, %v", got.Portrait, err)
	}
	// The stub finds faces at their places in the part that is the document.
	if want := []ocr.Rect{{X: 402, Y: 62, W: 45, H: 60}}; !cmp.Equal(got.Ghosts, want) {
		t.Errorf("Ghosts = %v, want %v (portrait %v)", got.Ghosts, want, got.Portrait)
	}
}

// TestPlane: what onto maps comes back, and a tilted portrait is cut upright.
func TestPlane(t *testing.T) {
	t.Parallel()
	quad := []ocr.Point{{X: 30, Y: 20}, {X: 610, Y: 70}, {X: 560, Y: 420}, {X: 60, Y: 380}}
	m, ok := onto(856, 540, quad)
	if !ok {
		t.Fatal("onto() = false")
	}
	for i, c := range corners(image.Rect(0, 0, 856, 540)) {
		p := m.apply(c)
		back := m.inverse().apply(p)
		if math.Hypot(p.X-quad[i].X, p.Y-quad[i].Y) > 1e-6 || math.Hypot(back.X-c.X, back.Y-c.Y) > 1e-6 {
			t.Errorf("corner %d = %v and back %v, want %v", i, p, back, quad[i])
		}
	}
	for _, q := range [][]ocr.Point{nil, {quad[0], quad[2], quad[1], quad[3]}, {quad[0], quad[0], quad[0], quad[0]}} {
		if _, ok := onto(856, 540, q); ok {
			t.Errorf("onto(%v) = true", q)
		}
	}
	crop := cropOf(faces.Face{Box: faces.Box{X: 100, Y: 100, W: 80, H: 100}}, quad, ocr.TD1)
	if r := crop.plane.box(crop.area); !image.Pt(140, 150).In(r) || r.Dx() < 100 || r.Dx() > 220 {
		t.Errorf("crop in the photograph = %v", r)
	}
}

// TestCropSize: the size of a portrait is bounded both ways, and it may lie beside
// the picture.
func TestCropSize(t *testing.T) {
	t.Parallel()
	half := image.NewRGBA(image.Rect(0, 0, 400, 400))
	draw.Draw(half, half.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(half, image.Rect(200, 0, 400, 400), image.White, image.Point{}, draw.Src)
	same := plane{1, 0, 0, 0, 1, 0, 0, 0, 1}
	for _, tc := range []struct{ area, want image.Rectangle }{
		{image.Rect(10, 10, 60, 80), image.Rect(0, 0, 100, 140)},
		{image.Rect(10, 10, 310, 380), image.Rect(0, 0, 300, 370)},
		{image.Rect(-9800, -9800, 10200, 5200), image.Rect(0, 0, 2000, 1500)},
		{image.Rect(500, 500, 700, 700), image.Rect(0, 0, 200, 200)},
	} {
		if got := (portraitCrop{same, tc.area}).picture(half).Rect; got != tc.want {
			t.Errorf("picture of %v = %v, want %v", tc.area, got, tc.want)
		}
	}
	large := portraitCrop{plane{0.1, 0, 0, 0, 0.1, 0, 0, 0, 1}, image.Rect(0, 0, 4000, 4000)}.picture(half)
	if left, right := large.RGBAAt(900, 900), large.RGBAAt(1100, 900); left.R != 0 || right.R != 255 {
		t.Errorf("beside the middle of a reduced portrait = %v and %v, want black and white", left, right)
	}
}

// TestPortraitQuality holds the order: worse pictures score less, and what
// cannot be compared scores below any that can.
func TestPortraitQuality(t *testing.T) {
	t.Parallel()
	good := faces.Quality{Sharpness: 200, Brightness: 120, Contrast: 40}
	best := portraitQuality(good, 60).Score
	if best != 1 {
		t.Errorf("score of a good portrait = %v, want 1", best)
	}
	blurred, flat, dark, burnt := good, good, good, good
	blurred.Sharpness, flat.Contrast, dark.Brightness, burnt.Brightness = 2.5, 2, 5, 245
	for _, q := range []ocr.PortraitQuality{
		portraitQuality(blurred, 60), portraitQuality(flat, 60), portraitQuality(dark, 60), portraitQuality(burnt, 60),
		portraitQuality(good, 5), portraitQuality(good, math.NaN()),
	} {
		if q.Score > 0.2 {
			t.Errorf("score of %+v is more than 0.2", q)
		}
	}
}
