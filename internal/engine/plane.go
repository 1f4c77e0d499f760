package engine

import (
	"image"
	"image/draw"
	"math"

	"github.com/vouchline/vouchline/ocr"
)

// plane is a homography, row by row: it maps points of one plane, such as a
// document seen from straight above, to those of another, its photograph.
type plane [9]float64

func (m plane) apply(p ocr.Point) ocr.Point {
	d := m[6]*p.X + m[7]*p.Y + m[8]
	return ocr.Point{X: (m[0]*p.X + m[1]*p.Y + m[2]) / d, Y: (m[3]*p.X + m[4]*p.Y + m[5]) / d}
}

// inverse is the map back, up to a factor that apply takes out.
func (m plane) inverse() plane {
	return plane{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
}

// onto maps a w by h rectangle to a quadrilateral, corner by corner clockwise
// from the top left one (Heckbert 1989, 2.2.3). False for one that is folded or
// seen edge on.
func onto(w, h float64, q []ocr.Point) (plane, bool) {
	if len(q) != 4 || !convex(q) || w <= 0 || h <= 0 {
		return plane{}, false
	}
	dx1, dx2, sx := q[1].X-q[2].X, q[3].X-q[2].X, q[0].X-q[1].X+q[2].X-q[3].X
	dy1, dy2, sy := q[1].Y-q[2].Y, q[3].Y-q[2].Y, q[0].Y-q[1].Y+q[2].Y-q[3].Y
	det := dx1*dy2 - dx2*dy1
	g, k := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return plane{
		(q[1].X - q[0].X + g*q[1].X) / w, (q[3].X - q[0].X + k*q[3].X) / h, q[0].X,
		(q[1].Y - q[0].Y + g*q[1].Y) / w, (q[3].Y - q[0].Y + k*q[3].Y) / h, q[0].Y,
		g / w, k / h, 1,
	}, true
}

// convex says whether the corners go clockwise about the inside.
func convex(q []ocr.Point) bool {
	for i := range q {
		a, b, c := q[i], q[(i+1)%len(q)], q[(i+2)%len(q)]
		if !((b.X-a.X)*(c.Y-b.Y)-(b.Y-a.Y)*(c.X-b.X) > 0) {
			return false
		}
	}
	return true
}

// inside says whether a point lies in a convex outline.
func inside(p ocr.Point, q []ocr.Point) bool {
	for i := range q {
		a, b := q[i], q[(i+1)%len(q)]
		if !((b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) >= 0) {
			return false
		}
	}
	return len(q) > 0
}

// turned is the similarity about a point, clockwise by degrees.
func turned(about ocr.Point, degrees float64) plane {
	s, c := math.Sincos(degrees * math.Pi / 180)
	return plane{c, -s, about.X - c*about.X + s*about.Y, s, c, about.Y - s*about.X - c*about.Y, 0, 0, 1}
}

// box is the upright box about what a rectangle is mapped to.
func (m plane) box(r image.Rectangle) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range corners(r) {
		p := m.apply(c)
		x0, y0, x1, y1 = min(x0, p.X), min(y0, p.Y), max(x1, p.X), max(y1, p.Y)
	}
	return image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1)))
}

func corners(r image.Rectangle) []ocr.Point {
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	return []ocr.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// sample draws what r of the plane shows in the picture, whose corner is at the
// origin; white beyond its edges.
func (m plane) sample(img image.Image, r image.Rectangle) *image.RGBA {
	bounds := img.Bounds()
	area := m.box(r).Inset(-2).Add(bounds.Min).Intersect(bounds)
	src := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	draw.Draw(src, src.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(src, src.Rect, img, area.Min, draw.Over) // knows the fast ways for what photographs decode to
	off := area.Min.Sub(bounds.Min)
	out := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		for x := range r.Dx() {
			p := m.apply(ocr.Point{X: float64(r.Min.X+x) + 0.5, Y: float64(r.Min.Y+y) + 0.5})
			blend(out.Pix[out.PixOffset(x, y):][:4], src, p.X-float64(off.X)-0.5, p.Y-float64(off.Y)-0.5)
		}
	}
	return out
}

// blend mixes the four pixels about a point.
func blend(dst []uint8, src *image.RGBA, x, y float64) {
	w, h := float64(src.Rect.Dx()), float64(src.Rect.Dy())
	if !(x > -1 && y > -1 && x < w && y < h) || src.Rect.Empty() {
		dst[0], dst[1], dst[2], dst[3] = 255, 255, 255, 255
		return
	}
	x, y = min(max(x, 0), w-1), min(max(y, 0), h-1)
	x0, y0 := int(x), int(y)
	fx, fy := x-float64(x0), y-float64(y0)
	a := src.Pix[src.PixOffset(x0, y0):]
	b := src.Pix[src.PixOffset(min(x0+1, src.Rect.Dx()-1), y0):]
	c := src.Pix[src.PixOffset(x0, min(y0+1, src.Rect.Dy()-1)):]
	d := src.Pix[src.PixOffset(min(x0+1, src.Rect.Dx()-1), min(y0+1, src.Rect.Dy()-1)):]
	for i := range 4 {
		top := float64(a[i])*(1-fx) + float64(b[i])*fx
		bottom := float64(c[i])*(1-fx) + float64(d[i])*fx
		dst[i] = uint8(top*(1-fy) + bottom*fy + 0.5)
	}
}
