package tesseract_test

import (
	"context"
	"errors"
	"image"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

var asked = [][]string{{"GARDEN", "PENCIL", "TRUMPET"}, {"KITCHEN", "STATION", "MARBLE"}, {"FROMAGE", "CHEVAL", "RENARD"}}

// Every scene is read in two of three hands at least, of those the reader was
// developed on: block letters of a pen, a marker and a comic.
func TestReadWordsInEveryScene(t *testing.T) {
	testenv.Need(t, "fonts-handwriting", specimen.HandsAvailable())
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	for i, scene := range specimen.WordScenes {
		t.Run(scene.Name, func(t *testing.T) {
			right := 0
			for j, hand := range []int{0, 2, 3} {
				words := asked[(i+j)%len(asked)]
				img, face := scene.Draw(words, specimen.Hands[hand].Path, uint64(100*i+j))
				got, err := r.ReadWords(t.Context(), img, []ocr.Rect{rectOf(face)})
				if err != nil {
					t.Fatal(err)
				}
				if ocr.ScoreWords(words, got) >= ocr.MinWordScore {
					right++
				} else {
					t.Logf("%s: ReadWords = %q, want %q", specimen.Hands[hand].Name, got, words)
				}
				for _, other := range asked {
					if other[0] != words[0] && ocr.ScoreWords(other, got) >= ocr.MinWordScore {
						t.Errorf("%s: %q passes for %q", specimen.Hands[hand].Name, got, other)
					}
				}
			}
			if right < 2 {
				t.Errorf("read right in %d of 3 hands, want 2", right)
			}
		})
	}
}

func rectOf(r image.Rectangle) ocr.Rect {
	return ocr.Rect{X: r.Min.X, Y: r.Min.Y, W: r.Dx(), H: r.Dy()}
}

// What shows no words passes for none, and breaks nothing.
func TestReadWordsOfNothing(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	testenv.Need(t, "fonts-handwriting", specimen.HandsAvailable())
	r := newReader(t)
	white := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	stripes := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range stripes.Pix {
		stripes.Pix[i] = uint8(255 * (i / 7 % 2)) //nolint:gosec // 0 or 255
	}
	pixels := image.NewGray(image.Rect(0, 0, 1280, 720))
	source := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // reproducible on purpose
	for i := range pixels.Pix {
		pixels.Pix[i] = uint8(source.UintN(256)) //nolint:gosec // a byte
	}
	for name, img := range map[string]image.Image{
		"white": white, "stripes": stripes, "noise": pixels,
		"huge": image.NewGray(image.Rect(0, 0, 7000, 5000)), "wide": image.NewGray(image.Rect(0, 0, 9000, 100)),
		"nobody's paper": specimen.HoldUp(specimen.Holding{Seed: 1}),
		"no paper":       specimen.HoldUp(specimen.Holding{Seed: 2, Bare: true}),
		"shirt":          specimen.HoldUp(specimen.Holding{Seed: 3, Bare: true, Shirt: "CALIFORNIA"}),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := r.ReadWords(t.Context(), img, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, words := range asked {
				if s := ocr.ScoreWords(words, got); s >= ocr.MinWordScore {
					t.Errorf("%q scores %.2f for %q", got, s, words)
				}
			}
		})
	}
}

func TestReadWordsRefusesWhatIsTooSmall(t *testing.T) {
	r := newReader(t)
	for _, img := range []image.Image{nil, image.NewGray(image.Rectangle{}), image.NewGray(image.Rect(0, 0, 1, 1)), image.NewGray(image.Rect(0, 0, 99, 5000))} {
		if words, err := r.ReadWords(t.Context(), img, nil); !errors.Is(err, &ocr.Error{Code: ocr.CodeNoDocument}) {
			t.Errorf("ReadWords(%s) = %q, %v, want %s", size(img), words, err, ocr.CodeNoDocument)
		}
	}
}

// Whoever stopped waiting must not keep a core busy.
func TestReadWordsHonoursTheDeadline(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	img := specimen.HoldUp(specimen.Holding{Words: asked[0], Seed: 4})
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	if words, err := r.ReadWords(ctx, img, nil); !errors.Is(err, context.DeadlineExceeded) || words != nil {
		t.Errorf("ReadWords past its deadline = %q, %v, want none and %v", words, err, context.DeadlineExceeded)
	}
}
