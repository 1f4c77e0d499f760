package opencv

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// signatureSide is the longer side above which a picture is reduced before its
// fields are averaged: the averages of so many bytes do not feel the rounding,
// and numbers with fractions take four times the memory.
const signatureSide = 1280

// signature is the mean brightness of the picture's fields. They are averaged
// with fractions and weighed to grey (ITU-R BT.601) only then, since rounding
// every pixel hides that a picture has moved.
func signature(m gocv.Mat) (faces.Signature, error) {
	work, exact, fields := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer work.Close()
	defer exact.Close()
	defer fields.Close()
	source := m
	if longest := max(m.Cols(), m.Rows()); longest > signatureSide {
		f := float64(signatureSide) / float64(longest)
		size := image.Pt(max(1, int(f*float64(m.Cols()))), max(1, int(f*float64(m.Rows()))))
		if err := gocv.Resize(m, &work, size, 0, 0, gocv.InterpolationArea); err != nil {
			return nil, err
		}
		source = work
	}
	if err := source.ConvertTo(&exact, gocv.MatTypeCV32FC3); err != nil {
		return nil, err
	}
	side := image.Pt(faces.SignatureSide, faces.SignatureSide)
	if err := gocv.Resize(exact, &fields, side, 0, 0, gocv.InterpolationArea); err != nil {
		return nil, err
	}
	if fields.Empty() {
		return nil, errors.New("faces/opencv: empty signature")
	}
	bgr, err := fields.DataPtrFloat32()
	if err != nil {
		return nil, err
	}
	s := make(faces.Signature, len(bgr)/3)
	for i := range s {
		gray := 0.114*float64(bgr[3*i]) + 0.587*float64(bgr[3*i+1]) + 0.299*float64(bgr[3*i+2])
		s[i] = uint16(math.Round(100 * math.Max(0, math.Min(math.MaxUint8, gray))))
	}
	return s, nil
}
