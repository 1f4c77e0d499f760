package opencv

import (
	"errors"
	"image"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// Levels beyond which a pixel is lost to shadow or glare (ISO/IEC 29794-5,
// under-exposure and over-exposure prevention).
const (
	lowestLevel  = 25
	highestLevel = 247
)

// The part of the aligned face in which light is judged: skin from the brows
// to the mouth, and the two cheeks that are compared.
var (
	skinArea   = image.Rect(28, 36, 84, 100)
	rightCheek = image.Rect(28, 62, 46, 86)
	leftCheek  = image.Rect(66, 62, 84, 86)
)

// expose measures sharpness and light.
func expose(q *faces.Quality, aligned gocv.Mat) error {
	gray, edges := gocv.NewMat(), gocv.NewMat()
	defer gray.Close()
	defer edges.Close()
	if err := gocv.CvtColor(aligned, &gray, gocv.ColorBGRToGray); err != nil {
		return err
	}
	if err := gocv.Laplacian(gray, &edges, gocv.MatTypeCV64F, 1, 1, 0, gocv.BorderDefault); err != nil {
		return err
	}
	var err error
	if q.Brightness, q.Contrast, err = meanStdDev(gray); err != nil {
		return err
	}
	_, deviation, err := meanStdDev(edges)
	if err != nil {
		return err
	}
	q.Sharpness = deviation * deviation
	pix, err := gray.DataPtrUint8()
	if err != nil {
		return err
	}
	if len(pix) != alignedSide*alignedSide {
		return errors.New("faces/opencv: aligned face of another size")
	}
	levels := histogram(pix, skinArea)
	for level, share := range &levels {
		if level <= lowestLevel {
			q.Underexposed += share
		}
		if level >= highestLevel {
			q.Overexposed += share
		}
	}
	q.Uneven = 1 - common(histogram(pix, rightCheek), histogram(pix, leftCheek))
	return nil
}

// histogram is the share of each level in a part of the aligned face.
func histogram(pix []byte, area image.Rectangle) (shares [256]float64) {
	one := 1 / float64(area.Dx()*area.Dy())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for _, v := range pix[y*alignedSide+area.Min.X : y*alignedSide+area.Max.X] {
			shares[v] += one
		}
	}
	return shares
}

// common is what two histograms share, 0 to 1, in steps of sixteen levels: a
// cheek's own texture is not the light's.
func common(a, b [256]float64) float64 {
	const step = 16
	var sum float64
	for i := 0; i < len(a); i += step {
		var left, right float64
		for k := range step {
			left += a[i+k]
			right += b[i+k]
		}
		sum += min(left, right)
	}
	return sum
}
