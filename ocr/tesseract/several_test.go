package tesseract_test

import (
	"errors"
	"image"
	"image/draw"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

// beside lays photographs out from left to right or from top to bottom.
func beside(down bool, photographs ...image.Image) image.Image {
	size := image.Point{}
	for _, p := range photographs {
		b := p.Bounds()
		if down {
			size = image.Pt(max(size.X, b.Dx()), size.Y+b.Dy())
		} else {
			size = image.Pt(size.X+b.Dx(), max(size.Y, b.Dy()))
		}
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	at := image.Point{}
	for _, p := range photographs {
		b := p.Bounds()
		draw.Draw(out, image.Rectangle{at, at.Add(b.Size())}, p, b.Min, draw.Src)
		if down {
			at.Y += b.Dy()
		} else {
			at.X += b.Dx()
		}
	}
	return out
}

func photographed(f specimen.Format, side specimen.Side, seed uint64) image.Image {
	document, _ := specimen.Draw(specimen.Options{Format: f, Side: side, Seed: seed})
	photograph, _ := specimen.Photograph(document, specimen.Shot{Seed: seed, Width: 1200, Height: 900})
	return photograph
}

// One of several documents would be read by chance.
func TestReadSeveralDocuments(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	for _, tc := range []struct {
		name  string
		photo image.Image
		want  string // code, none where the photograph is to be read
	}{
		{"two passports side by side", beside(false, photographed(specimen.TD3, specimen.Front, 21), photographed(specimen.TD3, specimen.Front, 22)), ocr.CodeSeveralDocuments},
		{"two cards below one another", beside(true, photographed(specimen.TD1, specimen.Back, 23), photographed(specimen.TD1, specimen.Back, 24)), ocr.CodeSeveralDocuments},
		{"passport and card", beside(true, photographed(specimen.TD3, specimen.Front, 25), photographed(specimen.TD1, specimen.Back, 26)), ocr.CodeSeveralDocuments},
		{"both sides of a card", beside(true, photographed(specimen.TD1, specimen.Front, 27), photographed(specimen.TD1, specimen.Back, 27)), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _, err := r.Read(t.Context(), tc.photo)
			if tc.want == "" {
				if err != nil || !got.MRZ.Valid {
					t.Errorf("Read = %v, %v, want it read", got, err)
				}
			} else if !errors.Is(err, &ocr.Error{Code: tc.want}) {
				t.Errorf("Read = %v, %v, want %s", got, err, tc.want)
			}
		})
	}
}
