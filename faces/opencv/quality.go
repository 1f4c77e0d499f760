package opencv

import (
	"errors"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// measure judges a face by its aligned crop, so that sharpness, brightness
// and contrast are of the face at one size and not of what stands around it.
func measure(s subject, _ *landmarker) (faces.Quality, error) {
	aligned, f := s.aligned, s.face
	gray, edges := gocv.NewMat(), gocv.NewMat()
	defer gray.Close()
	defer edges.Close()
	if err := gocv.CvtColor(aligned, &gray, gocv.ColorBGRToGray); err != nil {
		return faces.Quality{}, err
	}
	if err := gocv.Laplacian(gray, &edges, gocv.MatTypeCV64F, 1, 1, 0, gocv.BorderDefault); err != nil {
		return faces.Quality{}, err
	}
	brightness, contrast, err := meanStdDev(gray)
	if err != nil {
		return faces.Quality{}, err
	}
	_, deviation, err := meanStdDev(edges)
	if err != nil {
		return faces.Quality{}, err
	}
	return faces.Quality{
		InterEye:   f.InterEye(),
		Sharpness:  deviation * deviation,
		Brightness: brightness,
		Contrast:   contrast,
		Roll:       f.Roll(),
		Yaw:        f.Yaw(),
		Eyes:       -1,
		Mouth:      -1,
		Occlusion:  -1,
	}, nil
}

func meanStdDev(m gocv.Mat) (mean, deviation float64, err error) {
	a, b := gocv.NewMat(), gocv.NewMat()
	defer a.Close()
	defer b.Close()
	if err := gocv.MeanStdDev(m, &a, &b); err != nil {
		return 0, 0, err
	}
	if a.Empty() || b.Empty() {
		return 0, 0, errors.New("faces/opencv: no mean")
	}
	return a.GetDoubleAt(0, 0), b.GetDoubleAt(0, 0), nil
}
