package main

import (
	"image"
	"math"
	"math/rand/v2"

	"github.com/vouchline/vouchline/faces/opencv/internal/parts"
)

// plane is a grey picture.
type plane struct {
	w, h int
	v    []float64
}

// at repeats the picture's edge beyond it.
func (p *plane) at(x, y int) float64 {
	return p.v[min(max(y, 0), p.h-1)*p.w+min(max(x, 0), p.w-1)]
}

// grayOf converts once.
func grayOf(img image.Image) *plane {
	b := img.Bounds()
	g := &plane{b.Dx(), b.Dy(), make([]float64, b.Dx()*b.Dy())}
	for y := range g.h {
		for x := range g.w {
			r, gr, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			g.v[y*g.w+x] = (0.299*float64(r) + 0.587*float64(gr) + 0.114*float64(bl)) / 257
		}
	}
	return g
}

// near keeps what is around a part, at the size at which a patch has a field a
// pixel: so an example costs a tenth of a millisecond.
func near(g *plane, e parts.Place) sight {
	const side, across = 96, 36.0
	size := math.Hypot(e.DX, e.DY)
	scale := math.Max(1, size/across)
	grid := max(1, min(8, int(math.Ceil(scale))))
	out := &plane{side, side, make([]float64, side*side)}
	for i := range out.v {
		for k := range grid * grid {
			dx := (float64(i%side) - side/2 + (float64(k%grid)+0.5)/float64(grid)) * scale
			dy := (float64(i/side) - side/2 + (float64(k/grid)+0.5)/float64(grid)) * scale
			out.v[i] += g.at(int(math.Floor(e.X+dx)), int(math.Floor(e.Y+dy))) / float64(grid*grid)
		}
	}
	return sight{out, parts.Place{X: side / 2, Y: side / 2, DX: e.DX / scale, DY: e.DY / scale}}
}

// overlay is a picture part of which is drawn.
type overlay struct{ gray parts.Gray }

func (o overlay) patch(e parts.Place) parts.Patch { return parts.Cut(o.gray, e) }

// drawLids makes one example: the eye as it is, closed, or between, from
// another place, in another light, blurred and with noise. open is 0 to 1.
func (s sight) drawLids(r *rand.Rand) (p parts.Patch, open float64) {
	lowered := 0.0
	switch r.IntN(8) {
	case 0, 1, 2:
		lowered = 0.9 + 0.1*r.Float64()
	case 3:
		lowered = r.Float64()
	}
	o := overlay{s.gray.at}
	if lowered > 0 {
		o = s.lowered(r, lowered)
	}
	return disturbed(r, o, s.place), 1 - lowered
}

// lowered pulls the upper lid down over the eye: the skin between brow and lid
// is stretched or repeated, or a smooth lid has the shade of the skin below the
// eye. Its edge has a line of lashes that may be faint, its fold a shadow.
func (s sight) lowered(r *rand.Rand, by float64) overlay {
	size := math.Hypot(s.place.DX, s.place.DY)
	ux, uy := s.place.DX/size, s.place.DY/size
	vx, vy := -uy, ux
	if ux < 0 {
		vx, vy = uy, -ux
	}
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	// All in distances of the eyes, from the middle of the eye.
	top, bottom, half := between(-0.15, -0.09), between(0.07, 0.13), between(0.24, 0.3)
	brow, reached := between(-0.3, -0.22), between(0, 1)
	lashes, thick := between(0, 0.85), between(0.012, 0.035)
	mode := r.IntN(4)
	crease := between(0, 0.4)
	skin := between(0.8, 1.15) * s.gray.at(int(s.place.X+0.22*size*vx), int(s.place.Y+0.22*size*vy))
	bulge := between(-0.2, 0.3)
	gray := func(x, y int) float64 {
		px, py := (float64(x)+0.5-s.place.X)/size, (float64(y)+0.5-s.place.Y)/size
		u, v := px*ux+py*uy, px*vx+py*vy
		if math.Abs(u) >= half {
			return s.gray.at(x, y)
		}
		arch := 1 - (u/half)*(u/half)
		lid := top * arch
		edge := lid + by*(bottom-top)*arch
		if v < brow || v > edge {
			return s.gray.at(x, y)
		}
		from := brow + (v-brow)*(lid-brow)/(edge-brow) // stretched
		if mode == 0 {
			from = lid - math.Mod(v-brow, lid-brow)*reached // repeated
		}
		value := s.gray.at(int(math.Floor(s.place.X+size*(u*ux+from*vx))), int(math.Floor(s.place.Y+size*(u*uy+from*vy))))
		if mode == 1 {
			if v < lid {
				return s.gray.at(x, y)
			}
			part := (v - lid) / math.Max(edge-lid, 1e-6)
			value = skin * (1 + bulge*arch*4*part*(1-part)) * (1 - crease*math.Exp(-(v-lid)*(v-lid)/0.0009))
		}
		near := (edge - v) / thick
		return value * (1 - lashes*arch*math.Exp(-near*near))
	}
	return overlay{gray}
}

// disturbed cuts the eye out a little beside its place, at another scale and
// angle, darkens one side, blurs and adds noise.
func disturbed(r *rand.Rand, o overlay, e parts.Place) parts.Patch {
	size := math.Hypot(e.DX, e.DY)
	e.X += r.NormFloat64() * 0.025 * size
	e.Y += r.NormFloat64() * 0.025 * size
	scale := math.Exp(r.NormFloat64() * 0.08)
	sin, cos := math.Sincos(r.NormFloat64() * 0.09)
	e.DX, e.DY = scale*(e.DX*cos-e.DY*sin), scale*(e.DX*sin+e.DY*cos)
	p := o.patch(e)
	slopeX, slopeY := r.NormFloat64()*0.03, r.NormFloat64()*0.03
	blur, noise := r.Float64()*1.2, r.Float64()*0.25
	return p.Disturbed(blur, func(x, y int) float64 {
		return slopeX*float64(x-parts.Width/2) + slopeY*float64(y-parts.Height/2) + noise*r.NormFloat64()
	})
}
