package specimen_test

import (
	"bytes"
	"image"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
)

// Figures are only worth writing down if the same seed draws the same frames.
func TestWordScenesAreReproducible(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts", specimen.Available())
	testenv.Need(t, "fonts-handwriting", specimen.HandsAvailable())
	words := []string{"GARDEN", "PENCIL", "TRUMPET"}
	scene, hand := specimen.WordScenes[0], specimen.Hands[0].Path
	draw := func(seed uint64) []byte {
		img, face := scene.Draw(words, hand, seed)
		if !face.In(img.Bounds()) || face.Empty() {
			t.Errorf("the face is at %v in a picture of %v", face, img.Bounds())
		}
		return img.(*image.RGBA).Pix
	}
	if !bytes.Equal(draw(1), draw(1)) {
		t.Error("the same seed draws two pictures")
	}
	if bytes.Equal(draw(1), draw(2)) {
		t.Error("two seeds draw one picture")
	}
}

// A hand that lacks a letter would be measured on blanks.
func TestHandsWriteTheAlphabet(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts", specimen.Available())
	testenv.Need(t, "fonts-handwriting", specimen.HandsAvailable())
	for _, hand := range specimen.Hands {
		for _, lower := range []bool{false, true} {
			for c := 'A'; c <= 'Z'; c++ {
				sheet := specimen.Paper([]string{string(c)}, specimen.PaperStyle{Hand: hand.Path, Lower: lower}, 60, 60)
				if !darkIn(sheet) {
					t.Errorf("%s leaves %c blank (lower case %t)", hand.Name, c, lower)
				}
			}
		}
	}
}

func darkIn(img *image.RGBA) bool {
	for i := 0; i < len(img.Pix); i += 4 {
		if img.Pix[i] < 100 {
			return true
		}
	}
	return false
}
