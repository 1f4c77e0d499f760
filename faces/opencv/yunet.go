package opencv

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/vouchline/vouchline/faces"
)

// head is one of YuNet's three output scales: a grid of cells, each of which
// may hold a face.
type head struct {
	stride, columns int
	class, object   []float32
	box, points     []float32
}

// decode appends the faces of this head, in the pixels of the unreduced
// picture. Positions are in cells, sizes logarithmic.
func (h head) decode(found []faces.Face, scale float64) ([]faces.Face, error) {
	n := len(h.class)
	if h.columns <= 0 || len(h.object) != n || len(h.box) != 4*n || len(h.points) != 10*n {
		return nil, fmt.Errorf("faces/opencv: YuNet's outputs at stride %d do not fit together", h.stride)
	}
	unit := float64(h.stride) / scale
	for i := range n {
		score := math.Sqrt(unit01(h.class[i]) * unit01(h.object[i]))
		if !(score >= faceThreshold) {
			continue
		}
		column, row := float64(i%h.columns), float64(i/h.columns)
		b, k := h.box[4*i:4*i+4], h.points[10*i:10*i+10]
		width, height := math.Exp(float64(b[2]))*unit, math.Exp(float64(b[3]))*unit
		f := faces.Face{
			Score: score,
			Box: faces.Box{
				X: (column+float64(b[0]))*unit - width/2,
				Y: (row+float64(b[1]))*unit - height/2,
				W: width, H: height,
			},
		}
		for p := range f.Landmarks {
			f.Landmarks[p] = faces.Point{
				X: (float64(k[2*p]) + column) * unit,
				Y: (float64(k[2*p+1]) + row) * unit,
			}
		}
		if finite(f) {
			found = append(found, f)
		}
	}
	return found, nil
}

// unit01 clips to 0..1; not-a-number becomes 0.
func unit01(v float32) float64 {
	if !(v > 0) {
		return 0
	}
	return math.Min(1, float64(v))
}

// finite keeps infinite and undefined coordinates away from the code that
// cuts regions.
func finite(f faces.Face) bool {
	values := []float64{f.Box.X, f.Box.Y, f.Box.W, f.Box.H}
	for _, p := range f.Landmarks {
		values = append(values, p.X, p.Y)
	}
	for _, v := range values {
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			return false
		}
	}
	return f.Box.W >= 1 && f.Box.H >= 1
}

// suppress keeps the best-scored of detections that overlap.
func suppress(found []faces.Face) []faces.Face {
	slices.SortStableFunc(found, func(a, b faces.Face) int { return cmp.Compare(b.Score, a.Score) })
	var kept []faces.Face
	for _, f := range found {
		covered := slices.ContainsFunc(kept, func(k faces.Face) bool { return k.Box.Overlap(f.Box) > overlapLimit })
		if !covered {
			kept = append(kept, f)
		}
	}
	return kept
}
