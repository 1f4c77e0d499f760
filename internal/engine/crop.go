package engine

import (
	"image"
	"math"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/ocr"
)

// tilted is the roll, in degrees, from which a portrait without outline is taken
// to be printed upright on a document that lies aslant. People hold their heads
// straighter for it (9303-3, 3.9.1.2: at most five degrees).
const tilted = 5

// mostStretched is how much larger a face may become when perspective is taken
// out.
const mostStretched = 3

// proportions are the widths over the heights of documents (9303-4 to 7).
var proportions = map[ocr.Format]float64{
	ocr.TD1: 85.6 / 54, ocr.TD2: 105. / 74, ocr.TD3: 125. / 88, ocr.MRVA: 120. / 80, ocr.MRVB: 105. / 74, ocr.FRID: 105. / 74,
}

// portraitCrop is where a portrait is, in a plane in which it is upright.
type portraitCrop struct {
	plane plane // from that plane to the upright photograph
	area  image.Rectangle
}

// cropOf lays a head and shoulders about a face: hair, chin and as much around
// as a detector needs to find it again. Where the outline is known, its
// perspective is taken out; otherwise a slant is, by the line of the eyes.
func cropOf(f faces.Face, outline []ocr.Point, format ocr.Format) portraitCrop {
	if m, ok := documentPlane(outline, format); ok {
		b := boxIn(m.inverse(), f.Box)
		// A document seen nearly edge on has no end.
		if b.W > 0 && b.W <= mostStretched*f.Box.W && b.H > 0 && b.H <= mostStretched*f.Box.H {
			return portraitCrop{m, widen(b)}
		}
	}
	if roll := f.Roll(); math.Abs(roll) > tilted && math.Abs(roll) < 60 {
		return portraitCrop{turned(middle(f.Box), roll), widen(f.Box)}
	}
	return portraitCrop{plane{1, 0, 0, 0, 1, 0, 0, 0, 1}, widen(f.Box)}
}

// documentPlane is the document from straight above, with as many pixels as the
// photograph has of its longest edge.
func documentPlane(outline []ocr.Point, format ocr.Format) (plane, bool) {
	p := proportions[format]
	if len(outline) != 4 || p == 0 {
		return plane{}, false
	}
	edge := func(i, j int) float64 { return math.Hypot(outline[i].X-outline[j].X, outline[i].Y-outline[j].Y) }
	w := max(edge(0, 1), edge(3, 2), p*edge(0, 3), p*edge(1, 2))
	return onto(w, w/p, outline)
}

// leastCrop is the width below which a portrait is cut out at twice its size: a
// detector does not find a face again that is a few cells of its network. None is
// cut out larger than mostCrop, whatever perspective makes of a photograph.
const (
	leastCrop = 100
	mostCrop  = 2000
)

// picture cuts the portrait out.
func (c portraitCrop) picture(img image.Image) *image.RGBA {
	f := min(1, mostCrop/float64(max(c.area.Dx(), c.area.Dy())))
	if c.area.Dx() < leastCrop {
		f = 2
	}
	if f == 1 {
		return c.plane.sample(img, c.area)
	}
	scaled := c.plane
	for _, i := range []int{0, 1, 3, 4, 6, 7} {
		scaled[i] /= f
	}
	at := func(v int) int { return int(float64(v) * f) }
	return scaled.sample(img, image.Rect(at(c.area.Min.X), at(c.area.Min.Y), at(c.area.Max.X), at(c.area.Max.Y)))
}

// boxIn maps a box and makes the result upright: its middle, and the mean
// lengths of its sides.
func boxIn(m plane, b faces.Box) faces.Box {
	q := []ocr.Point{
		m.apply(ocr.Point{X: b.X, Y: b.Y}), m.apply(ocr.Point{X: b.X + b.W, Y: b.Y}),
		m.apply(ocr.Point{X: b.X + b.W, Y: b.Y + b.H}), m.apply(ocr.Point{X: b.X, Y: b.Y + b.H}),
	}
	side := func(i, j int) float64 { return math.Hypot(q[i].X-q[j].X, q[i].Y-q[j].Y) }
	w, h := (side(0, 1)+side(3, 2))/2, (side(0, 3)+side(1, 2))/2
	c := m.apply(middle(b))
	return faces.Box{X: c.X - w/2, Y: c.Y - h/2, W: w, H: h}
}

// widen turns a face's box into a portrait.
func widen(b faces.Box) image.Rectangle {
	return image.Rect(
		int(math.Floor(b.X-0.35*b.W)), int(math.Floor(b.Y-0.35*b.H)),
		int(math.Ceil(b.X+1.35*b.W)), int(math.Ceil(b.Y+1.3*b.H)),
	)
}

// turn says how an upright photograph came from the one that was taken: degrees
// clockwise, in quarters, and perhaps reduced.
type turn struct {
	upright, original image.Rectangle
	degrees           int
}

// toOriginal maps a place on the upright photograph back.
func (t turn) toOriginal(r image.Rectangle) ocr.Rect {
	w, h := float64(t.upright.Dx()), float64(t.upright.Dy())
	x, y := float64(r.Min.X), float64(r.Min.Y)
	rw, rh := float64(r.Dx()), float64(r.Dy())
	switch t.degrees {
	case 90:
		x, y, rw, rh = y, w-x-rw, rh, rw
		w, h = h, w
	case 180:
		x, y = w-x-rw, h-y-rh
	case 270:
		x, y, rw, rh = h-y-rh, x, rh, rw
		w, h = h, w
	}
	sx, sy := float64(t.original.Dx())/w, float64(t.original.Dy())/h
	return ocr.Rect{
		X: int(math.Round(x * sx)), Y: int(math.Round(y * sy)),
		W: int(math.Round(rw * sx)), H: int(math.Round(rh * sy)),
	}
}

// toUpright maps an outline on the photograph that was taken.
func (t turn) toUpright(outline []ocr.Point) []ocr.Point {
	w, h := float64(t.original.Dx()), float64(t.original.Dy())
	out := make([]ocr.Point, len(outline))
	for i, p := range outline {
		q, tw, th := p, w, h
		switch t.degrees {
		case 90:
			q, tw, th = ocr.Point{X: h - p.Y, Y: p.X}, h, w
		case 180:
			q = ocr.Point{X: w - p.X, Y: h - p.Y}
		case 270:
			q, tw, th = ocr.Point{X: p.Y, Y: w - p.X}, h, w
		}
		out[i] = ocr.Point{X: q.X * float64(t.upright.Dx()) / tw, Y: q.Y * float64(t.upright.Dy()) / th}
	}
	return out
}
