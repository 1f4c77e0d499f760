package press

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// shot is a photograph of a plate and where the characters are in it.
type shot struct {
	picture grid
	pitch   float64
	centres []float64 // columns
}

// photograph takes a plate from an angle at a resolution drawn at random.
func photograph(r *rand.Rand, plate grid, cells int) shot {
	pitch := 6 * math.Pow(4, math.Sqrt(r.Float64())) // coarse ones are rarer, for they teach less
	k := pitch / platePitch
	plate.blur(0.4*(1/k-0.6), 0.4*(1/k-0.6))
	w, h := int(float64(plate.w)*k), int(float64(plate.h)*k)
	g := paper(r, w, h, pitch)
	ink := uniform(r, 0.05, 0.5)
	if r.IntN(4) == 0 {
		ink = uniform(r, 0.5, 0.7)
	}
	view := newAngle(r, float64(plate.w))
	for y := range h {
		row := g.row(y)
		for x := range row {
			px, py := view.plate((float64(x)+0.5-float64(w)/2)/k, (float64(y)+0.5-float64(h)/2)/k)
			cover := float64(plate.at(px+float64(plate.w)/2-0.5, py+plateMiddle-0.5))
			row[x] *= float32(1 - cover*(1-ink))
		}
	}
	expose(r, g, pitch)
	s := shot{picture: g, pitch: pitch}
	for i := range cells {
		s.centres = append(s.centres, view.column(centre(i)-float64(plate.w)/2)*k+float64(w)/2)
	}
	return s
}

// angle leads from the photograph to the plate, both from their middles and in
// pixels of the plate.
type angle struct{ bend, fan, slope, lean float64 }

func newAngle(r *rand.Rand, width float64) angle {
	return angle{
		bend:  uniform(r, -0.06, 0.06) / width,
		fan:   uniform(r, -0.06, 0.06) / width,
		slope: uniform(r, -0.004, 0.004),
		lean:  uniform(r, -0.16, 0.16),
	}
}

func (a angle) plate(x, y float64) (px, py float64) {
	return x + a.bend*x*x + a.lean*y, y + a.fan*x*y + a.slope*x
}

// column is where a column of the plate is in the photograph.
func (a angle) column(px float64) float64 {
	x := px
	for range 4 { // converges fast: the bend is small
		x = px - a.bend*x*x
	}
	return x
}

// expose is what lens, hand, lamp, sensor and file do to the picture.
func expose(r *rand.Rand, g grid, pitch float64) {
	soft := uniform(r, 0.2, 0.9)
	if r.IntN(3) == 0 {
		soft = max(soft, pitch*uniform(r, 0.04, 0.16))
	}
	g.blur(soft, soft*uniform(r, 0.7, 1.3))
	if r.IntN(6) == 0 {
		shake(g, pitch*uniform(r, 0.05, 0.3), uniform(r, 0, math.Pi))
	}
	if r.IntN(8) == 0 {
		glare(r, g, pitch)
	}
	if r.IntN(2) == 0 {
		grain := uniform(r, 1, 8)
		if r.IntN(4) == 0 {
			grain = uniform(r, 8, 22)
		}
		for i := range g.pix {
			g.pix[i] += float32(r.NormFloat64() * grain)
		}
	}
	if r.IntN(2) == 0 {
		compress(g, 12+r.IntN(80))
	}
}

// shake is a hand that moved while the shutter was open.
func shake(g grid, way, direction float64) {
	sin, cos := math.Sincos(direction)
	in := grid{g.w, g.h, append([]float32(nil), g.pix...)}
	const steps = 7
	for y := range g.h {
		for x := range g.w {
			var s float32
			for i := range steps {
				d := (float64(i)/(steps-1) - 0.5) * way
				s += in.at(float64(x)+d*cos, float64(y)+d*sin)
			}
			g.row(y)[x] = s / steps
		}
	}
}

// glare is a lamp's reflection.
func glare(r *rand.Rand, g grid, pitch float64) {
	cx, cy := float64(r.IntN(g.w)), float64(r.IntN(g.h))
	rx, ry := pitch*uniform(r, 1, 6), pitch*uniform(r, 0.4, 2)
	strength := uniform(r, 0.3, 0.95)
	for y := range g.h {
		row := g.row(y)
		for x := range row {
			dx, dy := (float64(x)-cx)/rx, (float64(y)-cy)/ry
			row[x] += float32(strength*math.Exp(-(dx*dx+dy*dy)/2)) * (255 - row[x])
		}
	}
}

// compress writes a JPEG and reads it back.
func compress(g grid, quality int) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g.gray(), &jpeg.Options{Quality: quality}); err != nil {
		panic("press: " + err.Error()) // only for a picture above 65535 pixels
	}
	img, err := jpeg.Decode(&b)
	if err != nil {
		panic("press: " + err.Error())
	}
	decoded, _ := img.(*image.Gray) // what one channel decodes to
	for y := range g.h {
		for x := range g.w {
			g.row(y)[x] = float32(decoded.Pix[y*decoded.Stride+x])
		}
	}
}

// gray rounds and clips to levels.
func (g grid) gray() *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.w, g.h))
	for i, v := range g.pix {
		out.Pix[i] = uint8(min(max(v, 0), 255) + 0.499)
	}
	return out
}
