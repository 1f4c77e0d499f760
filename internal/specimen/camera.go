package specimen

import "math"

// camera is a pinhole above a plane. Points of the plane are in pixels about
// the middle of what is looked at, as large as they would be from straight
// above.
type camera struct {
	focal    float64 // in pixels; a phone's is about its picture's width
	sin, cos float64 // of the tilt
	axis     float64 // in the plane, about which the plane is tilted
}

func newCamera(width int, degrees, axis float64) camera {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return camera{focal: float64(width), sin: sin, cos: cos, axis: axis}
}

// see projects a point of the plane.
func (c camera) see(p point) point {
	sin, cos := math.Sincos(c.axis)
	along, across := p.x*cos+p.y*sin, p.y*cos-p.x*sin
	across, away := across*c.cos, across*c.sin // the axis itself stays where it is
	by := c.focal / (c.focal + away)
	along, across = along*by, across*by
	return point{along*cos - across*sin, along*sin + across*cos}
}

func (c camera) quad(q quad) quad {
	for i := range q {
		q[i] = c.see(q[i])
	}
	return q
}

func (q quad) moved(dx, dy float64) quad {
	for i := range q {
		q[i] = point{q[i].x + dx, q[i].y + dy}
	}
	return q
}

func (q quad) scaled(by float64) quad {
	for i := range q {
		q[i] = point{q[i].x * by, q[i].y * by}
	}
	return q
}

// arrangement is where documents lie in the plane before it is tilted.
func arrangement(sizes []point, degrees float64) []quad {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	total := 0.0
	for _, s := range sizes {
		total += s.y * 1.08
	}
	quads := make([]quad, len(sizes))
	y := -total / 2
	for i, s := range sizes {
		middle := y + s.y*1.08/2
		y += s.y * 1.08
		for k, c := range (quad{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}) {
			px, py := c.x*s.x/2, middle+c.y*s.y/2
			quads[i][k] = point{px*cos - py*sin, px*sin + py*cos}
		}
	}
	return quads
}
