package tesseract

import (
	"image"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// exposure measures the light.
func exposure(m gocv.Mat, q *ocr.Quality) {
	pix, err := m.DataPtrUint8()
	if err != nil || len(pix) == 0 {
		return
	}
	var histogram [256]int
	sum, dark := 0, 0
	for _, v := range pix {
		histogram[v]++
	}
	for v, count := range &histogram {
		sum += v * count
		if v <= blackOut {
			dark += count
		}
	}
	q.Brightness = rounded(float64(sum) / float64(len(pix)))
	q.Dark = rounded(float64(dark) / float64(len(pix)))
	q.Glare = 0
	if quantile(histogram[:], len(pix), 0.5) < whitePaper {
		q.Glare = rounded(glare(m))
	}
}

// glare is the part of the picture in burnt out spots that do not reach its
// border: a white table or a scanner's lid is no glare.
func glare(m gocv.Mat) float64 {
	bright := gocv.NewMat()
	defer bright.Close()
	_ = gocv.Threshold(m, &bright, burntOut-1, 255, gocv.ThresholdBinary)
	kernel := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(9, 9))
	defer kernel.Close()
	_ = gocv.MorphologyEx(bright, &bright, gocv.MorphOpen, kernel)
	labels, stats, centres := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer labels.Close()
	defer stats.Close()
	defer centres.Close()
	n := gocv.ConnectedComponentsWithStatsWithParams(bright, &labels, &stats, &centres, 8, gocv.MatTypeCV16U, gocv.CCL_DEFAULT)
	area := 0
	for i := 1; i < n; i++ {
		box := image.Rect(0, 0, int(stats.GetIntAt(i, 2)), int(stats.GetIntAt(i, 3))).
			Add(image.Pt(int(stats.GetIntAt(i, 0)), int(stats.GetIntAt(i, 1))))
		if around := box.Inset(-1); around.In(image.Rect(0, 0, m.Cols(), m.Rows())) && fades(m, labels, i, box) {
			area += int(stats.GetIntAt(i, 4))
		}
	}
	return float64(area) / float64(m.Cols()*m.Rows())
}

// fades says whether a burnt out spot gets darker gradually around it, as the
// reflection of a lamp does. White print ends at an edge.
func fades(m, labels gocv.Mat, label int, box image.Rectangle) bool {
	const reach = 6
	pix, err := m.DataPtrUint8()
	id, err2 := labels.DataPtrUint16()
	if err != nil || err2 != nil {
		return false
	}
	w, h := m.Cols(), m.Rows()
	bright, all := 0, 0
	look := func(x, y int) {
		if x < 0 || y < 0 || x >= w || y >= h {
			return
		}
		all++
		if pix[y*w+x] >= fadingSpot {
			bright++
		}
	}
	for y := box.Min.Y; y < box.Max.Y; y += 2 {
		for x, in := box.Min.X-1, false; x <= box.Max.X; x++ {
			if now := x >= box.Min.X && x < box.Max.X && int(id[y*w+x]) == label; now != in {
				in = now
				if in {
					look(x-reach, y)
				} else {
					look(x+reach, y)
				}
			}
		}
	}
	return all > 0 && bright*2 > all
}

// burntCells is the part of a zone's cells that are bright and without strokes:
// every cell of a zone has a character, a filler at least, and white paper about
// it is no glare.
func burntCells(m gocv.Mat, contrast float64) float64 {
	pix, err := m.DataPtrUint8()
	if err != nil {
		return 0
	}
	const (
		wide = qualityInk     // hardly more than a character's pitch
		tall = 2 * qualityInk // more than the paper between two lines
	)
	w, h := m.Cols(), m.Rows()
	burnt, cells := 0, 0
	for y := 0; y+tall <= h; y += tall / 2 {
		for x := 0; x+wide <= w; x += wide / 2 {
			low, high, sum := 255, 0, 0
			for i := y * w; i < (y+tall)*w; i += w {
				for _, v := range pix[i+x : i+x+wide] {
					low, high, sum = min(low, int(v)), max(high, int(v)), sum+int(v)
				}
			}
			cells++
			if float64(high-low) < burntContrast*contrast && float64(sum)/(wide*tall) > brightCell {
				burnt++
			}
		}
	}
	if cells == 0 {
		return 0
	}
	return float64(burnt) / float64(cells)
}
