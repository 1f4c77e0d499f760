package tesseract

import (
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// burntOut is the grey value from which a pixel has lost its detail.
const burntOut = 250

// quality judges the whole photograph, in a copy of a fixed size so that the
// numbers of different cameras compare.
func quality(gray gocv.Mat) ocr.Quality {
	q := ocr.Quality{Width: gray.Cols(), Height: gray.Rows()}
	small := gocv.NewMat()
	defer small.Close()
	f := min(1, float64(workingSide)/float64(max(q.Width, q.Height)))
	_ = gocv.Resize(gray, &small, image.Point{}, f, f, gocv.InterpolationArea)
	if small.Empty() {
		return q
	}
	q.Sharpness = rounded(laplacianVariance(small))
	q.Brightness = rounded(small.Mean().Val1)
	q.Glare = rounded(glare(small))
	return q
}

// rounded keeps three decimals: more are noise in an answer.
func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }

// laplacianVariance is the usual measure of focus.
func laplacianVariance(m gocv.Mat) float64 {
	l, mean, deviation := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer l.Close()
	defer mean.Close()
	defer deviation.Close()
	_ = gocv.Laplacian(m, &l, gocv.MatTypeCV64F, 3, 1, 0, gocv.BorderDefault)
	if l.Empty() {
		return 0
	}
	_ = gocv.MeanStdDev(l, &mean, &deviation)
	if deviation.Empty() {
		return 0
	}
	d := deviation.GetDoubleAt(0, 0)
	return d * d
}

// glare is the part of the picture in burnt out spots that do not reach its
// border: a white table or a scanner's lid is no glare.
func glare(m gocv.Mat) float64 {
	bright := gocv.NewMat()
	defer bright.Close()
	_ = gocv.Threshold(m, &bright, burntOut-1, 255, gocv.ThresholdBinary)
	kernel := gocv.GetStructuringElement(gocv.MorphEllipse, image.Pt(9, 9))
	defer kernel.Close()
	_ = gocv.MorphologyEx(bright, &bright, gocv.MorphOpen, kernel)
	labels, stats, centres := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer labels.Close()
	defer stats.Close()
	defer centres.Close()
	n := gocv.ConnectedComponentsWithStats(bright, &labels, &stats, &centres)
	area := 0
	for i := 1; i < n; i++ {
		x, y := stats.GetIntAt(i, 0), stats.GetIntAt(i, 1)
		w, h := stats.GetIntAt(i, 2), stats.GetIntAt(i, 3)
		if x > 0 && y > 0 && int(x+w) < m.Cols() && int(y+h) < m.Rows() {
			area += int(stats.GetIntAt(i, 4))
		}
	}
	return float64(area) / float64(m.Cols()*m.Rows())
}
