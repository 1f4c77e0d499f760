package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// background prints the paper's tint and a pattern of fine lines (guilloche),
// fainter under the MRZ as issuers do.
func background(img *image.RGBA, r *rand.Rand, o Options) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	tint := o.Design.turn(rgb{228 + r.Float64()*22, 228 + r.Float64()*22, 228 + r.Float64()*22})
	for y := range h {
		for x := range w {
			g := 7 * math.Sin(3*float64(x)/float64(w)+2*float64(y)/float64(h))
			set(img, x, y, rgb{tint[0] + g, tint[1] - g, tint[2] + g/2})
		}
	}
	g := ground{img: img, r: r, o: o, quiet: float64(h) - 23.2*o.PerMM}
	if !o.hasMRZ() {
		g.quiet = float64(h)
	}
	switch o.Design.Ground {
	case Rosettes:
		for range 7 {
			g.rosette()
		}
	case Mesh:
		for range 3 {
			g.mesh()
		}
	case Microtext:
		g.microtext()
	default:
		for range 24 {
			g.waves()
		}
	}
}

// ground prints patterns.
type ground struct {
	img   *image.RGBA
	r     *rand.Rand
	o     Options
	quiet float64 // below this y the MRZ begins
}

func (g ground) colour() rgb {
	return g.o.Design.turn(rgb{70 + g.r.Float64()*120, 70 + g.r.Float64()*120, 70 + g.r.Float64()*120})
}

// dot inks one point of a line.
func (g ground) dot(x, y float64, c rgb) {
	opacity := 0.12 * g.o.Pattern
	if y > g.quiet {
		opacity *= 0.45
	}
	ink(g.img, int(x), int(y), c, math.Min(opacity, 0.7))
}

// waves are six parallel lines across the document.
func (g ground) waves() {
	w, h := float64(g.img.Rect.Dx()), float64(g.img.Rect.Dy())
	height, waves := (1+g.r.Float64()*5)*g.o.PerMM, 2+g.r.Float64()*7
	phase, base := g.r.Float64()*7, g.r.Float64()*h
	c := g.colour()
	for line := range 6 {
		shift := float64(line)
		for x := 0.0; x < w; x += 0.5 {
			g.dot(x, base+height*math.Sin(waves*x/w*2*math.Pi+phase+shift*0.35)+shift*g.o.PerMM*0.35, c)
		}
	}
}

// rosette is a figure of many loops about a point, as from a geometric lathe.
func (g ground) rosette() {
	w, h := float64(g.img.Rect.Dx()), float64(g.img.Rect.Dy())
	cx, cy, radius := g.r.Float64()*w, g.r.Float64()*h, (8+14*g.r.Float64())*g.o.PerMM
	loops, depth := float64(11+2*g.r.IntN(9)), 0.3+0.3*g.r.Float64()
	c := g.colour()
	const turns = 5
	step := 0.8 / radius
	for a := 0.0; a < turns*2*math.Pi; a += step {
		d := radius * (1 - depth + depth*math.Sin(loops/turns*a))
		sin, cos := math.Sincos(a)
		g.dot(cx+d*cos, cy+d*sin, c)
	}
}

// mesh is a family of fine straight lines, slightly fanned.
func (g ground) mesh() {
	w, h := float64(g.img.Rect.Dx()), float64(g.img.Rect.Dy())
	angle, apart := g.r.Float64()*math.Pi, (0.9+g.r.Float64())*g.o.PerMM
	sin, cos := math.Sincos(angle)
	c, reach := g.colour(), math.Hypot(w, h)/2
	for across := -reach; across < reach; across += apart {
		for along := -reach; along < reach; along += 0.7 {
			off := across + 0.02*along*math.Sin(across/reach*3)
			g.dot(w/2+along*cos-off*sin, h/2+along*sin+off*cos, c)
		}
	}
}

// microtext repeats a word in lines too small to copy.
func (g ground) microtext() {
	size := 0.9 * g.o.PerMM
	f := face(plainText, size)
	c := g.colour().mix(rgb{255, 255, 255}, math.Max(0, 1-0.28*g.o.Pattern))
	for y := size; y < math.Min(g.quiet, float64(g.img.Rect.Dy())); y += 2.1 * size {
		const words = "SPECIMENSPECIMENSPECIMENSPECIMENSPECIMEN"
		for x := -g.r.Float64() * 20 * size; x < float64(g.img.Rect.Dx()); x += width(f, words) {
			write(g.img, f, x, y, words, c.opaque())
		}
	}
}
