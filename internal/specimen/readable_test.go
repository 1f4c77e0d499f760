package specimen_test

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

func reader(t *testing.T) *tesseract.Reader {
	t.Helper()
	testenv.Need(t, "fonts-ocr-b", specimen.Available())
	finder := models.Default(testenv.Root())
	_, err := finder.Open("tessdata/mrz.traineddata")
	testenv.Need(t, "models", err)
	r, err := tesseract.New(tesseract.Config{Models: finder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// A drawn document that the engine cannot read would say nothing about the
// engine: photographs in the light of day must be exact, every one.
func TestDocumentsAreReadExactly(t *testing.T) {
	t.Parallel()
	r := reader(t)
	for _, f := range specimen.Formats {
		for seed := range uint64(2) {
			doc, truth := specimen.Draw(specimen.Options{Format: f, Side: specimen.Back, Seed: 100 + seed, PerMM: 10})
			photo, _ := specimen.Photograph(doc, specimen.Shot{Width: 1400, Height: 1050, Seed: seed})
			got, _, err := r.Read(t.Context(), photo)
			if err != nil || got.MRZ == nil {
				t.Errorf("Read(%s, seed %d): %v, want an MRZ", f, seed, err)
				continue
			}
			if diff := cmp.Diff(truth.Lines, got.MRZ.Lines); diff != "" {
				t.Errorf("Read(%s, seed %d) (-drawn +read):\n%s", f, seed, diff)
			}
		}
	}
}

// The detector takes the drawn face for one, so the pictures of the
// documentation can be taken from the running program.
func TestFacesAreFoundWhereTheyAreDrawn(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", specimen.Available())
	finder := models.Default(testenv.Root())
	_, err := finder.Open(models.YuNet)
	testenv.Need(t, "models", err)
	engine, err := opencv.New(opencv.Config{Models: finder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	person := specimen.DrawnFace(4)
	doc, truth := specimen.Draw(specimen.Options{Seed: 4})
	photo, placed := specimen.Photograph(doc, specimen.Shot{Seed: 4})
	for _, tt := range []struct {
		name string
		img  image.Image
		in   image.Rectangle
	}{
		{"document", photo, placed.Box(truth.Portrait)},
		{"selfie", specimen.Selfie(person, image.Rectangle{}, 1), image.Rect(200, 150, 520, 650)},
		{"film", specimen.Frame(specimen.FilmOptions{Person: person, Words: []string{"river"}}, 2), image.Rect(400, 40, 880, 460)},
	} {
		found, err := engine.Detect(t.Context(), tt.img)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 {
			t.Errorf("Detect(%s) = %d faces, want 1", tt.name, len(found))
			continue
		}
		b := found[0].Box
		if at := image.Pt(int(b.X+b.W/2), int(b.Y+b.H/2)); !at.In(tt.in) {
			t.Errorf("Detect(%s) = a face around %v, want it in %v", tt.name, at, tt.in)
		}
	}
}
