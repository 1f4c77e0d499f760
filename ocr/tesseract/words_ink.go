package tesseract

import (
	"image"
	"math"

	"gocv.io/x/gocv"
)

// Sizes of the search for writing.
const (
	inkSide    = 640 // of the working copy's longer side
	paperReach = 41  // in which there is paper beside every stroke
	inkPeak    = 96  // about a place whose darkest ink sets what ink is there
	leastInk   = 0.13
	inkPart    = 0.45 // of the darkest ink near by; rulings are paler
	leastMark  = 9    // pixels of height of a letter in the working copy
	mostMark   = 150
)

// ink returns how much of the paper's light a pixel lacks, 0 to 255, whatever
// colour the paper has and however it is lit: the paper is what is left where
// strokes are filled from beside them. What the middle pixel lacks is grain,
// and taken off.
func ink(gray gocv.Mat, reach int) gocv.Mat {
	paper, out := gocv.NewMat(), gocv.NewMat()
	defer paper.Close()
	_ = gocv.GaussianBlur(gray, &out, image.Pt(3, 3), 0, 0, gocv.BorderDefault)
	kernel := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(reach, reach))
	defer kernel.Close()
	_ = gocv.MorphologyEx(out, &paper, gocv.MorphClose, kernel)
	dark, err := out.DataPtrUint8()
	light, err2 := paper.DataPtrUint8()
	if err != nil || err2 != nil || len(dark) != len(light) {
		return out
	}
	var histogram [256]int
	for i, p := range light {
		lack := int(p) - int(dark[i])
		dark[i] = uint8(min(255, 255*lack/max(int(p), 24))) //nolint:gosec // between 0 and 255: a closing darkens nothing
		histogram[dark[i]]++
	}
	grain, below := 0, 0
	for ; grain < 255 && 2*below < len(dark); grain++ {
		below += histogram[grain]
	}
	grain = min(grain*3/2, 80)
	for i, v := range dark {
		dark[i] = uint8(max(0, int(v)-grain)) //nolint:gosec // below 256
	}
	return out
}

// inkMask is white where there is a good part of the darkest ink near by, so
// that thin blue strokes are found as well as a marker's, and the pale lines of
// a school sheet are not.
func inkMask(strength gocv.Mat) gocv.Mat {
	soft, small, peak := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer soft.Close()
	defer small.Close()
	defer peak.Close()
	_ = gocv.GaussianBlur(strength, &soft, image.Pt(3, 3), 0, 0, gocv.BorderDefault)
	const step = 4
	_ = gocv.Resize(soft, &small, image.Pt(max(1, soft.Cols()/step), max(1, soft.Rows()/step)), 0, 0, gocv.InterpolationArea)
	kernel := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(inkPeak/step+1, inkPeak/step+1))
	defer kernel.Close()
	_ = gocv.Dilate(small, &small, kernel)
	_ = gocv.Resize(small, &peak, image.Pt(soft.Cols(), soft.Rows()), 0, 0, gocv.InterpolationLinear)
	mask := soft.Clone()
	on, err := mask.DataPtrUint8()
	top, err2 := peak.DataPtrUint8()
	if err != nil || err2 != nil || len(on) != len(top) {
		return mask
	}
	const least = leastInk * 255
	for i, v := range on {
		if float64(v) > max(least, inkPart*float64(top[i])) {
			on[i] = 255
		} else {
			on[i] = 0
		}
	}
	return mask
}

// mark is a connected piece of ink: a letter, a part of one, or several.
type mark struct {
	box   image.Rectangle
	area  int
	label uint16
}

func (m mark) height() float64 { return float64(m.box.Dy()) }
func (m mark) middle() pt {
	return pt{float64(m.box.Min.X+m.box.Max.X) / 2, float64(m.box.Min.Y+m.box.Max.Y) / 2}
}

// mostMarks bounds the work on a picture of leaves or gravel.
const mostMarks = 4000

// marks lists the pieces of ink; labels then holds each pixel's piece.
func marks(mask gocv.Mat, labels *gocv.Mat) []mark {
	stats, centres := gocv.NewMat(), gocv.NewMat()
	defer stats.Close()
	defer centres.Close()
	n := gocv.ConnectedComponentsWithStatsWithParams(mask, labels, &stats, &centres, 8, gocv.MatTypeCV16U, gocv.CCL_DEFAULT)
	if n > math.MaxUint16 || stats.Rows() < n {
		return nil
	}
	var out []mark
	for i := 1; i < n && len(out) < mostMarks; i++ {
		at := image.Pt(int(stats.GetIntAt(i, 0)), int(stats.GetIntAt(i, 1)))
		size := image.Pt(int(stats.GetIntAt(i, 2)), int(stats.GetIntAt(i, 3)))
		if area := int(stats.GetIntAt(i, 4)); area >= 6 {
			out = append(out, mark{image.Rectangle{at, at.Add(size)}, area, uint16(i)}) //nolint:gosec // bounded above
		}
	}
	return out
}

// likeLetter leaves out what no letter is: dots, edges, shadows.
func (m mark) likeLetter() bool {
	h, w := m.box.Dy(), m.box.Dx()
	side := max(h, w)
	return side >= leastMark && h >= leastMark*2/3 && h <= mostMark && w <= 7*h &&
		float64(m.area) >= 0.06*float64(w*h) && float64(m.area) >= 1.2*float64(side)
}
