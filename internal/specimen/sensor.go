package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// sensor adds what every camera adds: grain, another in every frame.
type sensor []int8

func newSensor(seed uint64) sensor {
	r := source(seed, 8)
	s := make(sensor, 1<<16)
	for i := range s {
		s[i] = int8(math.Round(math.Max(-9, math.Min(9, r.NormFloat64()*2))))
	}
	return s
}

// expose applies the light and the grain of one frame.
func (s sensor) expose(out *image.RGBA, light float64, r *rand.Rand) {
	var lit [256]int
	for i := range lit {
		lit[i] = int(math.Round(float64(i) * light))
	}
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride : y*out.Stride+4*out.Rect.Dx()]
		noise := s[r.IntN(1<<15):]
		for i := 0; i < len(row); i += 4 {
			g := int(noise[(i/4)&0x3fff])
			for c := range 3 {
				row[i+c] = uint8(min(max(lit[row[i+c]]+g, 0), 255)) //nolint:gosec // bounded
			}
		}
	}
}
