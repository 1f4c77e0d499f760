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
	// Pitch is the angle between the camera's axis and straight above, in degrees:
	// a true perspective, about an axis that the seed chooses.
	Pitch   float64
	Surface Surface
	// Cut is the part of the document, by its upright box, that is out of the
	// picture on a side that the seed chooses.
	Cut float64
	// Beside are other documents that lie above and below the first.
	Beside []image.Image
	Seed   uint64
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
	if s.Pitch != 0 || s.Cut != 0 || len(s.Beside) > 0 {
		return aslant(document, s)
	}
	doc, r := copyRGBA(document), source(s.Seed, 6)
	out := surface(s)

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
	put(out, doc, to, shadow)
	return expose(out, s.Seed), Placement{between(corners(doc.Rect), to)}
}

// put lays a document over its shadow.
func put(out, doc *image.RGBA, to, shadow quad) {
	dark := image.NewRGBA(image.Rect(0, 0, 64, 64))
	rectangle(dark, dark.Rect, rgb{38, 30, 24})
	lay(out, dark, shadow, 2)
	lay(out, doc, to, 0.025*float64(doc.Rect.Dx()))
}

// expose is what the camera adds: a lens, an uneven light and grain.
func expose(out *image.RGBA, seed uint64) image.Image {
	return Noise(Shade(Blur(out, 0.7, 0), 0.18, seed), 2.2, seed)
}

// aslant photographs through a pinhole that is not straight above, or not
// straight upon, or upon several.
func aslant(document image.Image, s Shot) (image.Image, Placement) {
	r := source(s.Seed, 11)
	docs := []*image.RGBA{copyRGBA(document)}
	for _, other := range s.Beside {
		docs = append(docs, copyRGBA(other))
	}
	var sizes []point
	for _, d := range docs {
		sizes = append(sizes, point{float64(d.Rect.Dx()), float64(d.Rect.Dy())})
	}
	quads := arrangement(sizes, s.Degrees+(r.Float64()-0.5)*2.4)
	c := newCamera(s.Width, s.Pitch, r.Float64()*2*math.Pi)
	scale := 1.0
	for range 6 { // what a size looks like depends on the size
		box := seen(c, quads, scale)
		scale *= min(s.Share*float64(s.Width)/float64(box.Dx()), 0.94*float64(s.Height)/float64(box.Dy()))
	}
	box := seen(c, quads, scale)
	dx, dy := float64(s.Width-box.Min.X-box.Max.X)/2, float64(s.Height-box.Min.Y-box.Max.Y)/2
	if s.Cut > 0 {
		beyond := point{s.Cut*float64(box.Dx()) + float64(s.Width-box.Dx())/2, s.Cut*float64(box.Dy()) + float64(s.Height-box.Dy())/2}
		side := [4]point{{beyond.x, 0}, {-beyond.x, 0}, {0, beyond.y}, {0, -beyond.y}}[r.IntN(4)]
		dx, dy = dx+side.x, dy+side.y
	}
	out := surface(s)
	for i := len(docs) - 1; i >= 0; i-- {
		quads[i] = c.quad(quads[i].scaled(scale)).moved(dx, dy)
		put(out, docs[i], quads[i], quads[i].moved(0.006*float64(s.Width), 0.006*float64(s.Width)))
	}
	return expose(out, s.Seed), Placement{between(corners(docs[0].Rect), quads[0])}
}

// seen is the box around everything as the camera sees it.
func seen(c camera, quads []quad, scale float64) image.Rectangle {
	var box image.Rectangle
	for _, q := range quads {
		box = box.Union(bounds(c.quad(q.scaled(scale))))
	}
	return box
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
