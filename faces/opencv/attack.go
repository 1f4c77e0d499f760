package opencv

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// attackSide is the side of MiniFASNet's input.
const attackSide = 80

// How much larger than the face each network's crop is.
const (
	nearCrop = 2.7
	farCrop  = 4.0
)

// attackDetector is the MiniFASNet pair: one looks at the face, the other at
// what surrounds it.
type attackDetector struct{ near, far gocv.Net }

// score is the mean probability, over both networks, that the presentation
// is bona fide.
func (a *attackDetector) score(m gocv.Mat, box faces.Box) (float64, error) {
	near, err := bonaFide(&a.near, m, box, nearCrop)
	if err != nil {
		return -1, err
	}
	far, err := bonaFide(&a.far, m, box, farCrop)
	if err != nil {
		return -1, err
	}
	return (near + far) / 2, nil
}

func bonaFide(net *gocv.Net, m gocv.Mat, box faces.Box, enlarge float64) (float64, error) {
	crop := m.Region(surround(box, enlarge, m.Cols(), m.Rows()))
	defer crop.Close()
	small := gocv.NewMat()
	defer small.Close()
	side := image.Pt(attackSide, attackSide)
	if err := gocv.Resize(crop, &small, side, 0, 0, gocv.InterpolationLinear); err != nil {
		return -1, err
	}
	if small.Empty() {
		return -1, errors.New("faces/opencv: empty crop")
	}
	blob := gocv.BlobFromImage(small, 1, side, gocv.Scalar{}, false, false)
	defer blob.Close()
	outputs, err := forward(net, blob, "")
	if err != nil {
		return -1, err
	}
	if len(outputs[0]) != 3 {
		return -1, errors.New("faces/opencv: MiniFASNet gave an unexpected number of classes")
	}
	return softmax(outputs[0])[1], nil
}

// surround enlarges a face box about its centre as far as the picture allows
// and shifts it inside, as the networks' training did. The result is never
// empty and never reaches outside: OpenCV would abort.
func surround(box faces.Box, enlarge float64, width, height int) image.Rectangle {
	w, h := float64(width), float64(height)
	s := math.Min(enlarge, math.Min((w-1)/box.W, (h-1)/box.H))
	cw, ch := box.W*s, box.H*s
	left := within(box.X+box.W/2-cw/2, w-1-cw)
	top := within(box.Y+box.H/2-ch/2, h-1-ch)
	r := image.Rect(int(left), int(top), int(left+cw)+1, int(top+ch)+1).Intersect(image.Rect(0, 0, width, height))
	if r.Empty() {
		return image.Rect(0, 0, width, height)
	}
	return r
}

func within(v, limit float64) float64 { return math.Max(0, math.Min(v, limit)) }

func softmax(logits []float32) []float64 {
	top := math.Inf(-1)
	for _, l := range logits {
		top = math.Max(top, float64(l))
	}
	out := make([]float64, len(logits))
	var sum float64
	for i, l := range logits {
		out[i] = math.Exp(float64(l) - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
