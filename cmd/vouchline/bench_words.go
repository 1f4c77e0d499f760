package main

import (
	"context"
	"errors"
	"image"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// BenchWordsCmd measures the reading of words held up to a camera.
type BenchWordsCmd struct {
	ModelsFlag
	Seed  uint64 `default:"1" help:"Another seed draws other frames."`
	Tune  bool   `help:"Draw the hands the reader was developed on instead of those held out."`
	Every int    `default:"1" help:"Draw every scene in every so many of the hands only, others for each scene."`
}

// wordsPerFrame is how many the live step asks for.
const wordsPerFrame = 3

// Run draws, reads and prints the report.
func (c *BenchWordsCmd) Run(g *Globals) error {
	// The libraries read their limits when they are loaded.
	if limits := engine.Limits(); g.Restart != nil && !engine.Limited() {
		return g.Restart(limits)
	}
	if err := errors.Join(specimen.Available(), specimen.HandsAvailable()); err != nil {
		return err
	}
	text, err := tesseract.New(tesseract.Config{Models: modelFinder(c.Models), Logger: g.Log})
	if err != nil {
		return err
	}
	defer text.Close()
	b := wordBench{seed: c.Seed, tune: c.Tune, every: max(c.Every, 1), read: text.ReadWords, report: newWordsReport()}
	if err := b.run(g.Context); err != nil {
		return err
	}
	b.report.finish()
	if g.JSON {
		return g.WriteJSON(b.report)
	}
	return b.report.print(g)
}

// wordBench draws every scene in every hand, each with words of its own.
type wordBench struct {
	seed   uint64
	tune   bool
	every  int
	read   func(ctx context.Context, img image.Image, avoid []ocr.Rect) ([]string, error)
	report wordsReport
}

func (b *wordBench) run(ctx context.Context) error {
	lists := [][]string{kyc.Words("en"), kyc.Words("fr")}
	for i, scene := range specimen.WordScenes {
		for j, hand := range specimen.Hands {
			if hand.HeldOut == b.tune || (i+j)%b.every != 0 {
				continue
			}
			seed := b.seed*100_000 + uint64(i*100+j) //nolint:gosec // small
			r := rand.New(rand.NewPCG(seed, 1))      //nolint:gosec // reproducible on purpose
			list := lists[r.IntN(len(lists))]
			want := draw(r, list)
			got, err := b.frame(ctx, scene, want, hand.Path, seed)
			if err != nil {
				return err
			}
			b.report.mated(scene.Name, hand.Name, want, got)
			// The same reading against words nobody showed: another session's.
			for range strangers {
				b.report.nonMated(otherWords, draw(r, list), got)
			}
			// An impostor who knows one of the words, or two.
			one, two := draw(r, list), draw(r, list)
			one[0], two[0], two[1] = want[0], want[0], want[1]
			b.report.nonMated(oneRight, one, got)
			b.report.nonMated(twoRight, two, got)
		}
	}
	return b.wordless(ctx, lists)
}

// strangers is how many other sessions' words a reading is held against.
const strangers = 1000

// wordless reads frames that show none of the wanted words.
func (b *wordBench) wordless(ctx context.Context, lists [][]string) error {
	for i := range uint64(wordlessFrames) {
		seed := b.seed*100_000 + 50_000 + i
		r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // reproducible on purpose
		for _, kind := range slices.Sorted(maps.Keys(wordlessKinds)) {
			img, face := wordlessKinds[kind](seed)
			got, err := b.timed(ctx, img, face)
			if err != nil {
				return err
			}
			for range strangers {
				b.report.nonMated(kind, drawFrom(r, lists), got)
			}
		}
	}
	return nil
}

func (b *wordBench) frame(ctx context.Context, scene specimen.WordScene, words []string, hand string, seed uint64) ([]string, error) {
	img, face := scene.Draw(words, hand, seed)
	return b.timed(ctx, img, face)
}

func (b *wordBench) timed(ctx context.Context, img image.Image, face image.Rectangle) ([]string, error) {
	start := cpuTime()
	got, err := b.read(ctx, img, []ocr.Rect{{X: face.Min.X, Y: face.Min.Y, W: face.Dx(), H: face.Dy()}})
	b.report.took(milliseconds(cpuTime() - start))
	return got, err
}

// draw takes different words from a list.
func draw(r *rand.Rand, list []string) []string {
	var out []string
	for len(out) < wordsPerFrame {
		if w := list[r.IntN(len(list))]; !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func drawFrom(r *rand.Rand, lists [][]string) []string { return draw(r, lists[r.IntN(len(lists))]) }

// Kinds of what must not pass.
const (
	otherWords = "other words of the list"
	oneRight   = "one word right"
	twoRight   = "two words right"
)

// wordlessFrames is how many frames of each kind are drawn.
const wordlessFrames = 25

// wordlessKinds draw what shows no words, or words that are nobody's answer.
var wordlessKinds = map[string]func(seed uint64) (image.Image, image.Rectangle){
	"no paper": func(seed uint64) (image.Image, image.Rectangle) {
		h := specimen.Holding{Bare: true, Seed: seed}
		return specimen.HoldUp(h), h.Face()
	},
	"empty paper": func(seed uint64) (image.Image, image.Rectangle) {
		h := specimen.Holding{Seed: seed, Fingers: true, Style: specimen.PaperStyle{Ruling: specimen.Lined}}
		return specimen.HoldUp(h), h.Face()
	},
	"shirt and poster": func(seed uint64) (image.Image, image.Rectangle) {
		h := specimen.Holding{Bare: true, Seed: seed, Shirt: "CALIFORNIA", Poster: []string{"GRAND", "FESTIVAL"}}
		return specimen.HoldUp(h), h.Face()
	},
	"printed page": func(seed uint64) (image.Image, image.Rectangle) {
		h := specimen.Holding{Seed: seed, Words: strings.Fields("THE LETTER OF LAST WEEK ABOUT RENT AND HEATING"), Part: 0.6}
		return specimen.HoldUp(h), h.Face()
	},
	"noise": func(seed uint64) (image.Image, image.Rectangle) { //nolint:unparam // there is no face in noise
		return specimen.Noise(image.NewGray(image.Rect(0, 0, 640, 480)), 90, seed), image.Rectangle{}
	},
}
