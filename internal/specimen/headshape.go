package specimen

import "math"

// relief is how far a point of a face stands out of the plane of the eyes, in
// distances between the eyes. x runs along the eyes towards the person's left
// and y down the face, both from the middle between the eyes.
type relief func(x, y float64) float64

// Measures of an average adult head in distances between the eyes (63 mm).
const (
	headWidth  = 1.22 // half of it, at the temples
	headHeight = 1.85 // half of it, crown to chin
	headMiddle = 0.35 // of the face, below the eyes
	headDepth  = 1.25 // of the ellipsoid, from its axis to its front
	neckAxis   = 1.15 // behind the eyes: about what a head turns
	noseTip    = 0.62 // below the eyes
	noseHeight = 0.48 // of its tip above the cheeks
)

// head is the relief of a living face: an ellipsoid and a nose on it.
func head(x, y float64) float64 {
	round := math.Sqrt(math.Max(0.03, 1-ellipse2(x, y)))
	atEyes := math.Sqrt(1 - ellipse2(0.5, 0))
	return headDepth*(round-atEyes) + nose(x, y)
}

func ellipse2(x, y float64) float64 {
	u, v := x/headWidth, (y-headMiddle)/headHeight
	return u*u + v*v
}

// nose rises from between the eyes to its tip and falls steeply to the lip.
func nose(x, y float64) float64 {
	var along float64
	switch {
	case y <= 0 || y >= noseTip+0.24:
		return 0
	case y <= noseTip:
		along = y / noseTip
	default:
		along = 1 - (y-noseTip)/0.24
	}
	wide := 0.10 + 0.10*y/noseTip
	return noseHeight * along * math.Exp(-x*x/(2*wide*wide))
}

// follows is how much of the head's movement a point follows: all of it on the
// face, nothing of it in the room and on the shoulders.
func follows(x, y float64) float64 {
	const from, to = 1.05, 1.9
	d := math.Sqrt(ellipse2(x, y))
	if y > headMiddle { // the neck is shorter than the hair is wide
		d *= 1.1
	}
	t := math.Max(0, math.Min(1, (to-d)/(to-from)))
	return t * t * (3 - 2*t)
}

// flat is the relief of a sheet.
func flat(_, _ float64) float64 { return 0 }

// bent is the relief of a sheet that is bent about an upright axis, which
// makes the nose stand out before the cheeks.
func bent(x, _ float64) float64 { return -0.42 * x * x }
