package tesseract

import (
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"
)

// A strip is one line of a band, straightened: ink of the wanted height in the
// middle, room above and below, and paper at both ends.
const (
	stripHeight = 1.9 // in heights of ink
	stripEnds   = 1.2 // in heights of ink
	maxStrip    = 2600
)

// picture stacks the strips of a band, in reading order, into one grey picture
// for Tesseract. ink is the wanted height of characters in it. Each line is
// straightened by itself, which takes out most of a perspective.
func (b band) picture(gray gocv.Mat, flip bool, ink float64) (gocv.Mat, bool) {
	x0, x1 := math.Inf(1), math.Inf(-1)
	for _, l := range b.lines {
		x0, x1 = min(x0, l.left.x), max(x1, l.right.x)
	}
	height := 0.0
	for _, l := range b.lines {
		height += l.height / float64(len(b.lines))
	}
	w := int((x1 - x0 + 2*stripEnds*height) / height * ink)
	h := int(stripHeight * ink)
	n := len(b.lines)
	if w < minSide || w > maxStrip || h < minSide {
		return gocv.Mat{}, false
	}
	margin := int(ink / 2)
	out := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(255, 0, 0, 0), n*h+2*margin, w+2*margin, gocv.MatTypeCV8U)
	for i := range n {
		l := b.lines[i]
		if flip {
			l = b.lines[n-1-i]
		}
		l = l.between(x0-stripEnds*height, x1+stripEnds*height)
		l.height = height
		strip := b.strip(gray, l, image.Pt(w, h), flip)
		if strip.Empty() {
			strip.Close()
			out.Close()
			return gocv.Mat{}, false
		}
		area := image.Rect(margin, margin+i*h, margin+w, margin+(i+1)*h)
		region := out.Region(area) // inside out by construction
		err := strip.CopyTo(&region)
		region.Close()
		strip.Close()
		if err != nil {
			out.Close()
			return gocv.Mat{}, false
		}
	}
	return out, true
}

// strip straightens one line into a picture of the given size.
func (b band) strip(gray gocv.Mat, l textLine, size image.Point, flip bool) gocv.Mat {
	n := math.Hypot(1, l.slope())
	up := stripHeight / 2 * l.height
	nx, ny := -l.slope()/n*up, up/n
	quad := []pt{
		{l.left.x - nx, l.left.y - ny},
		{l.right.x - nx, l.right.y - ny},
		{l.right.x + nx, l.right.y + ny},
		{l.left.x + nx, l.left.y + ny},
	}
	if flip {
		quad = []pt{quad[2], quad[3], quad[0], quad[1]}
	}
	for i := range quad {
		quad[i] = b.toImage.apply(quad[i])
	}
	return warpQuad(gray, quad, size)
}

// warpQuad brings a quadrilateral (top left, top right, bottom right, bottom
// left) into a rectangle.
func warpQuad(m gocv.Mat, quad []pt, size image.Point) gocv.Mat {
	t := perspective(quad, rectangle(float64(size.X), float64(size.Y)))
	defer t.Close()
	out := gocv.NewMat()
	how := gocv.InterpolationCubic
	if span := math.Hypot(quad[1].x-quad[0].x, quad[1].y-quad[0].y); span > 2*float64(size.X) {
		how = gocv.InterpolationArea
	}
	_ = gocv.WarpPerspectiveWithParams(m, &out, t, size, how, gocv.BorderReplicate, color.RGBA{})
	return out
}
