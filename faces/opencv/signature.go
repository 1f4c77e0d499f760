package opencv

import (
	"image"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// signature is the mean brightness of the picture's fields.
func signature(m gocv.Mat) (faces.Signature, error) {
	gray, small := gocv.NewMat(), gocv.NewMat()
	defer gray.Close()
	defer small.Close()
	if err := gocv.CvtColor(m, &gray, gocv.ColorBGRToGray); err != nil {
		return nil, err
	}
	side := image.Pt(faces.SignatureSide, faces.SignatureSide)
	if err := gocv.Resize(gray, &small, side, 0, 0, gocv.InterpolationArea); err != nil {
		return nil, err
	}
	b, err := small.DataPtrUint8()
	return append(faces.Signature(nil), b...), err
}
