package faces

import (
	"log/slog"
	"math"
)

// Point is a place in a photograph, in pixels from its upper left corner.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Box is an upright rectangle in a photograph. It may reach past the edges.
type Box struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// Area is the box's area in square pixels.
func (b Box) Area() float64 { return b.W * b.H }

// Overlap is the intersection of two boxes over their union, 0 to 1.
func (b Box) Overlap(o Box) float64 {
	w := math.Min(b.X+b.W, o.X+o.W) - math.Max(b.X, o.X)
	h := math.Min(b.Y+b.H, o.Y+o.H) - math.Max(b.Y, o.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (b.Area() + o.Area() - w*h)
}

// Places of the landmarks of a Face. Right and left are the person's.
const (
	RightEye = iota
	LeftEye
	Nose
	RightMouth
	LeftMouth
)

// Face is one detected face.
type Face struct {
	Box Box `json:"box"`
	// Score is the detector's confidence, 0 to 1.
	Score float64 `json:"score"`
	// Landmarks are right eye, left eye, nose, right and left mouth corner.
	Landmarks [5]Point `json:"landmarks"`
}

// InterEye is the distance of the eye centres in pixels (ISO/IEC 39794-5).
func (f Face) InterEye() float64 {
	r, l := f.Landmarks[RightEye], f.Landmarks[LeftEye]
	return math.Hypot(l.X-r.X, l.Y-r.Y)
}

// Roll is the tilt of the head in degrees, clockwise in the photograph.
func (f Face) Roll() float64 {
	r, l := f.Landmarks[RightEye], f.Landmarks[LeftEye]
	return math.Atan2(l.Y-r.Y, l.X-r.X) * 180 / math.Pi
}

// Yaw estimates the turn of the head in degrees, positive towards the
// person's left. It reads how far the nose lies from the middle of eyes and
// mouth: a nose stands out about 0.6 inter-eye distances, so its tip moves by
// the sine of the angle. Five points allow no better than ten degrees.
func (f Face) Yaw() float64 {
	m := f.Landmarks
	cx := (m[RightEye].X + m[LeftEye].X + m[RightMouth].X + m[LeftMouth].X) / 4
	cy := (m[RightEye].Y + m[LeftEye].Y + m[RightMouth].Y + m[LeftMouth].Y) / 4
	ux, uy := m[LeftEye].X-m[RightEye].X, m[LeftEye].Y-m[RightEye].Y
	width := math.Max(math.Hypot(ux, uy), mouthWidth(m))
	if width == 0 {
		return 0
	}
	length := math.Max(math.Hypot(ux, uy), 1e-9)
	offset := ((m[Nose].X-cx)*ux + (m[Nose].Y-cy)*uy) / length / width
	return math.Asin(math.Max(-1, math.Min(1, offset/noseDepth))) * 180 / math.Pi
}

// noseDepth is how far a nose stands out of the plane of eyes and mouth, in
// inter-eye distances.
const noseDepth = 0.6

func mouthWidth(m [5]Point) float64 {
	return math.Hypot(m[LeftMouth].X-m[RightMouth].X, m[LeftMouth].Y-m[RightMouth].Y)
}

// Embedding is a face as a vector of unit length. It is biometric data: it
// does not print itself.
type Embedding []float32

// String hides the vector.
func (e Embedding) String() string { return "embedding(redacted)" }

// GoString hides the vector from %#v.
func (e Embedding) GoString() string { return e.String() }

// LogValue hides the vector.
func (e Embedding) LogValue() slog.Value { return slog.StringValue(e.String()) }

// Score is the cosine of two embeddings, -1 to 1, or -1 when they cannot be
// compared: something unknown is never similar.
func (e Embedding) Score(o Embedding) float64 {
	if len(e) == 0 || len(e) != len(o) {
		return -1
	}
	var dot, a, b float64
	for i := range e {
		dot += float64(e[i]) * float64(o[i])
		a += float64(e[i]) * float64(e[i])
		b += float64(o[i]) * float64(o[i])
	}
	if a == 0 || b == 0 {
		return -1
	}
	score := dot / math.Sqrt(a*b)
	if math.IsNaN(score) {
		return -1
	}
	return score
}
