package specimen

import (
	"image"
	"math"
)

// Shot says how a document lies before the camera. The zero value is a phone
// held nearly straight above it.
type Shot struct {
	Width, Height int     // of the photograph; 2000 by 1500 when zero
	Share         float64 // of the photograph's width that the document takes; 0.8 when zero
	Degrees       float64 // turned clockwise, on top of a degree or so of chance
	Tilt          float64 // part of its size that a corner is off; 0.012 when zero
	Seed          uint64
}

// Placement maps a document's pixels to the photograph's.
type Placement struct{ m homography }

// Point returns where the document's (x, y) is seen.
func (p Placement) Point(x, y float64) (float64, float64) {
	q := p.m.apply(point{x, y})
	return q.x, q.y
}

// Box returns the upright box around r's place in the photograph.
func (p Placement) Box(r image.Rectangle) image.Rectangle {
	var q quad
	for i, c := range corners(r) {
		q[i] = p.m.apply(c)
	}
	return bounds(q)
}

// Photograph lays a document on a table and photographs it: turned, tilted,
// with a shadow and an uneven light.
func Photograph(document image.Image, s Shot) (image.Image, Placement) {
	s = s.withDefaults()
	doc, r := copyRGBA(document), source(s.Seed, 6)
	out := table(s)

	w, h := float64(doc.Rect.Dx()), float64(doc.Rect.Dy())
	degrees := s.Degrees + (r.Float64()-0.5)*2.4
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	scale := s.Share * float64(s.Width) / w
	// Turned by a quarter, the document's width runs along the short side.
	if reach := math.Abs(w*sin) + math.Abs(h*cos); reach*scale > 0.94*float64(s.Height) {
		scale = 0.94 * float64(s.Height) / reach
	}
	cx := float64(s.Width) * (0.5 + (r.Float64()-0.5)*0.02)
	cy := float64(s.Height) * (0.5 + (r.Float64()-0.5)*0.02)
	place := func(dx float64) quad {
		var q quad
		for i, c := range corners(doc.Rect) {
			x, y := (c.x-w/2)*scale, (c.y-h/2)*scale
			q[i] = point{cx + x*cos - y*sin + dx, cy + x*sin + y*cos + dx}
		}
		return q
	}
	to, shadow := place(0), place(0.006*float64(s.Width))
	for i := range to {
		dx, dy := (r.Float64()*2-1)*s.Tilt*w*scale, (r.Float64()*2-1)*s.Tilt*h*scale
		to[i] = point{to[i].x + dx, to[i].y + dy}
		shadow[i] = point{shadow[i].x + dx, shadow[i].y + dy}
	}
	dark := image.NewRGBA(image.Rect(0, 0, 64, 64))
	rectangle(dark, dark.Rect, rgb{38, 30, 24})
	lay(out, dark, shadow, 2)
	lay(out, doc, to, 0.025*w)
	return Noise(Shade(Blur(out, 0.7, 0), 0.18, s.Seed), 2.2, s.Seed), Placement{between(corners(doc.Rect), to)}
}

func (s Shot) withDefaults() Shot {
	if s.Width == 0 || s.Height == 0 {
		s.Width, s.Height = 2000, 1500
	}
	if s.Share == 0 {
		s.Share = 0.8
	}
	if s.Tilt == 0 {
		s.Tilt = 0.012
	}
	return s
}

// table is a wooden board: planks of slightly different brown with grain along
// them.
func table(s Shot) *image.RGBA {
	r := source(s.Seed, 7)
	out := image.NewRGBA(image.Rect(0, 0, s.Width, s.Height))
	wood := rgb{118 + r.Float64()*40, 84 + r.Float64()*26, 58 + r.Float64()*20}
	plank, grain := float64(s.Height)/4.3, make([]float64, s.Height)
	for y := range grain {
		grain[y] = r.NormFloat64()
		if y > 0 {
			grain[y] = 0.8*grain[y-1] + 0.6*grain[y]
		}
	}
	tones := [6]float64{}
	for i := range tones {
		tones[i] = 1 + (r.Float64()-0.5)*0.14
	}
	phase := r.Float64() * 6
	for y := range s.Height {
		for x := range s.Width {
			bend := float64(y) + 5*math.Sin(float64(x)/float64(s.Width)*4+phase)
			row := min(max(int(bend), 0), s.Height-1)
			board := min(int(math.Max(bend, 0)/plank), 5)
			tone := tones[board] * (1 + 0.022*grain[row])
			if math.Mod(math.Max(bend, 0), plank) < 2.5 {
				tone *= 0.62
			}
			set(out, x, y, wood.scale(tone))
		}
	}
	return out
}
