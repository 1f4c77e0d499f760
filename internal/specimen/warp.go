package specimen

import (
	"image"
	"math"
)

type point struct{ x, y float64 }

// quad is four corners clockwise from the top left.
type quad [4]point

// homography is a 3 by 3 matrix, row by row, that maps one plane's points to
// another's.
type homography [9]float64

func (m homography) apply(p point) point {
	d := m[6]*p.x + m[7]*p.y + m[8]
	return point{(m[0]*p.x + m[1]*p.y + m[2]) / d, (m[3]*p.x + m[4]*p.y + m[5]) / d}
}

// between returns the homography that takes the corners of from to those of
// to. The corners of neither may lie on one line.
func between(from, to quad) homography {
	var a [8][9]float64
	for i := range 4 {
		x, y, u, v := from[i].x, from[i].y, to[i].x, to[i].y
		a[2*i] = [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}
		a[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}
	}
	for c := range 8 { // Gauss-Jordan with the largest pivot
		pivot := c
		for r := c + 1; r < 8; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[pivot][c]) {
				pivot = r
			}
		}
		a[c], a[pivot] = a[pivot], a[c]
		for r := range 8 {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k < 9; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	m := homography{8: 1}
	for i := range 8 {
		m[i] = a[i][8] / a[i][i]
	}
	return m
}

func corners(r image.Rectangle) quad {
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	return quad{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// warp draws img into the corners of to on a ground of img's mean edge colour.
func warp(img *image.RGBA, to quad, width, height int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	rectangle(out, out.Rect, edgeColour(img))
	lay(out, img, to, 0)
	return out
}

// lay draws img over out into the corners of to, four samples to the pixel.
// round is the radius of img's corners in img's pixels.
func lay(out, img *image.RGBA, to quad, round float64) {
	back := between(to, corners(img.Rect))
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	box := bounds(to).Intersect(out.Rect)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			var sum rgb
			covered := 0.0
			for _, d := range [4]point{{0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}} {
				p := back.apply(point{float64(x) + d.x, float64(y) + d.y})
				if !inside(p, w, h, round) {
					continue
				}
				c := sample(img, p.x, p.y)
				sum = rgb{sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]}
				covered++
			}
			if covered > 0 {
				ink(out, x, y, sum.scale(1/covered), covered/4)
			}
		}
	}
}

func inside(p point, w, h, round float64) bool {
	if p.x < 0 || p.y < 0 || p.x >= w || p.y >= h {
		return false
	}
	dx, dy := math.Max(round-p.x, p.x-w+round), math.Max(round-p.y, p.y-h+round)
	return dx <= 0 || dy <= 0 || math.Hypot(dx, dy) <= round
}

func bounds(q quad) image.Rectangle {
	x0, y0, x1, y1 := q[0].x, q[0].y, q[0].x, q[0].y
	for _, p := range q[1:] {
		x0, y0, x1, y1 = math.Min(x0, p.x), math.Min(y0, p.y), math.Max(x1, p.x), math.Max(y1, p.y)
	}
	return image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1)))
}

func edgeColour(img *image.RGBA) rgb {
	var sum rgb
	n := 0.0
	for x := range img.Rect.Dx() {
		for _, y := range []int{0, img.Rect.Dy() - 1} {
			c := at(img, x, y)
			sum = rgb{sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]}
			n++
		}
	}
	return sum.scale(1 / n)
}
