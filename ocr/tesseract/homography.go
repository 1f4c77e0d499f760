package tesseract

import "gocv.io/x/gocv"

// homography is a 3 by 3 matrix, row by row, that maps one plane's points to
// another's.
type homography [9]float64

func (m homography) apply(p pt) pt {
	d := m[6]*p.x + m[7]*p.y + m[8]
	return pt{(m[0]*p.x + m[1]*p.y + m[2]) / d, (m[3]*p.x + m[4]*p.y + m[5]) / d}
}

// after is the map that does n first and then m.
func (m homography) after(n homography) homography {
	var out homography
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				out[3*i+j] += m[3*i+k] * n[3*k+j]
			}
		}
	}
	return out
}

// shifted is the map whose origin is at by in m.
func (m homography) shifted(by pt) homography {
	return m.after(homography{1, 0, by.x, 0, 1, by.y, 0, 0, 1})
}

// homographyBetween takes four points to four others, no three of which may lie
// on one line.
func homographyBetween(from, to []pt) homography {
	t := perspective(from, to)
	defer t.Close()
	var out homography
	if t.Empty() {
		return out
	}
	for i := range out {
		out[i] = t.GetDoubleAt(i/3, i%3)
	}
	return out
}

// perspective is the same as a matrix of OpenCV's.
func perspective(from, to []pt) gocv.Mat {
	a, b := gocv.NewPoint2fVectorFromPoints(points2f(from)), gocv.NewPoint2fVectorFromPoints(points2f(to))
	defer a.Close()
	defer b.Close()
	return gocv.GetPerspectiveTransform2f(a, b)
}

func points2f(points []pt) []gocv.Point2f {
	out := make([]gocv.Point2f, len(points))
	for i, p := range points {
		out[i] = gocv.Point2f{X: float32(p.x), Y: float32(p.y)}
	}
	return out
}

// rectangle is the corners of a picture of that size, as quadrilaterals have them.
func rectangle(w, h float64) []pt { return []pt{{0, 0}, {w, 0}, {w, h}, {0, h}} }
