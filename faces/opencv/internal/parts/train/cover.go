package main

import (
	"math"
	"math/rand/v2"

	"github.com/vouchline/vouchline/faces/opencv/internal/parts"
)

// drawEye makes one example of an eye, open or closed, or of what covers it.
func (s sight) drawEye(r *rand.Rand) (p parts.Patch, seen float64) {
	if r.IntN(2) == 0 {
		return disturbed(r, s.covered(r), s.place), 0
	}
	o := overlay{s.gray.at}
	if r.IntN(3) == 0 {
		o = s.lowered(r, r.Float64())
	}
	return disturbed(r, o, s.place), 1
}

// drawMouth makes one example of a mouth or of what covers it.
func (s sight) drawMouth(r *rand.Rand) (p parts.Patch, seen float64) {
	if r.IntN(2) == 0 {
		return disturbed(r, s.covered(r), s.place), 0
	}
	return disturbed(r, overlay{s.gray.at}, s.place), 1
}

// covered lays something over the part: a field of one shade with an outline
// of chance, shaded to one side, with folds or fingers across it, a rim, a
// reflection, and as coarse a grain as cloth or skin.
func (s sight) covered(r *rand.Rand) overlay {
	size := math.Hypot(s.place.DX, s.place.DY)
	ux, uy := s.place.DX/size, s.place.DY/size
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	shade := between(8, 60)
	if r.IntN(2) == 0 {
		shade = between(20, 240)
	}
	cx, cy := r.NormFloat64()*0.04, r.NormFloat64()*0.04
	halfX, halfY, corner := between(0.26, 0.7), between(0.15, 0.5), between(2, 8)
	slopeX, slopeY := r.NormFloat64()*40, r.NormFloat64()*40
	angle := between(0, 2*math.Pi)
	pitch, deep := between(0.04, 0.25), 0.0
	if r.IntN(2) == 0 {
		deep = between(0, 0.5)
	}
	glintX, glintY, glint := between(-0.3, 0.3), between(-0.2, 0.2), 0.0
	if r.IntN(3) == 0 {
		glint = between(0, 150)
	}
	clear := 0.0 // what a tinted glass lets through
	if r.IntN(3) == 0 {
		clear = between(0, 0.2)
	}
	rim := between(-40, 60) * float64(r.IntN(2))
	grain, seed := between(0, 6), r.Uint64()
	return overlay{func(x, y int) float64 {
		px, py := (float64(x)+0.5-s.place.X)/size, (float64(y)+0.5-s.place.Y)/size
		u, v := px*ux+py*uy-cx, -px*uy+py*ux-cy
		off := math.Pow(math.Abs(u)/halfX, corner) + math.Pow(math.Abs(v)/halfY, corner)
		below := s.gray.at(x, y)
		if off > 1 {
			return below
		}
		across := u*math.Cos(angle) + v*math.Sin(angle)
		fold := math.Cos(2 * math.Pi * across / pitch)
		value := shade*(1-deep*math.Max(0, fold)*math.Max(0, fold)) + slopeX*u + slopeY*v
		value += glint * math.Exp(-((u-glintX)*(u-glintX)+(v-glintY)*(v-glintY))/0.004)
		if off > 0.8 {
			value += rim
		}
		value += grain * (float64(hash(seed, x/2, y/2)%1000)/500 - 1)
		return math.Max(0, math.Min(255, value*(1-clear)+below*clear))
	}}
}

// hash is noise that stays where it is.
func hash(seed uint64, x, y int) uint64 {
	h := seed ^ uint64(x)*0x9e3779b97f4a7c15 ^ uint64(y)*0xc2b2ae3d27d4eb4f //nolint:gosec // wraps on purpose
	h ^= h >> 31
	h *= 0xbf58476d1ce4e5b9
	return h ^ h>>29
}
