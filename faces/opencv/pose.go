package opencv

import (
	"math"
)

// headPoint is a landmark's place on a head, in millimetres from the middle
// between the outer corners of the eyes: x towards the person's left, y down,
// z out of the face.
type headPoint struct {
	landmark int
	x, y, z  float64
}

// head is a grown-up's face at rest, after anthropometric means (Farkas 1994:
// biocular width 90, intercanthal width 33, nasal width 35, nasal height 52,
// nasal tip protrusion 20, mouth width 52). Chin and jaw are left out: the
// chin moves with the mouth, and the jaw's points slide along its outline as
// the head turns.
var headModel = []headPoint{
	{pointEyeRight, -45, 0, 0},
	{pointEyeRight + 3, -17, 1, 9},
	{pointEyeLeft, 17, 1, 9},
	{pointEyeLeft + 3, 45, 0, 0},
	{pointNasion, 0, -4, 20},
	{pointNasion + 1, 0, 9, 28},
	{pointNasion + 2, 0, 22, 37},
	{pointNoseTip, 0, 35, 45},
	{pointSubnasale - 2, -16, 44, 22},
	{pointSubnasale, 0, 48, 29},
	{pointSubnasale + 2, 16, 44, 22},
	{pointMouthRight, -26, 70, 16},
	{pointMouthLeft, 26, 70, 16},
}

// pose is the turn of a head in degrees, signed as in faces.Quality.
type pose struct{ yaw, pitch, roll float64 }

// poseOf fits the head to the landmarks as a far camera sees it (weak
// perspective, POS of DeMenthon and Davis 1995): the least-squares affine map
// of the head's points, brought to the nearest one that only turns and scales.
// False where the points lie on a line.
func poseOf(s shape) (pose, bool) {
	u, v := affine(s)
	// The nearest rows at right angles and of one length: (M Mt)^-1/2 M.
	uu, uv, vv := dot(u, u), dot(u, v), dot(v, v)
	root := math.Sqrt(math.Max(0, uu*vv-uv*uv))
	scale := math.Sqrt(uu + vv + 2*root)
	if !(root > 1e-9) {
		return pose{}, false
	}
	// Inverse square root of the symmetric 2 by 2 matrix [uu uv; uv vv].
	a, b, d := (vv+root)/(root*scale), -uv/(root*scale), (uu+root)/(root*scale)
	right := combine(a, u, b, v)
	down := combine(b, u, d, v)
	// Where the nose points, with the tilt of the head undone.
	roll := math.Atan2(down[0], right[0])
	sin, cos := math.Sincos(roll)
	x, y := cos*right[2]+sin*down[2], cos*down[2]-sin*right[2]
	forward := right[0]*down[1] - right[1]*down[0]
	return pose{
		yaw:   degrees(math.Atan2(x, forward)),
		pitch: degrees(-math.Asin(math.Max(-1, math.Min(1, y)))),
		roll:  degrees(roll),
	}, true
}

// affine returns the rows of the 2 by 3 matrix that maps the head's points
// about their centre to the landmarks about theirs, by least squares.
func affine(s shape) (u, v [3]float64) {
	for i, h := range headModel {
		p := s[h.landmark]
		for k := range 3 {
			u[k] += headInverse[i][k] * p.X
			v[k] += headInverse[i][k] * p.Y
		}
	}
	return u, v
}

// headInverse is the pseudo-inverse of the head's points about their centre;
// since its columns add up to zero, the landmarks need no centring.
var headInverse = pseudoInverse(headModel)

func pseudoInverse(points []headPoint) [][3]float64 {
	n := float64(len(points))
	var c [3]float64
	for _, p := range points {
		c[0], c[1], c[2] = c[0]+p.x/n, c[1]+p.y/n, c[2]+p.z/n
	}
	rows := make([][3]float64, len(points))
	var m [3][3]float64
	for i, p := range points {
		rows[i] = [3]float64{p.x - c[0], p.y - c[1], p.z - c[2]}
		for a := range 3 {
			for b := range 3 {
				m[a][b] += rows[i][a] * rows[i][b]
			}
		}
	}
	inverse := [3][3]float64{cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])}
	det := dot(m[0], inverse[0])
	out := make([][3]float64, len(points))
	for i, r := range rows {
		for k := range 3 {
			out[i][k] = (inverse[0][k]*r[0] + inverse[1][k]*r[1] + inverse[2][k]*r[2]) / det
		}
	}
	return out
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func cross(a, b [3]float64) [3]float64 {
	return [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func combine(a float64, u [3]float64, b float64, v [3]float64) [3]float64 {
	return [3]float64{a*u[0] + b*v[0], a*u[1] + b*v[1], a*u[2] + b*v[2]}
}

func degrees(radians float64) float64 { return radians * 180 / math.Pi }
