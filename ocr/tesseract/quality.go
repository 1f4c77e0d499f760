package tesseract

import (
	"image"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// Grey values of pixels that have lost their detail.
const (
	burntOut = 250
	blackOut = 25
	// fadingSpot is what is left of a lamp's reflection some pixels beside it.
	fadingSpot = 225
)

// Sizes and quantiles of quality's measures. They look at a copy of a fixed
// size, so that the numbers of different cameras compare.
const (
	qualitySide   = 800   // longer side of the copy of a whole photograph, pixels
	qualityInk    = 24    // height of characters in the copy of a zone, pixels
	strokeReach   = 9     // pixels about a stroke within which both ink and paper are
	strokePart    = 0.95  // quantile of local contrast over a photograph: most of it is no print
	zonePart      = 0.6   // the same over a zone, which is nothing else
	minStroke     = 16    // local contrast below which there is no stroke, only noise
	whitePaper    = 240   // median grey value from which the paper itself is white
	burntContrast = 0.25  // of the zone's contrast, below which a bright cell has lost its character
	brightCell    = 225.0 // mean grey value of such a cell
)

// quality judges a photograph before anything is found on it.
func quality(gray gocv.Mat) ocr.Quality {
	q := ocr.Quality{Width: gray.Cols(), Height: gray.Rows()}
	small := gocv.NewMat()
	defer small.Close()
	f := min(1, float64(qualitySide)/float64(max(q.Width, q.Height)))
	_ = gocv.Resize(gray, &small, image.Point{}, f, f, gocv.InterpolationArea)
	if small.Empty() {
		return q
	}
	s := measureStrokes(small, strokePart)
	q.Sharpness, q.Contrast = rounded(s.steepness), rounded(s.contrast)
	exposure(small, &q)
	return q
}

// rounded keeps three decimals: more are noise in an answer.
func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }

// strokes tell how print looks.
type strokes struct {
	contrast  float64 // between ink and paper
	steepness float64 // of the contrast, gained over one pixel
}

// measureStrokes compares, about every fourth pixel, the steepest slope with
// the range of grey values: their quotient says how blurred a stroke is however
// faint it was printed. A Gaussian blur of s pixels leaves 0.4/s.
func measureStrokes(m gocv.Mat, part float64) strokes {
	soft, low, high, slope := gocv.NewMat(), gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer soft.Close()
	defer low.Close()
	defer high.Close()
	defer slope.Close()
	_ = gocv.GaussianBlur(m, &soft, image.Pt(3, 3), 0, 0, gocv.BorderDefault) // grain has the steepest slopes
	kernel := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(strokeReach, strokeReach))
	defer kernel.Close()
	_ = gocv.Dilate(soft, &high, kernel)
	_ = gocv.Erode(soft, &low, kernel)
	_ = gocv.Subtract(high, low, &high)
	pair := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(2, 2))
	defer pair.Close()
	_ = gocv.MorphologyEx(soft, &slope, gocv.MorphGradient, pair)
	_ = gocv.Dilate(slope, &slope, kernel)
	ranges, err := high.DataPtrUint8()
	slopes, err2 := slope.DataPtrUint8()
	if err != nil || err2 != nil || len(ranges) != len(slopes) {
		return strokes{}
	}
	return strokesOf(ranges, slopes, part)
}

func strokesOf(ranges, slopes []byte, part float64) strokes {
	var histogram [256]int
	n := 0
	for i := 0; i < len(ranges); i += 4 {
		histogram[ranges[i]]++
		n++
	}
	contrast := quantile(histogram[:], n, part)
	var quotients []float64
	for i := 0; i < len(ranges); i += 4 {
		if r := int(ranges[i]); r >= minStroke && r >= contrast {
			quotients = append(quotients, float64(slopes[i])/float64(r))
		}
	}
	if len(quotients) == 0 {
		return strokes{contrast: float64(contrast)}
	}
	slices.Sort(quotients)
	return strokes{float64(contrast), quotients[len(quotients)/2]}
}

// motion compares the directions in which a zone's slopes are steepest and least
// steep, by the eigenvalues of their second moments (the structure tensor).
// Zones are of one font, so that only a movement changes the ratio.
func motion(m gocv.Mat) float64 {
	soft, dx, dy := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer soft.Close()
	defer dx.Close()
	defer dy.Close()
	_ = gocv.GaussianBlur(m, &soft, image.Pt(3, 3), 0, 0, gocv.BorderDefault)
	_ = gocv.Sobel(soft, &dx, gocv.MatTypeCV16S, 1, 0, 3, 1, 0, gocv.BorderDefault)
	_ = gocv.Sobel(soft, &dy, gocv.MatTypeCV16S, 0, 1, 3, 1, 0, gocv.BorderDefault)
	xs, err := dx.DataPtrInt16()
	ys, err2 := dy.DataPtrInt16()
	if err != nil || err2 != nil || len(xs) != len(ys) {
		return 0
	}
	var xx, yy, xy float64
	for i, x := range xs {
		a, b := float64(x), float64(ys[i])
		xx, yy, xy = xx+a*a, yy+b*b, xy+a*b
	}
	mean, spread := (xx+yy)/2, math.Hypot((xx-yy)/2, xy)
	if mean+spread == 0 {
		return 0
	}
	return 1 - (mean-spread)/(mean+spread)
}

// quantile of a histogram of n values.
func quantile(histogram []int, n int, part float64) int {
	left := int(float64(n) * part)
	for v, count := range histogram {
		if left -= count; left < 0 {
			return v
		}
	}
	return len(histogram) - 1
}
