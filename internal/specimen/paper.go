package specimen

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/vector"
)

// Ruling is what is printed on a sheet.
type Ruling string

// The rulings. A school sheet has blue lines and a red margin, a squared one
// lines every 5 mm both ways.
const (
	Plain   Ruling = "plain"
	Lined   Ruling = "lined"
	Squared Ruling = "squared"
)

// PaperStyle says how words are written and on what. The zero value is print in
// black on white, as large as fits.
type PaperStyle struct {
	Hand   string     // a Hand's Path; empty sets DejaVu Sans Bold
	Lower  bool       // in lower case
	Row    bool       // all words in one row instead of one to a line
	Pen    float64    // how much thicker the strokes are, in parts of the letters' height; negative for thinner
	Fill   float64    // part of the sheet's width that the longest word takes; 0.84 when zero
	Jitter float64    // unsteadiness of the hand; 1 is ordinary
	Ink    color.RGBA // near black when zero
	Sheet  color.RGBA // near white when zero
	Ruling Ruling     // Plain when empty
	Screen bool       // a telephone's: black rim, round corners, no texture
	Seed   uint64
}

func (s PaperStyle) withDefaults() PaperStyle {
	if s.Ink == (color.RGBA{}) {
		s.Ink = color.RGBA{24, 24, 30, 255}
	}
	if s.Sheet == (color.RGBA{}) {
		s.Sheet = color.RGBA{240, 240, 236, 255}
	}
	if s.Fill == 0 {
		s.Fill = 0.84
	}
	return s
}

// Paper draws a sheet of w by h pixels with words on it. It panics without the
// fonts: call Available, and HandsAvailable where a Hand writes.
func Paper(words []string, style PaperStyle, w, h int) *image.RGBA {
	s := style.withDefaults()
	sheet := image.NewRGBA(image.Rect(0, 0, w, h))
	r := source(s.Seed, 21)
	draw.Draw(sheet, sheet.Rect, image.NewUniform(s.Sheet), image.Point{}, draw.Src)
	rule(sheet, s.Ruling)
	lines := layoutWords(words, s)
	if len(lines) > 0 {
		s.inscribe(sheet, lines, r)
	}
	if s.Screen {
		rim(sheet)
	}
	return sheet
}

// layoutWords is the lines of the sheet: a word each, or all in a row.
func layoutWords(words []string, s PaperStyle) []string {
	lines := make([]string, 0, len(words))
	for _, w := range words {
		if s.Lower {
			lines = append(lines, strings.ToLower(w))
		} else {
			lines = append(lines, strings.ToUpper(w))
		}
	}
	if s.Row && len(lines) > 0 {
		return []string{strings.Join(lines, " ")}
	}
	return lines
}

// inscribe writes the lines as large as fits.
func (s PaperStyle) inscribe(sheet *image.RGBA, lines []string, r *rand.Rand) {
	path := s.Hand
	if path == "" {
		path = boldText
	}
	hand := newScribe(path, s.Jitter, r)
	w, h := float64(sheet.Rect.Dx()), float64(sheet.Rect.Dy())
	step := h * 0.94 / float64(len(lines))
	height := step * 0.62
	for _, line := range lines {
		height = math.Min(height, s.Fill*w/hand.width(line))
	}
	z := vector.NewRasterizer(sheet.Rect.Dx(), sheet.Rect.Dy())
	for i, line := range lines {
		slack := math.Max(0, w*0.97-hand.width(line)*height*1.03)
		x := slack * (0.5 + 0.3*s.Jitter*(r.Float64()-0.5))
		y := h*0.03 + step*(float64(i)+0.5) + height/2
		hand.write(z, line, x, y, height)
	}
	mask := image.NewAlpha(sheet.Rect)
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	mask = strokes(mask, s.Pen*height, r)
	draw.DrawMask(sheet, sheet.Rect, image.NewUniform(s.Ink), image.Point{}, mask, image.Point{}, draw.Over)
}

// rule prints the lines of a school sheet.
func rule(sheet *image.RGBA, ruling Ruling) {
	if ruling == "" || ruling == Plain {
		return
	}
	blue, red := rgb{150, 170, 205}, rgb{215, 120, 125}
	w, h := sheet.Rect.Dx(), sheet.Rect.Dy()
	thick := max(1, h/170)
	apart := max(4*thick, h/11)
	for y := apart; y < h; y += apart {
		rectangle(sheet, image.Rect(0, y, w, y+thick), blue)
	}
	if ruling == Squared {
		for x := apart; x < w; x += apart {
			rectangle(sheet, image.Rect(x, 0, x+thick, h), blue)
		}
		return
	}
	rectangle(sheet, image.Rect(w/9, 0, w/9+thick, h), red)
}

// rim is the edge of a telephone.
func rim(sheet *image.RGBA) {
	w, h := sheet.Rect.Dx(), sheet.Rect.Dy()
	thick, black := max(2, h/22), rgb{14, 14, 16}
	for _, r := range []image.Rectangle{
		image.Rect(0, 0, w, thick), image.Rect(0, h-thick, w, h), image.Rect(0, 0, thick, h), image.Rect(w-thick, 0, w, h),
	} {
		rectangle(sheet, r, black)
	}
}
