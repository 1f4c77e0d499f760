package ocrb_test

import (
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/draw"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr/ocrb"
)

// TestWeights: new weights are a decision. Change the digest with them, and the
// figures of ADR 0012.
func TestWeights(t *testing.T) {
	b, err := os.ReadFile("weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	const want = "0f8375dd80ced4c4a90ebc2075b7528a628ab797e906631230cb15071887c7b0"
	sum := sha256.Sum256(b)
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("weights.bin has SHA-256 %s, want %s", got, want)
	}
	if _, err := ocrb.New(b[1:]); err == nil {
		t.Error("New took a broken file")
	}
}

func TestLineWithoutRoom(t *testing.T) {
	for name, tt := range map[string]struct {
		img   *image.Gray
		cells int
	}{
		"no picture":     {nil, 44},
		"no pixels":      {image.NewGray(image.Rectangle{}), 44},
		"narrow":         {image.NewGray(image.Rect(0, 0, 60, 45)), 44},
		"one cell":       {image.NewGray(image.Rect(0, 0, 900, 45)), 1},
		"flat":           {image.NewGray(image.Rect(0, 0, 900, 3)), 44},
		"no cells":       {image.NewGray(image.Rect(0, 0, 900, 45)), 0},
		"too many cells": {image.NewGray(image.Rect(0, 0, 9000, 45)), 1000},
	} {
		if got := ocrb.Default().Line(tt.img, tt.cells); len(got.Cells) != 0 {
			t.Errorf("%s: Line has %d cells, want none", name, len(got.Cells))
		}
	}
}

// TestLineOfNothing: an even picture has cells, and nothing in them.
func TestLineOfNothing(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 1000, 45))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{Y: 200}), image.Point{}, draw.Src)
	if l := ocrb.Default().Line(img, 44); l.Fit > 0.5 {
		t.Errorf("Fit of an empty line = %.2f, want at most 0.5", l.Fit)
	}
}

// drawnLine is a line of a drawn document, cut out as ocr/tesseract does:
// characters half as high as the picture, paper at the ends.
type drawnLine struct {
	img  *image.Gray
	text string
}

// drawnLines draws a document of each format.
func drawnLines(t testing.TB, formats ...specimen.Format) []drawnLine {
	t.Helper()
	testenv.Need(t, "fonts-ocr-b", specimen.Available())
	const perMM = 7
	var out []drawnLine
	for seed, f := range formats {
		img, truth := specimen.Draw(specimen.Options{Format: f, Side: specimen.Back, Seed: uint64(seed + 40), PerMM: perMM})
		out = append(out, strips(img, truth, perMM)...)
	}
	return out
}

// strips cuts out the lines. The box of the MRZ goes from three quarters of an
// em above the first baseline to a twelfth below the last.
func strips(img image.Image, truth specimen.Truth, perMM float64) []drawnLine {
	const pitch, height, em, above, below = 2.54, 2.5, 3.513, 0.75, 0.08
	n := len(truth.Lines)
	box := truth.MRZ
	leading := (float64(box.Dy()) - (above+below)*em*perMM) / float64(max(n-1, 1))
	up, end := 1.9/2*height*perMM, 1.2*height*perMM
	var out []drawnLine
	for i, text := range truth.Lines {
		y := float64(box.Min.Y) + above*em*perMM + float64(i)*leading - height/2*perMM
		r := image.Rect(int(float64(box.Min.X)-end), int(y-up), int(float64(box.Max.X)+end), int(y+up))
		strip := image.NewGray(image.Rectangle{Max: r.Size()})
		draw.Draw(strip, strip.Rect, img, r.Min, draw.Src)
		out = append(out, drawnLine{strip, text})
	}
	return out
}

func gray(img image.Image) *image.Gray {
	out := image.NewGray(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// The budget of lines read exactly. It fails when reading gets worse; tighten
// it when reading gets better.
func TestLineDrawnDocuments(t *testing.T) {
	lines := drawnLines(t, specimen.TD1, specimen.TD2, specimen.TD3, specimen.MRVA, specimen.MRVB)
	tests := []struct {
		name   string
		do     specimen.Degradation
		amount float64
		budget int // lines not exact
	}{
		{"clean", specimen.Scale, 1, 0},
		{"blur", specimen.Blur, 1.8, 0},
		{"noise", specimen.Noise, 40, 0},
		{"jpeg", specimen.JPEG, 12, 0},
		{"contrast", specimen.Contrast, 0.2, 0},
		{"shade", specimen.Shade, 0.8, 0},
		{"small", specimen.Scale, 0.5, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wrong := 0
			for i, d := range lines {
				l := ocrb.Default().Line(gray(tt.do(d.img, tt.amount, uint64(i))), len(d.text))
				if l.Best() != d.text {
					wrong++
					t.Logf("read %q, want %q", l.Best(), d.text)
				}
				if l.Fit < 0.9 || l.OCRB() < 0.8 {
					t.Errorf("Fit = %.2f, OCRB = %.2f of %q", l.Fit, l.OCRB(), d.text)
				}
			}
			if wrong > tt.budget {
				t.Errorf("%d of %d lines not exact, want at most %d", wrong, len(lines), tt.budget)
			}
		})
	}
}

// TestLineUpsideDown: what stands on its head holds no line.
func TestLineUpsideDown(t *testing.T) {
	for _, d := range drawnLines(t, specimen.TD3) {
		up := ocrb.Default().Line(d.img, len(d.text))
		slices.Reverse(d.img.Pix)
		if down := ocrb.Default().Line(d.img, len(d.text)); down.Fit > up.Fit/2 {
			t.Errorf("Fit = %.2f upside down, %.2f upright", down.Fit, up.Fit)
		}
	}
}

// TestLineOfPart: a part of a larger picture reads as its copy does.
func TestLineOfPart(t *testing.T) {
	d := drawnLines(t, specimen.TD3)[0]
	whole := image.NewGray(image.Rect(0, 0, d.img.Rect.Dx()+50, d.img.Rect.Dy()+30))
	at := d.img.Rect.Add(image.Pt(20, 10))
	draw.Draw(whole, at, d.img, image.Point{}, draw.Src)
	part, _ := whole.SubImage(at).(*image.Gray)
	want := ocrb.Default().Line(d.img, len(d.text))
	if diff := cmp.Diff(want, ocrb.Default().Line(part, len(d.text))); diff != "" {
		t.Errorf("a part reads differently from its copy:\n%s", diff)
	}
}

// TestLineReproducible: passes are used again, and must not remember.
func TestLineReproducible(t *testing.T) {
	lines := drawnLines(t, specimen.TD3)
	first := ocrb.Default().Line(lines[0].img, 44)
	_ = ocrb.Default().Line(lines[1].img, 36)
	if diff := cmp.Diff(first, ocrb.Default().Line(lines[0].img, 44)); diff != "" {
		t.Errorf("the same line read twice differs:\n%s", diff)
	}
}

func BenchmarkLine(b *testing.B) {
	lines := drawnLines(b, specimen.TD3)
	for b.Loop() {
		ocrb.Default().Line(lines[0].img, 44)
	}
}
