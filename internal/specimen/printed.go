package specimen

import (
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// PrintedAmounts say how far a portrait is from the photograph it was printed
// from. UsualPrint and StrongPrint are two of them; a known amount of each is
// what makes error rates on them repeatable.
type PrintedAmounts struct {
	// FaceLow and FaceHigh bound the height of the face in the phone's
	// photograph of the document, in pixels.
	FaceLow, FaceHigh float64
	// Colour is the largest part of the colour that is left; the least is a
	// third of it.
	Colour float64
	// Contrast is the part of the contrast that is left, on paper of a tint.
	Contrast float64
	// Dots is the depth of the halftone, 0 to 1, and Period the way from dot to
	// dot in pixels.
	Dots, Period float64
	// Blur is the standard deviation of printer, laminate and lens together.
	Blur float64
	// Glare is how much of white the laminate's reflection adds at its brightest.
	Glare float64
	// Noise is the sensor's standard deviation, of 255.
	Noise float64
	// Quality is the JPEG quality of the photograph.
	Quality float64
}

// UsualPrint is a portrait in a document in good order, StrongPrint one in a
// worn document photographed under poor light. Colour, contrast and dots were
// set by the look of specimen documents, not by any face comparison.
var (
	UsualPrint  = PrintedAmounts{FaceLow: 100, FaceHigh: 140, Colour: 0.6, Contrast: 0.8, Dots: 0.25, Period: 2.6, Blur: 0.8, Glare: 0.12, Noise: 3, Quality: 75}
	StrongPrint = PrintedAmounts{FaceLow: 70, FaceHigh: 100, Colour: 0.3, Contrast: 0.65, Dots: 0.4, Period: 2.4, Blur: 1.1, Glare: 0.25, Noise: 6, Quality: 55}
)

// Printed is the portrait of a document as a phone photographs it, made of a
// photograph of the person: cut to head and shoulders, made small, pale and
// dotted on tinted paper, seen through a laminate, compressed. box is the face
// in person; empty takes person for a framed portrait.
func Printed(person image.Image, box image.Rectangle, a PrintedAmounts, seed uint64) image.Image {
	r := source(seed, 41)
	box = faceOrMiddle(person, box)
	height := a.FaceLow + r.Float64()*(a.FaceHigh-a.FaceLow)
	out := headAndShoulders(person, box, height)
	out = blur(a.ink(out, r), a.Blur)
	out = a.laminate(out, r)
	return JPEG(Noise(out, a.Noise, seed), a.Quality, seed)
}

// headAndShoulders cuts a portrait of 4 by 5 in which the face has a height.
func headAndShoulders(person image.Image, box image.Rectangle, height float64) *image.RGBA {
	const above, times = 0.45, 1.9 // of the face's height: room over the face, whole portrait
	h := times * float64(box.Dy())
	w := 0.8 * h
	left, top := float64(box.Min.X+box.Max.X)/2-w/2, float64(box.Min.Y)-above*float64(box.Dy())
	from := image.Rect(int(left), int(top), int(left+w), int(top+h))
	scale := height / float64(box.Dy())
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(w*scale)), max(1, int(h*scale))))
	b := person.Bounds()
	in := copyRGBA(person)
	draw.CatmullRom.Scale(out, out.Rect, extend(in, from.Sub(b.Min)), from.Sub(b.Min), draw.Src, nil)
	return out
}

// ink prints: less colour, less contrast, a paper of a tint, and dots whose
// size follows the tone.
func (a PrintedAmounts) ink(in *image.RGBA, r *rand.Rand) *image.RGBA {
	colour := a.Colour * (1 + 2*r.Float64()) / 3
	paper := rgb{244 + 8*(r.Float64()-0.5), 240 + 8*(r.Float64()-0.5), 230 + 16*(r.Float64()-0.5)}
	sin, cos := math.Sincos((15 + 60*r.Float64()) * math.Pi / 180)
	screen := display{pitch: a.Period, sin: sin, cos: cos, x: r.Float64(), y: r.Float64()}
	out := image.NewRGBA(in.Rect)
	for y := range in.Rect.Dy() {
		for x := range in.Rect.Dx() {
			c := at(in, x, y)
			v := luminance(c)
			c = rgb{v, v, v}.mix(c, colour)
			// The dot's threshold moves the tone up or down: what the lens leaves of
			// a dot that is there or not.
			dot := 255 * a.Dots * (0.5 - screen.dot(float64(x)+0.5, float64(y)+0.5))
			for i := range c {
				c[i] = (128 + (c[i]-128)*a.Contrast + dot*tone(v)) * paper[i] / 255
			}
			set(out, x, y, c)
		}
	}
	return out
}

// tone is how strongly dots show at a brightness: in the middle tones, not on
// bare or on full ink.
func tone(v float64) float64 {
	off := 2*v/255 - 1
	return 1 - off*off
}

// laminate lifts the shadows and reflects a window somewhere.
func (a PrintedAmounts) laminate(in *image.RGBA, r *rand.Rand) *image.RGBA {
	w, h := float64(in.Rect.Dx()), float64(in.Rect.Dy())
	cx, cy, radius := w*r.Float64(), h*r.Float64(), (0.3+0.3*r.Float64())*h
	veil := 0.5 * a.Glare * r.Float64()
	for y := range in.Rect.Dy() {
		for x := range in.Rect.Dx() {
			dx, dy := (float64(x)-cx)/radius, (float64(y)-cy)/radius
			set(in, x, y, at(in, x, y).mix(rgb{255, 255, 255}, veil+a.Glare*math.Exp(-(dx*dx+dy*dy))))
		}
	}
	return in
}
