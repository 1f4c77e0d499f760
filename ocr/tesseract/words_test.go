package tesseract_test

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

func TestReadWordsHeldBeforeACamera(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	for i, tc := range []struct {
		name          string
		words         []string
		width, height int
	}{
		{"small frame", []string{"RIVER", "STONE", "MAPLE"}, 640, 480},
		{"wide frame", []string{"WINDOW", "QUILT", "JUMBO"}, 1280, 720},
		{"French", []string{"FORÊT", "ÉTOILE", "JARDIN"}, 1280, 720},
		{"four words", []string{"TULIP", "COPPER", "MUSIC", "ZEBRA"}, 640, 480},
	} {
		t.Run(tc.name, func(t *testing.T) {
			frame := specimen.Frame(specimen.FilmOptions{
				Person: specimen.DrawnFace(uint64(i)), Words: tc.words,
				Width: tc.width, Height: tc.height, Seed: uint64(i),
			}, i)
			got, err := r.ReadWords(t.Context(), frame, nil)
			if err != nil {
				t.Fatal(err)
			}
			if s := ocr.ScoreWords(tc.words, got); s < 0.9 {
				t.Errorf("ReadWords = %q, score %.2f, want %q", got, s, tc.words)
			}
		})
	}
}

// What is to be avoided is not read: words on a shirt are no answer.
func TestReadWordsAvoids(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	words := []string{"RIVER", "STONE", "MAPLE"}
	frame := specimen.Frame(specimen.FilmOptions{Person: specimen.DrawnFace(1), Words: words, Seed: 1}, 0)
	b := frame.Bounds()
	got, err := r.ReadWords(t.Context(), frame, []ocr.Rect{{X: 0, Y: 0, W: b.Dx() + 50, H: b.Dy()}})
	if err != nil || ocr.ScoreWords(words, got) > 0 {
		t.Errorf("ReadWords avoiding everything = %q, %v, want nothing", got, err)
	}
}

// After a picture without text, nothing of the one before may come back.
func TestReadWordsForgets(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	frame := specimen.Frame(specimen.FilmOptions{Person: specimen.DrawnFace(1), Words: []string{"RIVER", "STONE"}, Seed: 2}, 0)
	if _, err := r.ReadWords(t.Context(), frame, nil); err != nil {
		t.Fatal(err)
	}
	for _, grey := range []uint8{0, 255} {
		empty := image.NewGray(image.Rect(0, 0, 640, 480))
		for i := range empty.Pix {
			empty.Pix[i] = grey
		}
		if got, err := r.ReadWords(t.Context(), empty, nil); err != nil || len(got) > 0 {
			t.Errorf("ReadWords(empty) = %q, %v, want nothing", got, err)
		}
	}
}

// A lamp or the edge of a door is bright and four-sided, too.
func TestReadWordsBesideALamp(t *testing.T) {
	r := newReader(t)
	for _, lamp := range []image.Rectangle{image.Rect(900, 50, 1000, 950), image.Rect(900, 0, 930, 1000), image.Rect(100, 900, 1100, 940)} {
		img := image.NewGray(image.Rect(0, 0, 1200, 1000))
		draw.Draw(img, lamp, image.White, image.Point{}, draw.Src)
		if words, err := r.ReadWords(t.Context(), img, nil); err != nil || len(words) > 0 {
			t.Errorf("ReadWords(lamp %v) = %q, %v, want none", lamp, words, err)
		}
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	r, err := tesseract.New(tesseract.Config{Models: models.Finder{Dirs: []string{t.TempDir()}}, Tessdata: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	img := image.NewGray(image.Rect(0, 0, 300, 200))
	var missing *ocr.UnavailableError
	if _, _, err := r.Read(t.Context(), img); !errors.As(err, &missing) || len(missing.Files) != 2 {
		t.Errorf("Read without models = %v, want both files named", err)
	}
	if _, err := r.ReadWords(t.Context(), img, nil); !errors.As(err, &missing) || len(missing.Files) != 1 {
		t.Errorf("ReadWords without data = %v, want the file named", err)
	}
}

func TestReadRefusesOddPictures(t *testing.T) {
	r := newReader(t)
	for _, img := range []image.Image{
		nil,
		image.NewGray(image.Rect(0, 0, 0, 0)),
		image.NewGray(image.Rect(0, 0, 1, 1)),
		image.NewGray(image.Rect(0, 0, 99, 5000)),
	} {
		if _, _, err := r.Read(t.Context(), img); !errors.Is(err, &ocr.Error{Code: ocr.CodeNoDocument}) {
			t.Errorf("Read(%v) = %v, want %s", size(img), err, ocr.CodeNoDocument)
		}
	}
	for _, b := range []image.Rectangle{image.Rect(0, 0, 100, 4000), image.Rect(0, 0, 4000, 100), image.Rect(50, 60, 550, 460)} {
		if _, _, err := r.Read(t.Context(), image.NewGray(b)); !errors.Is(err, &ocr.Error{Code: ocr.CodeNoDocument}) {
			t.Errorf("Read(black %v) = %v, want %s", b, err, ocr.CodeNoDocument)
		}
	}
}

func size(img image.Image) string {
	if img == nil {
		return "nil"
	}
	return fmt.Sprint(img.Bounds())
}
