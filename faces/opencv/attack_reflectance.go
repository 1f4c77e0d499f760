package opencv

import (
	"errors"

	"gocv.io/x/gocv"
)

// How dark the darkest hundredth of a head is beside its lightest, for a score
// of a half, and how fast the score rises about it. Pupils, nostrils and hair
// swallow light; ink on paper gives a twentieth of it back, a screen's glass
// the light of the room, and neither can be darker.
const (
	flatMiddle = 0.168
	flatSlope  = 60
)

// reflectance says how unlike a head the picture's tones are: flat, without
// anything as dark as a head has. Haze and light from behind are flat too.
func reflectance(s subject) (float64, error) {
	crop := s.picture.Region(surround(s.face.Box, 1.4, s.picture.Cols(), s.picture.Rows()))
	defer crop.Close()
	gray := gocv.NewMat()
	defer gray.Close()
	if err := gocv.CvtColor(crop, &gray, gocv.ColorBGRToGray); err != nil {
		return -1, err
	}
	if gray.Empty() {
		return -1, errors.New("faces/opencv: empty crop")
	}
	pix, err := gray.DataPtrUint8()
	if err != nil {
		return -1, err
	}
	var histogram [256]int
	for _, v := range pix {
		histogram[v]++
	}
	black, white := quantile(histogram, 0.01), quantile(histogram, 0.99)
	if white == 0 {
		return -1, nil // darkness tells nothing
	}
	return sigmoid(flatSlope * (black/white - flatMiddle)), nil
}

// quantile is the brightness below which a part of the pixels lies, 0 to 1.
func quantile(histogram [256]int, part float64) float64 {
	all := 0
	for _, n := range &histogram {
		all += n
	}
	seen := 0
	for v, n := range &histogram {
		seen += n
		if float64(seen) >= part*float64(all) {
			return float64(v) / 255
		}
	}
	return 1
}
