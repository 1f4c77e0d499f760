package tesseract

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"
)

// The network's square input, and the score from which it has seen a document.
const (
	cornerInput = 224
	cornerScore = 0.5
)

// cornerNet finds the four corners of a document.
type cornerNet struct{ net gocv.Net }

func newCornerNet(onnx []byte) (*cornerNet, error) {
	net, err := gocv.ReadNetFromONNXBytes(onnx)
	if err != nil {
		return nil, errors.Join(errors.New("tesseract: corner network"), err)
	}
	return &cornerNet{net}, nil
}

func (c *cornerNet) close() {
	if c != nil {
		_ = c.net.Close()
	}
}

// wayBack tells how a straightened picture lies in the photograph.
type wayBack struct {
	scale    float64 // pixels of the straightened picture per pixel of the photograph
	rotation int     // clockwise turn that straightening made, in quarters
	m        homography
}

// straighten cuts the document with these corners out and takes its perspective
// away.
func straighten(colour gocv.Mat, corners []pt) (gocv.Mat, wayBack, bool) {
	quad := append([]pt(nil), corners...)
	// Room for an imprecise corner: the zone lies close to the edge.
	centre := pt{}
	for _, p := range quad {
		centre.x += p.x / 4
		centre.y += p.y / 4
	}
	for i, p := range quad {
		quad[i] = pt{centre.x + (p.x-centre.x)*1.04, centre.y + (p.y-centre.y)*1.04}
	}
	side := func(a, b pt) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }
	w := (side(quad[0], quad[1]) + side(quad[3], quad[2])) / 2
	h := (side(quad[0], quad[3]) + side(quad[1], quad[2])) / 2
	if min(w, h) < minPhotograph {
		return gocv.Mat{}, wayBack{}, false
	}
	f := min(2, 1800/max(w, h))
	size := image.Pt(int(w*f), int(h*f))
	flat := warpQuad(colour, quad, size)
	defer flat.Close()
	gray := gocv.NewMat()
	_ = gocv.CvtColor(flat, &gray, gocv.ColorBGRToGray)
	if gray.Empty() {
		gray.Close()
		return gocv.Mat{}, wayBack{}, false
	}
	turned := math.Atan2(quad[1].y-quad[0].y, quad[1].x-quad[0].x) * 180 / math.Pi
	back := homographyBetween(rectangle(float64(size.X), float64(size.Y)), quad)
	return gray, wayBack{f, (int(math.Round(-turned/90))*90 + 720) % 360, back}, true
}

// find returns the corners from the top left one clockwise, as the network
// sees the document.
func (c *cornerNet) find(colour gocv.Mat) ([]pt, bool) {
	small := gocv.NewMat()
	defer small.Close()
	_ = gocv.Resize(colour, &small, image.Pt(cornerInput, cornerInput), 0, 0, gocv.InterpolationArea)
	if small.Empty() {
		return nil, false
	}
	blob := gocv.BlobFromImage(small, 1, image.Pt(cornerInput, cornerInput), gocv.NewScalar(0, 0, 0, 0), true, false)
	defer blob.Close()
	c.net.SetInput(blob, "image")
	outs := c.net.ForwardLayers([]string{"simcc_x", "simcc_y", "score"})
	defer func() {
		for i := range outs {
			outs[i].Close()
		}
	}()
	if len(outs) != 3 {
		return nil, false
	}
	xs, ys, score := floats(outs[0]), floats(outs[1]), floats(outs[2])
	if len(xs) != 4*cornerInput || len(ys) != 4*cornerInput || len(score) == 0 ||
		1/(1+math.Exp(-float64(score[0]))) < cornerScore {
		return nil, false
	}
	quad := make([]pt, 4)
	for i := range quad {
		quad[i] = pt{
			expectation(xs[i*cornerInput:(i+1)*cornerInput]) * float64(colour.Cols()),
			expectation(ys[i*cornerInput:(i+1)*cornerInput]) * float64(colour.Rows()),
		}
	}
	return quad, convex(quad)
}

func floats(m gocv.Mat) []float32 {
	p, err := m.DataPtrFloat32()
	if err != nil {
		return nil
	}
	return p
}

// expectation is the mean place, from 0 to 1, under the softmax of the logits.
func expectation(logits []float32) float64 {
	top := logits[0]
	for _, v := range logits {
		top = max(top, v)
	}
	var sum, mean float64
	for i, v := range logits {
		e := math.Exp(float64(v - top))
		sum += e
		mean += e * float64(i) / float64(len(logits)-1)
	}
	return mean / sum
}

// convex refuses a crossed or folded quadrilateral.
func convex(q []pt) bool {
	for i := range q {
		a, b, c := q[i], q[(i+1)%4], q[(i+2)%4]
		if !((b.x-a.x)*(c.y-b.y)-(b.y-a.y)*(c.x-b.x) > 0) { // also what is no number
			return false
		}
	}
	return true
}
