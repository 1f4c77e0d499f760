package opencv

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

const (
	// landmarkSide is the side of the landmark network's input.
	landmarkSide = 112
	// landmarkCrop is how much larger than the face its crop is.
	landmarkCrop = 1.1
	// landmarkCount is the number of points of the iBUG-68 scheme.
	landmarkCount = 68
)

// Places in the iBUG-68 scheme (Sagonas et al. 2013). Right is the person's
// right, on the left of a picture that is not mirrored.
const (
	pointNasion     = 27 // four points down to the tip
	pointNoseTip    = 30
	pointSubnasale  = 33
	pointEyeRight   = 36 // six points, from the outer corner over the upper lid
	pointEyeLeft    = 42 // six points, from the inner corner over the upper lid
	pointMouthRight = 48
	pointMouthLeft  = 54
	pointLipsInner  = 60 // eight points, from the right corner over the upper lip
)

// shape are the points of a face in the photograph's pixels.
type shape [landmarkCount]faces.Point

// landmarker finds 68 points of a face.
type landmarker struct{ net gocv.Net }

// find looks at the face turned upright about the middle of its box: the
// network was trained on faces that hardly tilt.
func (l *landmarker) find(picture gocv.Mat, f faces.Face) (shape, error) {
	toCrop := squareAround(f, landmarkCrop)
	crop, err := warp(picture, toCrop)
	if err != nil {
		return shape{}, err
	}
	defer crop.Close()
	blob := faceBlob(crop, 1.0/255)
	defer blob.Close()
	outputs, err := forward(&l.net, blob, "")
	if err != nil {
		return shape{}, err
	}
	if len(outputs[0]) != 2*landmarkCount {
		return shape{}, errors.New("faces/opencv: the landmark network gave an unexpected number of points")
	}
	return place(outputs[0], toCrop.inverse())
}

// place reads the network's points, parts of the crop, and puts them into the
// photograph.
func place(parts []float32, toPicture similarity) (shape, error) {
	var s shape
	for i := range s {
		x, y := float64(parts[2*i]), float64(parts[2*i+1])
		if !(math.Abs(x) < 4 && math.Abs(y) < 4) { // also what is not a number
			return shape{}, errors.New("faces/opencv: a landmark far outside of the face")
		}
		s[i] = toPicture.apply(faces.Point{X: x * landmarkSide, Y: y * landmarkSide})
	}
	return s, nil
}

// faceBlob is the input of the three networks of one family: landmarks, age
// and sex, expression. They differ in scale.
func faceBlob(crop gocv.Mat, scale float64) gocv.Mat {
	return gocv.BlobFromImage(crop, scale, image.Pt(crop.Cols(), crop.Rows()),
		gocv.NewScalar(122.782, 117.001, 104.298, 0), true, false)
}

// squareAround maps the square around a face box, enlarged and turned by the
// tilt of the eyes, onto the square that the networks see.
func squareAround(f faces.Face, enlarge float64) similarity {
	const side = landmarkSide
	scale := side / (enlarge * math.Max(1, math.Max(f.Box.W, f.Box.H)))
	sin, cos := math.Sincos(-f.Roll() * math.Pi / 180)
	s := similarity{a: scale * cos, b: scale * sin}
	cx, cy := f.Box.X+f.Box.W/2, f.Box.Y+f.Box.H/2
	s.tx = side/2.0 - s.a*cx + s.b*cy
	s.ty = side/2.0 - s.b*cx - s.a*cy
	return s
}

// apply maps a point.
func (s similarity) apply(p faces.Point) faces.Point {
	return faces.Point{X: s.a*p.X - s.b*p.Y + s.tx, Y: s.b*p.X + s.a*p.Y + s.ty}
}

// inverse maps back; the scale of a square around a face is never zero.
func (s similarity) inverse() similarity {
	n := s.a*s.a + s.b*s.b
	i := similarity{a: s.a / n, b: -s.b / n}
	i.tx = -i.a*s.tx + i.b*s.ty
	i.ty = -i.b*s.tx - i.a*s.ty
	return i
}

// warp cuts that square out of the picture. What lies outside of the picture is
// black.
func warp(picture gocv.Mat, s similarity) (gocv.Mat, error) {
	matrix := gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F)
	defer matrix.Close()
	for i, v := range [6]float64{s.a, -s.b, s.tx, s.b, s.a, s.ty} {
		matrix.SetDoubleAt(i/3, i%3, v)
	}
	out := gocv.NewMat()
	err := gocv.WarpAffine(picture, &out, matrix, image.Pt(landmarkSide, landmarkSide))
	if err == nil && out.Empty() {
		err = errors.New("faces/opencv: empty crop")
	}
	if err != nil {
		out.Close()
		return gocv.Mat{}, err
	}
	return out, nil
}

// opening is the height of the gap between the lips over its width.
func opening(lips []faces.Point) float64 {
	height := distance(lips[1], lips[7]) + distance(lips[2], lips[6]) + distance(lips[3], lips[5])
	return ratio(height, 3*distance(lips[0], lips[4]))
}

func distance(a, b faces.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

// ratio is bounded, for points that coincide.
func ratio(a, b float64) float64 { return math.Min(10, a/math.Max(b, 1e-9)) }
