package tesseract_test

import (
	"image"
	"math"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

// drawn is a specimen document with its MRZ on the side that is drawn.
func drawn(f specimen.Format, seed uint64) (image.Image, specimen.Truth) {
	return specimen.Draw(specimen.Options{Format: f, Side: specimen.Back, Seed: seed})
}

// Every format, and every way a phone sees one: turned, tilted, far away, on a
// table. Rotation says how to make it upright again.
func TestReadDrawnDocuments(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	for i, tc := range []struct {
		name     string
		format   specimen.Format
		shot     specimen.Shot
		rotation int
	}{
		{"TD3 straight", specimen.TD3, specimen.Shot{}, 0},
		{"TD2 askew", specimen.TD2, specimen.Shot{Degrees: 11, Tilt: 0.03}, 0},
		{"TD1 upside down", specimen.TD1, specimen.Shot{Degrees: 180}, 180},
		{"MRV-A turned right", specimen.MRVA, specimen.Shot{Degrees: 90}, 270},
		{"MRV-B turned left", specimen.MRVB, specimen.Shot{Degrees: -90}, 90},
		{"TD3 far away", specimen.TD3, specimen.Shot{Share: 0.5, Degrees: -6}, 0},
		{"TD1 aslant", specimen.TD1, specimen.Shot{Degrees: 33}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			document, truth := drawn(tc.format, uint64(i))
			tc.shot.Seed, tc.shot.Width, tc.shot.Height = uint64(i), 1600, 1200
			photograph, placement := specimen.Photograph(document, tc.shot)
			got, upright, err := r.Read(t.Context(), photograph)
			if err != nil {
				t.Fatalf("Read = %v, want %q", err, truth.Lines)
			}
			if !got.MRZ.Valid || !slices.Equal(got.MRZ.Lines, truth.Lines) {
				t.Errorf("Read = %q, valid %t %v, want %q", got.MRZ.Lines, got.MRZ.Valid, got.MRZ.Checks, truth.Lines)
			}
			if string(got.MRZ.Format) != string(tc.format) || got.Rotation != tc.rotation {
				t.Errorf("Read = %s, turned by %d, want %s, %d", got.MRZ.Format, got.Rotation, tc.format, tc.rotation)
			}
			limit := 0.02
			if tc.format == specimen.TD1 {
				limit = 0.18 // the stripe on the card's back looks like its edge
			}
			if d := outlineError(got.Outline, document.Bounds(), placement); d > limit {
				t.Errorf("Outline = %v, off by %.3f of the document's width", got.Outline, d)
			}
			if turned := upright.Bounds().Dx() < upright.Bounds().Dy(); turned != (tc.rotation%180 != 0) {
				t.Errorf("upright is %v after a turn of %d", upright.Bounds(), tc.rotation)
			}
		})
	}
}

// outlineError is the greatest distance of a corner from its place, as a part of
// the document's width.
func outlineError(outline []ocr.Point, document image.Rectangle, at specimen.Placement) float64 {
	w, h := float64(document.Dx()), float64(document.Dy())
	x0, y0 := at.Point(0, 0)
	x1, y1 := at.Point(w, 0)
	width, worst := math.Hypot(x1-x0, y1-y0), 0.0
	for i, c := range [][2]float64{{0, 0}, {w, 0}, {w, h}, {0, h}} {
		if i >= len(outline) {
			return math.Inf(1)
		}
		x, y := at.Point(c[0], c[1])
		worst = max(worst, math.Hypot(outline[i].X-x, outline[i].Y-y)/width)
	}
	return worst
}

// The front of a card has no MRZ.
func TestReadFrontOfACard(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	front, _ := specimen.Draw(specimen.Options{Format: specimen.TD1, Side: specimen.Front, Seed: 3})
	photograph, _ := specimen.Photograph(front, specimen.Shot{Seed: 3})
	if reading, _, err := r.Read(t.Context(), photograph); err == nil {
		t.Errorf("Read of a side without MRZ = %q, want an error", reading.MRZ.Lines)
	}
}
