package specimen

import (
	"image"
	"math/rand/v2"
)

// Side says which side of a TD1 card is drawn; the MRZ is on the back. The
// other formats have one side.
type Side string

// The two sides.
const (
	Front Side = "front"
	Back  Side = "back"
)

// Options say what to draw. The zero value is a passport of RandomPerson(TD3,
// 0) with the drawn face of that seed.
type Options struct {
	Format   Format // TD3 when empty
	Side     Side   // Front when empty
	Person   Person // RandomPerson(Format, Seed) when zero
	Portrait image.Image
	// Face is the box around the face in Portrait, forehead to chin; empty
	// takes the whole image as a portrait that is already framed.
	Face    image.Rectangle
	Seed    uint64
	PerMM   float64 // pixels to the millimetre; 12 when zero
	Pattern float64 // strength of the background pattern; 1 when zero
	MRZFont MRZFont // OCRB when empty; any other is a forgery
	Design  Design
	Printed *Person // whom the print beside the MRZ names; Person when nil
}

// MRZFont is what the MRZ is set in.
type MRZFont string

// OCR-B as 9303-3, 4.3 asks, and what forgers have at hand.
const (
	OCRB     MRZFont = ocrB
	Mono     MRZFont = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
	MonoBold MRZFont = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf"
	Sans     MRZFont = plainText
)

// MRZFonts lists them all.
var MRZFonts = []MRZFont{OCRB, Mono, MonoBold, Sans}

// Truth says what a drawn document holds. Boxes are in its own pixels.
type Truth struct {
	Format   Format
	Side     Side
	Person   Person
	Lines    []string        // exact lines of the MRZ, none on a TD1's front
	MRZ      image.Rectangle // around the printed lines
	Portrait image.Rectangle // of the printed portrait, none on a TD1's back
	Ghost    image.Rectangle // of its smaller copy, where the design has one
}

// Draw draws a flat specimen document as a scanner would see it. It panics
// without the fonts: call Available first.
func Draw(o Options) (image.Image, Truth) {
	o = o.withDefaults()
	l := layouts[o.Format].in(o.Design)
	img := image.NewRGBA(image.Rect(0, 0, int(l.width*o.PerMM), int(l.height*o.PerMM)))
	r := rand.New(rand.NewPCG(o.Seed, 0x5bec)) //nolint:gosec // reproducible on purpose
	truth := Truth{Format: o.Format, Side: o.Side, Person: o.Person}

	background(img, r, o)
	if o.Side == Front {
		truth.Portrait = l.portrait.pixels(o.PerMM)
		printPortrait(img, truth.Portrait, o, r)
		if o.Design.Ghost {
			truth.Ghost = printGhost(img, truth.Portrait, o)
		}
		printVIZ(img, o, l)
	} else {
		printBack(img, o, l)
	}
	if o.Design.Hologram {
		hologram(img, o, l)
	}
	if o.hasMRZ() {
		truth.Lines = MRZ(o.Format, o.Person)
		truth.MRZ = l.mrzBand(len(truth.Lines), len(truth.Lines[0])).pixels(o.PerMM)
		printMRZ(img, truth.Lines, o, l)
	}
	return img, truth
}

// hasMRZ tells whether the side drawn is the one with the MRZ.
func (o Options) hasMRZ() bool { return o.Format != TD1 || o.Side == Back }

func (o Options) withDefaults() Options {
	if o.Format == "" {
		o.Format = TD3
	}
	if o.Side == "" || o.Format != TD1 {
		o.Side = Front
	}
	if o.Person == (Person{}) {
		o.Person = RandomPerson(o.Format, o.Seed)
	}
	if o.Portrait == nil {
		o.Portrait = DrawnFace(o.Seed)
		o.Face = image.Rectangle{}
	}
	if o.PerMM == 0 {
		o.PerMM = 12
	}
	if o.Pattern == 0 {
		o.Pattern = 1
	}
	if o.MRZFont == "" {
		o.MRZFont = OCRB
	}
	if o.Printed == nil {
		o.Printed = &o.Person
	}
	return o
}

// printMRZ sets every character in the middle of its cell.
func printMRZ(img *image.RGBA, lines []string, o Options, l layout) {
	d := o.Design
	f := face(string(o.MRZFont), mrzEm[o.MRZFont]*(1+d.MRZSize)*o.PerMM)
	black := rgb{22, 22, 24}.mix(rgb{225, 225, 225}, d.MRZPale).opaque()
	left := (l.width - float64(len(lines[0]))*pitch) / 2
	for i, line := range lines {
		y := (l.height - l.mrzBottom - float64(len(lines)-1-i)*l.mrzLine) * o.PerMM
		for j, c := range line {
			x := (left+(float64(j)+0.5)*pitch)*o.PerMM - width(f, string(c))/2
			write(img, f, x, y, string(c), black)
			if d.MRZBold > 0 {
				write(img, f, x+d.MRZBold*o.PerMM, y, string(c), black)
			}
		}
	}
}
