package opencv

import (
	"math"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv/internal/parts"
)

// Eyes are the places of the right and the left eye. The scale is the distance
// of the eyes, or that of eyes and mouth where a turn of the head makes the
// former shorter.
func Eyes(f faces.Face) [2]parts.Place {
	r, l := f.Landmarks[faces.RightEye], f.Landmarks[faces.LeftEye]
	dx, dy := l.X-r.X, l.Y-r.Y
	if size := math.Hypot(dx, dy); size > 0 {
		longer := math.Max(1, 0.95*eyesToMouth(f)/size)
		dx, dy = dx*longer, dy*longer
	}
	return [2]parts.Place{{X: r.X, Y: r.Y, DX: dx, DY: dy}, {X: l.X, Y: l.Y, DX: -dx, DY: -dy}}
}

// MouthOf is the place of the mouth, with some of what is around it.
func MouthOf(f faces.Face) parts.Place {
	r, l := f.Landmarks[faces.RightMouth], f.Landmarks[faces.LeftMouth]
	eye := Eyes(f)[0]
	const wider = 1.4
	return parts.Place{X: (r.X + l.X) / 2, Y: (r.Y + l.Y) / 2, DX: wider * eye.DX, DY: wider * eye.DY}
}

// eyesToMouth is the distance between the middles of eyes and mouth, about
// 1.05 of the distance of the eyes of a face from the front.
func eyesToMouth(f faces.Face) float64 {
	m := f.Landmarks
	return math.Hypot(m[faces.LeftMouth].X+m[faces.RightMouth].X-m[faces.LeftEye].X-m[faces.RightEye].X,
		m[faces.LeftMouth].Y+m[faces.RightMouth].Y-m[faces.LeftEye].Y-m[faces.RightEye].Y) / 2
}
