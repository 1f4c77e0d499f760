package specimen

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Debian's packages fonts-ocr-b and fonts-dejavu-core. Of the OCR-B files only
// OCRBS.otf will do: the others' outlines use the operator flex1, which
// golang.org/x/image cannot read, and their '<' and '8' come out blank.
const (
	ocrB      = "/usr/share/fonts/opentype/ocr-b/OCRBS.otf"
	plainText = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
	boldText  = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
	serifText = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
	serifBold = "/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf"
)

var outlines = loaders(ocrB, plainText, boldText, string(Mono), string(MonoBold), serifText, serifBold)

func loaders(paths ...string) map[string]func() (*opentype.Font, error) {
	out := map[string]func() (*opentype.Font, error){}
	for _, path := range paths {
		out[path] = sync.OnceValues(func() (*opentype.Font, error) { return parseFont(path) })
	}
	return out
}

func parseFont(path string) (*opentype.Font, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("install Debian's packages fonts-ocr-b and fonts-dejavu-core: %w", err)
	}
	return opentype.Parse(b)
}

// Available returns nil when the fonts are installed. A test calls
// testenv.Need(t, "fonts-ocr-b", specimen.Available()) before it draws.
func Available() error {
	for _, load := range outlines {
		if _, err := load(); err != nil {
			return err
		}
	}
	return nil
}

// face returns the font at a size in pixels per em. A face is not safe for
// concurrent use, so every drawing makes its own.
func face(path string, size float64) font.Face {
	outline, err := outlines[path]()
	if err == nil {
		var f font.Face
		f, err = opentype.NewFace(outline, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err == nil {
			return f
		}
	}
	panic("specimen: " + err.Error() + " (call Available first)")
}

// covers tells whether the font has every letter of s. The serif and the fixed
// cut of DejaVu lack some of Vietnamese.
func covers(path, s string) bool {
	outline, err := outlines[path]()
	if err != nil {
		return true // face says so
	}
	var b sfnt.Buffer
	for _, c := range s {
		if i, err := outline.GlyphIndex(&b, c); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// write draws s with its baseline starting at (x, y).
func write(img *image.RGBA, f font.Face, x, y float64, s string, c color.Color) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: f, Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}}
	d.DrawString(s)
}

// width returns how many pixels s takes.
func width(f font.Face, s string) float64 {
	return float64(font.MeasureString(f, s)) / 64
}
