package tesseract

import (
	"image"
	"image/color"
	"math"
	"slices"

	"gocv.io/x/gocv"
)

// convincing is the score of a band with which no other direction is tried.
const convincing = 1.0

// The longer side of the copy in which the zone is searched, and of the one for
// a document that takes a small part of the photograph.
const (
	workingSide = 1000
	closerSide  = 1800
)

// locate returns groups of lines that may be an MRZ, best first. It finds the
// direction of text, turns the working copy, marks what has many vertical strokes
// close together, and joins the marks to lines.
func locate(gray gocv.Mat, side int) []band {
	f := float64(side) / float64(max(gray.Cols(), gray.Rows()))
	how := gocv.InterpolationArea
	if f > 1 {
		how = gocv.InterpolationLinear
	}
	small := gocv.NewMat()
	defer small.Close()
	_ = gocv.Resize(gray, &small, image.Point{}, f, f, how)
	if small.Empty() || min(small.Cols(), small.Rows()) < 40 {
		return nil
	}
	var out []band
	for _, angle := range textAngles(small) {
		turned, back := turn(small, angle)
		for i := range back {
			back[i] /= f
		}
		for _, closing := range []int{21, 33} {
			for _, b := range group(textLines(turned, closing)) {
				b.toImage, b.angle = back, angle
				out = append(out, b)
			}
		}
		turned.Close()
		if slices.ContainsFunc(out, func(b band) bool { return b.score >= convincing }) {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b band) int { return compareFloat(b.score, a.score) })
	return distinct(out)
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// distinct drops groups that cover the same place as a better one with as many
// lines.
func distinct(bands []band) []band {
	var out []band
	for _, b := range bands {
		if !slices.ContainsFunc(out, func(o band) bool { return samePlace(o, b) }) {
			out = append(out, b)
		}
	}
	return out
}

func samePlace(a, b band) bool {
	if len(a.lines) != len(b.lines) || math.Abs(a.angle-b.angle) > 1 {
		return false
	}
	for i := range a.lines {
		h := a.lines[i].height
		if math.Abs(a.lines[i].left.x-b.lines[i].left.x) > 2*h || math.Abs(a.lines[i].left.y-b.lines[i].left.y) > 0.5*h ||
			math.Abs(a.lines[i].right.x-b.lines[i].right.x) > 2*h || math.Abs(a.lines[i].right.y-b.lines[i].right.y) > 0.5*h {
			return false
		}
	}
	return true
}

// blackhat shows dark strokes thinner than k on any lighter ground.
func blackhat(g gocv.Mat, k image.Point) gocv.Mat {
	out := gocv.NewMat()
	kernel := gocv.GetStructuringElement(gocv.MorphRect, k)
	defer kernel.Close()
	_ = gocv.MorphologyEx(g, &out, gocv.MorphBlackhat, kernel)
	return out
}

// turn rotates a picture by angle degrees so that text lies level, into a
// picture that holds all of it, and returns the way back.
func turn(m gocv.Mat, angle float64) (gocv.Mat, affine) {
	w, h := float64(m.Cols()), float64(m.Rows())
	s, c := math.Sincos(angle * math.Pi / 180)
	nw, nh := math.Abs(w*c)+math.Abs(h*s), math.Abs(w*s)+math.Abs(h*c)
	fwd := gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F)
	defer fwd.Close()
	for i, v := range []float64{c, s, nw/2 - c*w/2 - s*h/2, -s, c, nh/2 + s*w/2 - c*h/2} {
		fwd.SetDoubleAt(i/3, i%3, v)
	}
	out := gocv.NewMat()
	_ = gocv.WarpAffineWithParams(m, &out, fwd, image.Pt(int(nw), int(nh)),
		gocv.InterpolationLinear, gocv.BorderReplicate, color.RGBA{})
	return out, affine{c, -s, w/2 - c*nw/2 + s*nh/2, s, c, h/2 - s*nw/2 - c*nh/2}
}

// textAngles returns the likely directions of text, from -90 to 90 degrees,
// best first: those in which the projection of all ink has the sharpest edges,
// and the level one, since the picture's own border may be sharper than its text.
func textAngles(small gocv.Mat) []float64 {
	ink := blackhat(small, image.Pt(13, 13))
	defer ink.Close()
	tiny := gocv.NewMat()
	defer tiny.Close()
	f := 420.0 / float64(max(ink.Cols(), ink.Rows()))
	_ = gocv.Resize(ink, &tiny, image.Point{}, f, f, gocv.InterpolationArea)
	pix, err := tiny.DataPtrUint8()
	if err != nil {
		return []float64{0}
	}
	points := inkPoints(pix, tiny.Cols(), tiny.Rows())
	bins := make([]float64, int(math.Hypot(float64(tiny.Cols()), float64(tiny.Rows())))+4)
	coarse := make([]float64, 90)
	for i := range coarse {
		coarse[i] = sharpness(points, bins, float64(2*i-90))
	}
	var out []float64
	for range 2 {
		top, angle := -1.0, 0.0
		for i, e := range coarse {
			if a := float64(2*i - 90); e > top && !near(out, a, 15) {
				top, angle = e, a
			}
		}
		out = append(out, refine(points, bins, angle))
	}
	if !near(out, 0, 2) {
		out = append(out, 0)
	}
	return out
}

// near compares directions, of which 180 degrees are the same.
func near(angles []float64, a, by float64) bool {
	return slices.ContainsFunc(angles, func(b float64) bool {
		d := math.Mod(math.Abs(a-b), 180)
		return min(d, 180-d) < by
	})
}

func refine(points []inkPoint, bins []float64, angle float64) float64 {
	best := sharpness(points, bins, angle)
	for _, step := range []float64{1, 0.5, 0.25} {
		c := angle
		for _, a := range []float64{c - step, c + step} {
			if e := sharpness(points, bins, a); e > best {
				best, angle = e, a
			}
		}
	}
	return angle
}

type inkPoint struct{ x, y, v float64 }

// inkPoints keeps the strongest eighth of the pixels, about the centre.
func inkPoints(pix []byte, w, h int) []inkPoint {
	var histogram [256]int
	for _, v := range pix {
		histogram[v]++
	}
	threshold := 255
	for sum := 0; threshold > 8; threshold-- {
		if sum += histogram[threshold]; sum > len(pix)/8 {
			break
		}
	}
	var out []inkPoint
	for i, v := range pix {
		if int(v) >= threshold {
			out = append(out, inkPoint{float64(i%w) - float64(w)/2, float64(i/w) - float64(h)/2, float64(v)})
		}
	}
	return out
}

func sharpness(points []inkPoint, bins []float64, angle float64) float64 {
	clear(bins)
	s, c := math.Sincos(angle * math.Pi / 180)
	for _, p := range points {
		t := -p.x*s + p.y*c + float64(len(bins))/2
		i := int(t)
		if i >= 0 && i < len(bins)-1 {
			f := t - float64(i)
			bins[i] += p.v * (1 - f)
			bins[i+1] += p.v * f
		}
	}
	var e float64
	for i := 1; i < len(bins); i++ {
		d := bins[i] - bins[i-1]
		e += d * d
	}
	return e
}
