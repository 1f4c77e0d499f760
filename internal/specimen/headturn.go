package specimen

import (
	"image"
	"math"
)

// distance of the camera from the eyes, in distances between the eyes: an
// arm's length.
const distance = 9

// facial puts a face into a picture that it is taken from.
type facial struct {
	origin point // between the eyes
	along  point // from there, one distance between the eyes to the person's left
}

// faceFrame reads the frame from the five points: right and left eye, nose,
// right and left corner of the mouth. A turned head's eyes come together, so
// the length of the face counts as well.
func faceFrame(m [5]point) facial {
	eyes := point{(m[0].x + m[1].x) / 2, (m[0].y + m[1].y) / 2}
	mouth := point{(m[3].x + m[4].x) / 2, (m[3].y + m[4].y) / 2}
	dx, dy := m[1].x-m[0].x, m[1].y-m[0].y
	wide := math.Max(1, math.Hypot(dx, dy))
	unit := math.Max(wide, math.Hypot(mouth.x-eyes.x, mouth.y-eyes.y)/1.15)
	return facial{origin: eyes, along: point{dx / wide * unit, dy / wide * unit}}
}

// to takes a place on the face into the picture.
func (f facial) to(x, y float64) point {
	return point{f.origin.x + x*f.along.x - y*f.along.y, f.origin.y + x*f.along.y + y*f.along.x}
}

// from takes a place in the picture to the face.
func (f facial) from(p point) (x, y float64) {
	dx, dy := p.x-f.origin.x, p.y-f.origin.y
	unit := f.along.x*f.along.x + f.along.y*f.along.y
	return (dx*f.along.x + dy*f.along.y) / unit, (dy*f.along.x - dx*f.along.y) / unit
}

// turned is a pose as sines and cosines.
type turned struct {
	sinYaw, cosYaw, sinPitch, cosPitch, sinRoll, cosRoll float64
	nearer                                               float64
}

func turn(p HeadPose) turned {
	const degree = math.Pi / 180
	t := turned{nearer: 1 + p.Nearer}
	t.sinYaw, t.cosYaw = math.Sincos(p.Yaw * degree)
	t.sinPitch, t.cosPitch = math.Sincos(p.Pitch * degree)
	t.sinRoll, t.cosRoll = math.Sincos(p.Roll * degree)
	return t
}

// apply turns a point that stands z out of the face about the axis behind it,
// and looks at it from nearer. In the pose of the photograph a point stays
// where it is: its perspective is in the photograph already.
func (t turned) apply(x, y, z, axis float64) (px, py, pz float64) {
	before := distance - z
	y, z = y-headMiddle, z+axis
	x, z = x*t.cosYaw+z*t.sinYaw, z*t.cosYaw-x*t.sinYaw
	y, z = y*t.cosPitch-z*t.sinPitch, z*t.cosPitch+y*t.sinPitch
	x, y = x*t.cosRoll-y*t.sinRoll, x*t.sinRoll+y*t.cosRoll
	y, z = y+headMiddle, z-axis
	near := before / (distance/t.nearer - z)
	return x * near, y * near, z
}

// vertex is a point of the mesh: where it is in the texture and where it is
// seen.
type vertex struct{ u, v, x, y, z float64 }

// depth is a picture with the nearest thing drawn at every pixel.
type depth struct {
	out  *image.RGBA
	near []float64
}

func newDepth(out *image.RGBA) *depth {
	d := &depth{out: out, near: make([]float64, out.Rect.Dx()*out.Rect.Dy())}
	for i := range d.near {
		d.near[i] = math.Inf(-1)
	}
	return d
}

// triangle draws a piece of the texture unless something nearer is there.
func (d *depth) triangle(texture *image.RGBA, a, b, c vertex) {
	area := (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y)
	if area <= 0 { // seen from behind
		return
	}
	x0, x1 := span(a.x, b.x, c.x, d.out.Rect.Dx())
	y0, y1 := span(a.y, b.y, c.y, d.out.Rect.Dy())
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			px, py := float64(x)+0.5, float64(y)+0.5
			wb := ((px-a.x)*(c.y-a.y) - (c.x-a.x)*(py-a.y)) / area
			wc := ((b.x-a.x)*(py-a.y) - (px-a.x)*(b.y-a.y)) / area
			wa := 1 - wb - wc
			if wa < 0 || wb < 0 || wc < 0 {
				continue
			}
			z := wa*a.z + wb*b.z + wc*c.z
			at := y*d.out.Rect.Dx() + x
			if z < d.near[at] {
				continue
			}
			d.near[at] = z
			blend(d.out.Pix[y*d.out.Stride+4*x:], texture, wa*a.u+wb*b.u+wc*c.u, wa*a.v+wb*b.v+wc*c.v)
		}
	}
}

// span is the range whose middles may lie between three places.
func span(a, b, c float64, end int) (from, to int) {
	low, high := math.Min(a, math.Min(b, c)), math.Max(a, math.Max(b, c))
	return max(0, int(math.Floor(low-0.5))), min(end, int(math.Ceil(high+0.5)))
}

// blend writes the texture's colour between its pixels, in whole numbers since
// it runs for every pixel of every frame.
func blend(to []byte, from *image.RGBA, u, v float64) {
	u, v = math.Max(0, u-0.5), math.Max(0, v-0.5)
	x, y := min(int(u), from.Rect.Dx()-2), min(int(v), from.Rect.Dy()-2)
	fx, fy := min(int(256*(u-float64(x))), 256), min(int(256*(v-float64(y))), 256)
	a, b, c, e := (256-fx)*(256-fy), fx*(256-fy), (256-fx)*fy, fx*fy
	top := from.Pix[y*from.Stride+4*x:]
	low := from.Pix[(y+1)*from.Stride+4*x:]
	for i := range 3 {
		to[i] = uint8((a*int(top[i]) + b*int(top[i+4]) + c*int(low[i]) + e*int(low[i+4])) >> 16) //nolint:gosec // a mean of bytes
	}
	to[3] = 255
}

// zoom draws all of from, enlarged by scale about a point that is seen at
// another; beyond its edges it repeats them.
func zoom(out, from *image.RGBA, about, seen point, scale float64) {
	w, h := out.Rect.Dx(), out.Rect.Dy()
	columns, parts := make([]int, w), make([]int, w)
	for x := range w {
		columns[x], parts[x] = between256(about.x+(float64(x)+0.5-seen.x)/scale, from.Rect.Dx())
	}
	for y := range h {
		top, fy := between256(about.y+(float64(y)+0.5-seen.y)/scale, from.Rect.Dy())
		upper, lower := from.Pix[top*from.Stride:], from.Pix[(top+1)*from.Stride:]
		row := out.Pix[y*out.Stride : y*out.Stride+4*w]
		for x := range w {
			i, fx := 4*columns[x], parts[x]
			a, b := upper[i:i+8:i+8], lower[i:i+8:i+8]
			to := row[4*x : 4*x+4 : 4*x+4]
			for c := range 3 {
				high := int(a[c])<<8 + fx*(int(a[c+4])-int(a[c]))
				low := int(b[c])<<8 + fx*(int(b[c+4])-int(b[c]))
				to[c] = uint8((high<<8 + fy*(low-high)) >> 16) //nolint:gosec // a mean of bytes
			}
			to[3] = 255
		}
	}
}

// between256 is the pixel before a place along a side, and how many 256ths of
// the way to the next one the place lies.
func between256(at float64, side int) (pixel, part int) {
	at = math.Max(0, at-0.5)
	pixel = min(int(at), side-2)
	return pixel, min(int(256*(at-float64(pixel))), 256)
}
