package tesseract

import (
	"image"

	"gocv.io/x/gocv"
)

// variant is a way to prepare the picture of a band. Readings of different
// variants fail differently, which is what makes their agreement worth something.
type variant struct {
	ink     float64 // height of characters
	flatten bool    // take out the background
	sharpen bool
}

// apply prepares a picture in place.
func (v variant) apply(m *gocv.Mat) {
	if v.sharpen {
		soft := gocv.NewMat()
		defer soft.Close()
		_ = gocv.GaussianBlur(*m, &soft, image.Point{}, v.ink/10, 0, gocv.BorderDefault)
		_ = gocv.AddWeighted(*m, 2, soft, -1, 0, m)
	}
	if v.flatten {
		flatten(m, v.ink)
	}
}

// flatten leaves dark strokes on even paper: guilloche, shadow and colour
// borders confuse the layout analysis, which thresholds the whole picture.
func flatten(m *gocv.Mat, ink float64) {
	k := int(ink*0.7) | 1
	strokes := blackhat(*m, image.Pt(k, k))
	defer strokes.Close()
	_ = gocv.Normalize(strokes, &strokes, 0, 255, gocv.NormMinMax)
	_ = gocv.BitwiseNot(strokes, m)
}
