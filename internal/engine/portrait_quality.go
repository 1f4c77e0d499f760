package engine

import (
	"math"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/ocr"
)

// curve interpolates between points, x rising.
type curve [][2]float64

func (c curve) at(x float64) float64 {
	if !(x > c[0][0]) { // also what is not a number
		return c[0][1]
	}
	for i := 1; i < len(c); i++ {
		a, b := c[i-1], c[i]
		if x <= b[0] {
			return a[1] + (b[1]-a[1])*(x-a[0])/(b[0]-a[0])
		}
	}
	return c[len(c)-1][1]
}

// How much of its likeness to itself a portrait keeps. Each of 28 specimen
// portraits was reduced, blurred, flattened, darkened and lightened, and its
// embedding compared with that of the picture as it was: the figures are the
// cosine that nine in ten reach. Below some 0.3 a comparison with the bearer is
// a matter of chance.
var (
	byEyeDistance = curve{{4, 0}, {6, 0.27}, {8, 0.48}, {10, 0.64}, {12, 0.77}, {15, 0.86}, {22, 0.95}, {35, 1}}
	bySharpness   = curve{{2, 0}, {2.9, 0.14}, {4, 0.37}, {8.4, 0.65}, {15, 0.82}, {37, 0.93}, {100, 1}}
	byContrast    = curve{{1.6, 0}, {3, 0.14}, {6, 0.64}, {9, 0.87}, {15, 0.97}, {25, 1}}
	byBrightness  = curve{{2, 0}, {14, 0.5}, {35, 0.91}, {55, 1}, {190, 1}, {212, 0.75}, {234, 0.37}, {250, 0}}
)

// portraitQuality rates what was measured on the cut portrait; the distance of
// the eyes is that in the photograph, since straightening adds nothing to it.
func portraitQuality(q faces.Quality, eyeDistance float64) ocr.PortraitQuality {
	score := byEyeDistance.at(eyeDistance) * bySharpness.at(q.Sharpness) * byContrast.at(q.Contrast) * byBrightness.at(q.Brightness)
	return ocr.PortraitQuality{
		EyeDistance: decimal(eyeDistance),
		Sharpness:   decimal(q.Sharpness),
		Brightness:  decimal(q.Brightness),
		Contrast:    decimal(q.Contrast),
		Score:       math.Round(score*1000) / 1000,
	}
}

// decimal keeps one; what is not a number could not be sent.
func decimal(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return math.Round(v*10) / 10
}
