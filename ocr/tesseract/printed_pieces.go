package tesseract

import (
	"cmp"
	"image"
	"image/color"
	"slices"

	"gocv.io/x/gocv"
)

// pieceScale is the size, in pixels per millimetre, in which print is looked for.
const pieceScale = 6

// Measures of a piece of print in millimetres, and of the part of its box that
// it fills. ICAO 9303-3, 3 has values of some 2 to 4 mm and smaller labels; the
// blur that joins letters adds to them.
const (
	leastPiece = 1.1
	mostPiece  = 5.5
	pieceFill  = 0.45
	pieceRoom  = 0.45 // left about a piece, for accents and what the blur cut
)

// maxPrint bounds what is read, in heights of its own line, since Tesseract's
// time grows with that and no deadline stops it. With a third more, one value in
// fifteen more is found on the specimens, for a quarter more time.
const maxPrint = 115

// textPieces returns boxes about words and lines of print, in the picture's
// pixels, the tallest first: values, then labels, then small print, until there
// is as much as can be read in the time.
func textPieces(sheet gocv.Mat) []image.Rectangle {
	marks := printMarks(sheet)
	defer marks.Close()
	if marks.Empty() {
		return nil
	}
	labels, stats, centres := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer labels.Close()
	defer stats.Close()
	defer centres.Close()
	n := gocv.ConnectedComponentsWithStats(marks, &labels, &stats, &centres)
	var out []image.Rectangle
	for i := 1; i < n; i++ {
		x, y := int(stats.GetIntAt(i, 0)), int(stats.GetIntAt(i, 1))
		w, h := int(stats.GetIntAt(i, 2)), int(stats.GetIntAt(i, 3))
		area := float64(stats.GetIntAt(i, 4))
		height := float64(h) / pieceScale
		if height >= leastPiece && height <= mostPiece && 5*w >= 4*h && area >= pieceFill*float64(w*h) {
			out = append(out, image.Rect(x, y, x+w, y+h))
		}
	}
	slices.SortStableFunc(out, func(a, b image.Rectangle) int { return cmp.Compare(b.Dy(), a.Dy()) })
	return enlarged(affordable(out))
}

// affordable keeps the first pieces that are together not longer than maxPrint.
func affordable(pieces []image.Rectangle) []image.Rectangle {
	sum := 0.0
	return slices.DeleteFunc(pieces, func(b image.Rectangle) bool {
		long := float64(b.Dx()) / float64(b.Dy())
		if sum+long > maxPrint {
			return true
		}
		sum += long
		return false
	})
}

// enlarged gives the pieces room, in the pixels of printScale.
func enlarged(pieces []image.Rectangle) []image.Rectangle {
	const f, room = float64(printScale) / pieceScale, pieceRoom * printScale
	for i, b := range pieces {
		pieces[i] = image.Rect(
			int(float64(b.Min.X)*f-room), int(float64(b.Min.Y)*f-room),
			int(float64(b.Max.X)*f+room), int(float64(b.Max.Y)*f+room),
		)
	}
	return pieces
}

// printMarks is white where vertical strokes stand closer together than about
// them, which a face, a pattern or a bar code has less of, or everywhere.
func printMarks(sheet gocv.Mat) gocv.Mat {
	small := gocv.NewMat()
	defer small.Close()
	const f = float64(pieceScale) / printScale
	_ = gocv.Resize(sheet, &small, image.Point{}, f, f, gocv.InterpolationArea)
	if small.Empty() {
		return gocv.NewMat()
	}
	strokes := blackhat(small, image.Pt(pieceScale|1, pieceScale|1)) // of a millimetre
	defer strokes.Close()
	edges, mean, marks := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer edges.Close()
	defer mean.Close()
	_ = gocv.Sobel(strokes, &edges, gocv.MatTypeCV16S, 1, 0, 3, 0.5, 0, gocv.BorderDefault)
	_ = gocv.ConvertScaleAbs(edges, &edges, 1, 0)
	_ = gocv.BoxFilter(edges, &mean, -1, image.Pt(16*pieceScale|1, 6*pieceScale|1))
	_ = gocv.BoxFilter(edges, &edges, -1, image.Pt(5, 3))
	_ = gocv.AddWeighted(edges, 1, mean, -1.2, -8, &marks)
	_ = gocv.Threshold(marks, &marks, 0, 255, gocv.ThresholdBinary)
	wide := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(9, 1)) // the space between words
	defer wide.Close()
	_ = gocv.MorphologyEx(marks, &marks, gocv.MorphClose, wide)
	least := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(5, 4))
	defer least.Close()
	_ = gocv.MorphologyEx(marks, &marks, gocv.MorphOpen, least)
	return marks
}

// inkReach is wider than any stroke of print, in millimetres.
const inkReach = 1.2

// onlyText leaves the strokes of the pieces on white paper. Tesseract divides
// the whole picture into ink and paper by one threshold: a dark portrait or a
// shadow would hide print from it, and it would look for lines in them.
func onlyText(sheet gocv.Mat, pieces []image.Rectangle) gocv.Mat {
	k := int(inkReach*printScale) | 1
	ink := blackhat(sheet, image.Pt(k, k))
	defer ink.Close()
	mask := gocv.NewMatWithSizeFromScalar(gocv.Scalar{}, sheet.Rows(), sheet.Cols(), gocv.MatTypeCV8U)
	defer mask.Close()
	for _, b := range pieces {
		_ = gocv.Rectangle(&mask, b, color.RGBA{255, 255, 255, 0}, -1)
	}
	out := gocv.NewMatWithSizeFromScalar(gocv.Scalar{}, sheet.Rows(), sheet.Cols(), gocv.MatTypeCV8U)
	_ = ink.CopyToWithMask(&out, mask)
	_ = gocv.Normalize(out, &out, 0, 255, gocv.NormMinMax)
	_ = gocv.BitwiseNot(out, &out)
	return out
}
