package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// Surface is what documents lie on.
type Surface int

// The surfaces.
const (
	Wood     Surface = iota
	Cloth            // woven, of any colour
	Keyboard         // keys in rows, each with a letter
	Papers           // sheets with lines of text
	Slate            // dark and plain
)

// Surfaces counts them.
const Surfaces = 5

func surface(s Shot) *image.RGBA {
	if s.Surface == Wood {
		return table(s)
	}
	out := image.NewRGBA(image.Rect(0, 0, s.Width, s.Height))
	r := source(s.Seed, 9)
	switch s.Surface {
	case Cloth:
		weave(out, r)
	case Keyboard:
		keys(out, r)
	case Papers:
		rectangle(out, out.Rect, rgb{120, 118, 112})
		for range 5 {
			sheetOfText(out, s, r)
		}
	default:
		c := rgb{38 + r.Float64()*30, 40 + r.Float64()*30, 44 + r.Float64()*30}
		rectangle(out, out.Rect, c)
	}
	return out
}

func weave(out *image.RGBA, r *rand.Rand) {
	c := rgb{60 + r.Float64()*150, 60 + r.Float64()*150, 60 + r.Float64()*150}
	thread := 3 + r.Float64()*4
	ridge := func(v float64) float64 { return math.Sin(v*math.Pi) * math.Sin(v*math.Pi) }
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			u, v := float64(x)/thread, float64(y)/thread
			f := ridge(v)
			if (int(u)+int(v))%2 == 1 {
				f = ridge(u)
			}
			set(out, x, y, c.scale(0.8+0.22*f+0.04*r.Float64()))
		}
	}
}

func keys(out *image.RGBA, r *rand.Rand) {
	rectangle(out, out.Rect, rgb{26, 26, 30})
	key := float64(out.Rect.Dx()) / 13
	f := face(plainText, key*0.3)
	for row := range int(float64(out.Rect.Dy())/key) + 1 {
		for column := -1; column < 14; column++ {
			x, y := (float64(column)+0.3*float64(row%3))*key, float64(row)*key
			top := image.Rect(int(x+key*0.06), int(y+key*0.06), int(x+key*0.94), int(y+key*0.94))
			rectangle(out, top, rgb{54, 54, 60}.scale(0.9+0.2*r.Float64()))
			write(out, f, x+key*0.2, y+key*0.42, string(rune('A'+r.IntN(26))), rgb{205, 205, 210}.opaque())
		}
	}
}

var prose = []string{"the", "letter", "of", "last", "week", "Tuesday", "meeting", "was", "held", "about", "rent", "and", "heating", "in", "both", "houses"}

// sheetOfText lays a printed page somewhere on the surface.
func sheetOfText(out *image.RGBA, s Shot, r *rand.Rand) {
	page := image.NewRGBA(image.Rect(0, 0, 420, 594))
	rectangle(page, page.Rect, rgb{236, 236, 230})
	f := face(serifText, 13)
	for y := 50.0; y < 560; y += 19 {
		line := ""
		for width(f, line) < 300 {
			line += prose[r.IntN(len(prose))] + " "
		}
		write(page, f, 40, y, line, rgb{50, 50, 54}.opaque())
	}
	sin, cos := math.Sincos((r.Float64() - 0.5) * 1.6)
	scale := float64(s.Width) / 900
	cx, cy := r.Float64()*float64(s.Width), r.Float64()*float64(s.Height)
	var to quad
	for i, c := range corners(page.Rect) {
		x, y := (c.x-210)*scale, (c.y-297)*scale
		to[i] = point{cx + x*cos - y*sin, cy + x*sin + y*cos}
	}
	lay(out, page, to, 0)
}
