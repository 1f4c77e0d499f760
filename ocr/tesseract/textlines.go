package tesseract

import (
	"image"
	"math"
	"slices"

	"gocv.io/x/gocv"
)

// textLines finds level lines of text in the turned working copy. closing is
// how far apart strokes of one line may be.
func textLines(g gocv.Mat, closing int) []textLine {
	marks := textMarks(g, closing)
	defer marks.Close()
	labels, stats, centres := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer labels.Close()
	defer stats.Close()
	defer centres.Close()
	n := gocv.ConnectedComponentsWithStatsWithParams(marks, &labels, &stats, &centres, 8, gocv.MatTypeCV16U, gocv.CCL_DEFAULT)
	id, err := labels.DataPtrUint16()
	if err != nil {
		return nil
	}
	var pieces []textLine
	for i := 1; i < n; i++ {
		box := image.Rect(0, 0, int(stats.GetIntAt(i, 2)), int(stats.GetIntAt(i, 3))).
			Add(image.Pt(int(stats.GetIntAt(i, 0)), int(stats.GetIntAt(i, 1))))
		if box.Dx() < 40 || box.Dy() < 6 || 2*box.Dx() < 3*box.Dy() {
			continue
		}
		if l, ok := fitLine(id, labels.Cols(), uint16(i), box); ok {
			pieces = append(pieces, l)
		}
	}
	return slices.DeleteFunc(join(pieces), func(l textLine) bool { return l.width() < 9*l.height || l.width() < 180 })
}

// textMarks is white where strokes stand close together, compared with the
// neighbourhood, so that shadow and glare do not hide a part of a line.
func textMarks(g gocv.Mat, closing int) gocv.Mat {
	strokes := blackhat(g, image.Pt(15, 15))
	defer strokes.Close()
	edges := gocv.NewMat()
	defer edges.Close()
	_ = gocv.Sobel(strokes, &edges, gocv.MatTypeCV16S, 1, 0, 3, 1, 0, gocv.BorderDefault)
	_ = gocv.ConvertScaleAbs(edges, &edges, 0.5, 0)
	mean := gocv.NewMat()
	defer mean.Close()
	_ = gocv.BoxFilter(edges, &mean, -1, image.Pt(161, 61))
	_ = gocv.GaussianBlur(edges, &edges, image.Pt(5, 5), 0, 0, gocv.BorderDefault)
	closed := gocv.NewMat()
	defer closed.Close()
	wide := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(closing, 5))
	defer wide.Close()
	_ = gocv.MorphologyEx(edges, &closed, gocv.MorphClose, wide)
	marks := gocv.NewMat()
	_ = gocv.AddWeighted(closed, 1, mean, -1.35, -6, &marks)
	_ = gocv.Threshold(marks, &marks, 0, 255, gocv.ThresholdBinary)
	opening := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(9, 5))
	defer opening.Close()
	_ = gocv.MorphologyEx(marks, &marks, gocv.MorphOpen, opening)
	return marks
}

// fitLine lays a line through the column centres of one component.
func fitLine(id []uint16, stride int, which uint16, box image.Rectangle) (textLine, bool) {
	var n, sx, sy, sxx, sxy float64
	var heights []float64
	for x := box.Min.X; x < box.Max.X; x++ {
		count, sum := 0, 0
		for y := box.Min.Y; y < box.Max.Y; y++ {
			if id[y*stride+x] == which {
				count++
				sum += y
			}
		}
		if count == 0 {
			continue
		}
		cx, cy := float64(x), float64(sum)/float64(count)
		n++
		sx += cx
		sy += cy
		sxx += cx * cx
		sxy += cx * cy
		heights = append(heights, float64(count))
	}
	d := n*sxx - sx*sx
	if d == 0 {
		return textLine{}, false
	}
	slope := (n*sxy - sx*sy) / d
	at := func(x int) pt { return pt{float64(x), (sy-slope*sx)/n + slope*float64(x)} }
	slices.Sort(heights)
	h := heights[len(heights)/2]
	return textLine{at(box.Min.X), at(box.Max.X), h}, math.Abs(slope) < 0.25 && h >= 5 && h <= 70
}

// join connects pieces that lie on one line.
func join(pieces []textLine) []textLine {
	for {
		slices.SortFunc(pieces, func(a, b textLine) int { return compareFloat(a.left.x, b.left.x) })
		i, j, ok := nextPair(pieces)
		if !ok {
			return pieces
		}
		a, b := pieces[i], pieces[j]
		h := (a.height*a.width() + b.height*b.width()) / (a.width() + b.width())
		pieces[i] = textLine{a.left, b.right, h}
		pieces = slices.Delete(pieces, j, j+1)
	}
}

func nextPair(pieces []textLine) (int, int, bool) {
	for i, a := range pieces {
		for j, b := range pieces {
			h := max(a.height, b.height)
			gap := b.left.x - a.right.x
			if i == j || gap < -4 || gap > 7*h || h/min(a.height, b.height) > 1.7 || twoDocuments(a, b, h) {
				continue
			}
			if middle := (a.right.x + b.left.x) / 2; math.Abs(a.at(middle)-b.at(middle)) <= 0.5*h {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// twoDocuments: no line of a zone is longer than 44 characters, so that two long
// pieces are of documents side by side.
func twoDocuments(a, b textLine, h float64) bool {
	const longest, long = 50, 20 // in heights of ink
	return b.right.x-a.left.x > longest*h && min(a.width(), b.width()) > long*h
}

// group makes pairs and triples of alike lines.
func group(lines []textLine) []band {
	var out []band
	for i, a := range lines {
		for j, b := range lines {
			if i == j || !follows(a, b) {
				continue
			}
			out = append(out, scored(a, b))
			for k, c := range lines {
				if k == i || k == j || !follows(b, c) {
					continue
				}
				if d1, d2 := b.left.y-a.left.y, c.left.y-b.left.y; d1 <= 1.4*d2 && d2 <= 1.4*d1 {
					out = append(out, scored(a, b, c))
				}
			}
		}
	}
	return out
}

// scored rates a group: long lines of equal length, and the proportions that
// 30, 36 or 44 characters of OCR-B have.
func scored(lines ...textLine) band {
	first, last := lines[0], lines[len(lines)-1]
	width, height := 0.0, 0.0
	for _, l := range lines {
		width += l.width() / float64(len(lines))
		height += l.height / float64(len(lines))
	}
	score := (2*width - 3*raggedness(first, last)) / workingSide
	low, high := 28.0, 56.0
	if len(lines) == 3 {
		low, high = 20, 38
		score *= 1.2 // two of the three lines make a group, too
	}
	if r := width / height; r < low || r > high {
		score -= 1
	}
	return band{lines: lines, score: score}
}

func raggedness(a, b textLine) float64 {
	return math.Abs(a.left.x-b.left.x) + math.Abs(a.right.x-b.right.x)
}

// follows says whether b may be the line below a of the same MRZ.
func follows(a, b textLine) bool {
	middle := (b.left.x + b.right.x) / 2
	gap, h, w := b.at(middle)-a.at(middle), (a.height+b.height)/2, max(a.width(), b.width())
	return gap > 0.9*h && gap < 4.5*h &&
		math.Abs(a.left.x-b.left.x) < 0.2*w && math.Abs(a.right.x-b.right.x) < 0.2*w &&
		max(a.height, b.height) < 1.6*min(a.height, b.height)
}
