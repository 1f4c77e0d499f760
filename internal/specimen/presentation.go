package specimen

import (
	"image"
	"math"
)

// A Presentation is what is held before the camera: a living person, or the
// species of a presentation attack instrument (ISO/IEC 30107-1, 3.4) made of
// their photograph.
type Presentation string

// The presentations. An attacker tries to do what is asked: turns the sheet,
// comes closer with it and holds up words.
const (
	Living    Presentation = "living"
	Print     Presentation = "print"      // on paper, flat
	BentPrint Presentation = "bent_print" // on paper bent about an upright axis
	CutOut    Presentation = "cut_out"    // on paper with holes through which living eyes look
	Display   Presentation = "display"    // on a screen
	Injected  Presentation = "injected"   // from a virtual camera that moves and turns it, with grain
	Still     Presentation = "still"      // from a virtual camera: one picture and nothing else
)

// Presentations lists them, the living person first.
func Presentations() []Presentation {
	return []Presentation{Living, Print, BentPrint, CutOut, Display, Injected, Still}
}

// can is the part of a pose that the presentation can take.
func (s Presentation) can(p HeadPose) HeadPose {
	switch s {
	case Print, BentPrint, Display, Injected:
		p.EyesClosed = 0
	case Still:
		return HeadPose{}
	default: // the living, and living eyes behind a cut-out
	}
	return p
}

// area is a rectangle of a face, in distances between the eyes.
type area struct{ x0, y0, x1, y1 float64 }

// solid says which part of the texture moves, its relief, and how far behind
// the eyes it turns.
func (s Presentation) solid(a *Actor) (area, relief, float64) {
	if a.ground == nil {
		const reach = 1.95 // of what follows the head
		return area{-reach * headWidth, headMiddle - reach*headHeight, reach * headWidth, headMiddle + 0.9*reach*headHeight}, head, neckAxis
	}
	switch s {
	case BentPrint:
		return sheetArea, bent, 0
	case Injected:
		return area{-7, -5, 7, 7}, flat, 0
	default:
		return sheetArea, flat, 0
	}
}

// sheetArea is what a photograph that is held up shows.
var sheetArea = area{-1.75, -1.9, 1.75, 2.6}

// present makes the texture into a photograph of itself that is held before a
// wall. Prints are of a good printer, without visible dots: the species that
// a detector of dots would find are not the ones to measure movements with.
func (a *Actor) present() {
	switch a.o.Presentation {
	case Print, BentPrint, CutOut:
		a.open = blur(copyRGBA(Cast(Contrast(a.open, 0.88, 0), 0.02, a.o.Seed)), 0.5)
	case Display:
		a.open = copyRGBA(ScreenReplay(a.open, 0.1, a.o.Seed))
	case Injected:
		a.ground = image.NewRGBA(image.Rect(0, 0, a.o.Width, a.o.Height))
		rectangle(a.ground, a.ground.Rect, rgb{})
		return
	default:
		return
	}
	a.border()
	a.ground = wall(a.o.Width, a.o.Height, a.sheet.skin)
}

// border is a print's white margin or a screen's black one.
func (a *Actor) border() {
	const wide = 0.12
	c := rgb{238, 237, 232}
	if a.o.Presentation == Display {
		c = rgb{16, 16, 18}
	}
	for y := range a.open.Rect.Dy() {
		for x := range a.open.Rect.Dx() {
			fx, fy := a.face.from(point{float64(x), float64(y)})
			if fx < sheetArea.x0+wide || fx > sheetArea.x1-wide || fy < sheetArea.y0+wide || fy > sheetArea.y1-wide {
				set(a.open, x, y, c)
			}
		}
	}
}

// wall is a room with the arms of someone who holds something up.
func wall(w, h int, skin rgb) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			set(out, x, y, rgb{176, 172, 164}.scale(1.08-0.22*math.Hypot(float64(x)/float64(w)-0.3, float64(y)/float64(h)-0.2)))
		}
	}
	for _, side := range []float64{0.3, 0.7} {
		ellipse(out, side*float64(w), 0.95*float64(h), 0.05*float64(w), 0.3*float64(h), skin.scale(0.92))
	}
	return blur(out, 1.2)
}
