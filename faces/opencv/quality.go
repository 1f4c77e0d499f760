package opencv

import (
	"errors"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv/internal/parts"
)

// measure judges a face by its aligned crop, so that sharpness, brightness
// and contrast are of the face at one size and not of what stands around it.
// Without landmarks the pose comes from five points, and what needs the
// landmarks is -1.
func measure(s subject, l *landmarker) (faces.Quality, error) {
	q := faces.Quality{InterEye: s.face.InterEye(), Pitch: 0, Eyes: -1, Mouth: -1, Occlusion: -1}
	q.Roll, q.Yaw = s.face.Roll(), s.face.Yaw()
	if err := expose(&q, s.aligned); err != nil {
		return faces.Quality{}, err
	}
	q.Outside = outside(s.face, s.picture.Cols(), s.picture.Rows())
	if l == nil {
		return q, nil
	}
	points, err := l.find(s.picture, s.face)
	if err != nil {
		return faces.Quality{}, err
	}
	if p, ok := poseOf(points); ok {
		q.Yaw, q.Pitch = p.yaw, p.pitch
	}
	q.Mouth = opening(points[pointLipsInner:])
	q.Eyes, q.Occlusion, err = look(s.picture, s.face, q.Yaw)
	return q, err
}

// turnedAway is the yaw from which the farther eye is no longer judged, and
// profile that from which a covered face cannot be told from a turned one.
const (
	turnedAway = 15
	profile    = 30
)

// look judges eyes and mouth by how they look: the openness of the eyes, of
// the nearer one where the head is turned, and the covered part of the face.
func look(picture gocv.Mat, f faces.Face, yaw float64) (open, covered float64, err error) {
	gray, err := grayOf(picture)
	if err != nil {
		return -1, -1, err
	}
	var opens, seen [2]float64
	for i, place := range Eyes(f) {
		patch := parts.Cut(gray, place)
		opens[i], seen[i] = parts.Open.Judge(&patch), parts.Eye.Judge(&patch)
	}
	patch := parts.Cut(gray, MouthOf(f))
	mouth := parts.Mouth.Judge(&patch)
	both := func(v [2]float64) float64 {
		switch { // who turns to the left shows the right eye
		case yaw > turnedAway:
			return v[0]
		case yaw < -turnedAway:
			return v[1]
		}
		return (v[0] + v[1]) / 2
	}
	covered = -1
	if math.Abs(yaw) < profile {
		covered = 1 - math.Min(both(seen), mouth)
	}
	return both(opens), covered, nil
}

// grayOf reads single pixels of a BGR picture (ITU-R BT.601), its edge beyond
// it, without turning the whole of it to grey.
func grayOf(picture gocv.Mat) (parts.Gray, error) {
	w, h := picture.Cols(), picture.Rows()
	if picture.Empty() || picture.Type() != gocv.MatTypeCV8UC3 {
		return nil, errors.New("faces/opencv: not a colour picture")
	}
	pix, err := picture.DataPtrUint8()
	if err != nil {
		return nil, err
	}
	return func(x, y int) float64 {
		at := 3 * (min(max(y, 0), h-1)*w + min(max(x, 0), w-1))
		p := pix[at : at+3 : at+3]
		return 0.114*float64(p[0]) + 0.587*float64(p[1]) + 0.299*float64(p[2])
	}, nil
}

// outside is the part of the head that lies beyond the picture: the face's box
// with a fifth more above, for it begins below the hair.
func outside(f faces.Face, width, height int) float64 {
	const hair = 0.2
	b := f.Box
	b.Y -= hair * b.H
	b.H *= 1 + hair
	w := math.Min(b.X+b.W, float64(width)) - math.Max(b.X, 0)
	h := math.Min(b.Y+b.H, float64(height)) - math.Max(b.Y, 0)
	return 1 - math.Max(0, w)*math.Max(0, h)/math.Max(1, b.Area())
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
