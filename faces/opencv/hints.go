package opencv

import (
	"errors"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// hinter estimates age, sex and expression.
type hinter struct{ ageSex, expression gocv.Net }

// expressions are the classes of the expression network, in its order.
var expressions = [...]string{
	faces.Neutral, faces.Happy, faces.Sad, faces.Angry, faces.Fearful, faces.Disgusted, faces.Surprised,
}

// oldest bounds an estimate: the network has no idea of its own limits.
const oldest = 120

// estimate runs both networks on the face turned upright.
func (h *hinter) estimate(s subject) (*faces.Hints, error) {
	out, err := run(&h.ageSex, s.picture, squareAround(s.face, 1), 1.0/256, "age", "gender")
	if err != nil {
		return nil, err
	}
	age, sex := out[0], out[1]
	out, err = run(&h.expression, s.picture, squareOfExpression(s.face), 1.0/255, "")
	if err != nil {
		return nil, err
	}
	return hintsOf(age, sex, out[0])
}

func run(net *gocv.Net, picture gocv.Mat, toCrop similarity, scale float64, outputs ...string) ([][]float32, error) {
	crop, err := warp(picture, toCrop)
	if err != nil {
		return nil, err
	}
	defer crop.Close()
	blob := faceBlob(crop, scale)
	defer blob.Close()
	return forward(net, blob, outputs...)
}

// hintsOf reads the networks' outputs; what is not a number fails here, for it
// could not be sent.
func hintsOf(age, sex, expression []float32) (*faces.Hints, error) {
	if len(age) != 1 || len(sex) != 2 || len(expression) != len(expressions) {
		return nil, errors.New("faces/opencv: the hint networks gave an unexpected number of values")
	}
	h := &faces.Hints{
		Age:         math.Max(0, math.Min(oldest, float64(age[0]))),
		Female:      unit01(sex[1]),
		Expressions: make(map[string]float64, len(expressions)),
	}
	if math.IsNaN(h.Age) || sex[1] != sex[1] {
		return nil, errors.New("faces/opencv: a hint is not a number")
	}
	for i, name := range expressions {
		h.Expressions[name] = unit01(expression[i])
	}
	return h, nil
}

// squareOfExpression is the crop that the expression network was trained on:
// its size follows from the distance of eyes and mouth, its middle lies a
// little below theirs.
func squareOfExpression(f faces.Face) similarity {
	const share, lower = 0.45, 0.07
	m := f.Landmarks
	mouth := middle(m[faces.RightMouth], m[faces.LeftMouth])
	eyes := middle(m[faces.RightEye], m[faces.LeftEye])
	side := (distance(m[faces.RightEye], mouth) + distance(m[faces.LeftEye], mouth)) / 2 / share
	sin, cos := math.Sincos(f.Roll() * math.Pi / 180)
	cx := (2*eyes.X+mouth.X)/3 - lower*side*sin
	cy := (2*eyes.Y+mouth.Y)/3 + lower*side*cos
	f.Box = faces.Box{X: cx - side/2, Y: cy - side/2, W: side, H: side}
	return squareAround(f, 1)
}

func middle(a, b faces.Point) faces.Point { return faces.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2} }
