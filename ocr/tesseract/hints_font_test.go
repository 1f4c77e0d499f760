package tesseract

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/internal/testenv"
)

// The templates are what Debian's font draws: run with -update to draw them anew.
func TestOCRB(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("/usr/share/fonts/opentype/ocr-b/OCRBS.otf")
	testenv.Need(t, "fonts", err)
	outline, err := opentype.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	const advance = 0.723 // of an em, for OCR-B's pitch
	face, err := opentype.NewFace(outline, &opentype.FaceOptions{Size: pitch / advance * fontScale, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewGray(image.Rect(0, 0, len(ocrbAlphabet)*glyphWide, glyphHigh))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for i, c := range ocrbAlphabet {
		ink, _, ok := face.GlyphBounds(c)
		if !ok {
			t.Fatalf("the font has no %c", c)
		}
		d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face}
		d.Dot = fixed.P(i*glyphWide+glyphWide/2, glyphHigh/2).
			Sub(ink.Min.Add(ink.Max).Mul(fixed.I(1) / 2))
		d.DrawString(string(c))
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "ocrb.png", out.Bytes())
}
