package opencv

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// dimensions is the length of MobileFaceNet's embedding.
const dimensions = 128

// embedder is MobileFaceNet.
type embedder struct{ net gocv.Net }

// embed averages the embeddings of the aligned face and its mirror image,
// which takes away part of what comes from light and pose.
func (e *embedder) embed(aligned gocv.Mat) (faces.Embedding, error) {
	mirrored := gocv.NewMat()
	defer mirrored.Close()
	if err := gocv.Flip(aligned, &mirrored, 1); err != nil {
		return nil, err
	}
	if mirrored.Empty() {
		return nil, errors.New("faces/opencv: empty crop")
	}
	blob := gocv.NewMat()
	defer blob.Close()
	gocv.BlobFromImages([]gocv.Mat{aligned, mirrored}, &blob, 1/57.63, image.Pt(alignedSide, alignedSide),
		gocv.NewScalar(123.675, 116.28, 103.53, 0), true, false, gocv.MatTypeCV32F)
	outputs, err := forward(&e.net, blob, "")
	if err != nil {
		return nil, err
	}
	if len(outputs[0]) != 2*dimensions {
		return nil, errors.New("faces/opencv: embedding of unexpected length")
	}
	plain, mirror := outputs[0][:dimensions], outputs[0][dimensions:]
	if !normalize(plain) || !normalize(mirror) {
		return nil, errors.New("faces/opencv: embedding is not a number")
	}
	sum := make(faces.Embedding, dimensions)
	for i := range sum {
		sum[i] = plain[i] + mirror[i]
	}
	if !normalize(sum) {
		return nil, errors.New("faces/opencv: embedding is not a number")
	}
	return sum, nil
}

// normalize brings a vector to unit length; false when it has none.
func normalize(v []float32) bool {
	var norm float64
	for _, x := range v {
		norm += float64(x) * float64(x)
	}
	norm = math.Sqrt(norm)
	if !(norm > 1e-9) || math.IsInf(norm, 0) {
		return false
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / norm)
	}
	return true
}
