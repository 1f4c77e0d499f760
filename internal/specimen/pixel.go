package specimen

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// rgb is a colour while it is being computed, each part from 0 to 255.
type rgb [3]float64

func (c rgb) opaque() color.RGBA {
	return color.RGBA{R: byteOf(c[0]), G: byteOf(c[1]), B: byteOf(c[2]), A: 255}
}

func (c rgb) mix(o rgb, part float64) rgb {
	return rgb{c[0] + (o[0]-c[0])*part, c[1] + (o[1]-c[1])*part, c[2] + (o[2]-c[2])*part}
}

func (c rgb) scale(by float64) rgb {
	return rgb{c[0] * by, c[1] * by, c[2] * by}
}

func byteOf(v float64) uint8 {
	switch {
	case v <= 0:
		return 0
	case v >= 255:
		return 255
	default:
		return uint8(v + 0.5)
	}
}

func at(img *image.RGBA, x, y int) rgb {
	i := img.PixOffset(x, y)
	p := img.Pix[i : i+3 : i+3]
	return rgb{float64(p[0]), float64(p[1]), float64(p[2])}
}

func set(img *image.RGBA, x, y int, c rgb) {
	i := img.PixOffset(x, y)
	p := img.Pix[i : i+4 : i+4]
	p[0], p[1], p[2], p[3] = byteOf(c[0]), byteOf(c[1]), byteOf(c[2]), 255
}

// ink lays c over a pixel with the given opacity; outside of img it does
// nothing.
func ink(img *image.RGBA, x, y int, c rgb, opacity float64) {
	if (image.Point{x, y}).In(img.Rect) {
		set(img, x, y, at(img, x, y).mix(c, opacity))
	}
}

// copyRGBA returns a fresh opaque copy of img whose bounds start at 0, 0.
func copyRGBA(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Over)
	return out
}

// sample reads img between pixels; beyond an edge it repeats the edge.
func sample(img *image.RGBA, x, y float64) rgb {
	x, y = x-0.5, y-0.5
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	w, h := img.Rect.Dx()-1, img.Rect.Dy()-1
	l, r := min(max(int(x0), 0), w), min(max(int(x0)+1, 0), w)
	t, b := min(max(int(y0), 0), h), min(max(int(y0)+1, 0), h)
	return at(img, l, t).mix(at(img, r, t), fx).mix(at(img, l, b).mix(at(img, r, b), fx), fy)
}

// ellipse fills an ellipse with a soft edge of one pixel.
func ellipse(img *image.RGBA, cx, cy, rx, ry float64, c rgb) {
	for y := int(cy - ry - 1); y <= int(cy+ry+1); y++ {
		for x := int(cx - rx - 1); x <= int(cx+rx+1); x++ {
			dx, dy := (float64(x)+0.5-cx)/rx, (float64(y)+0.5-cy)/ry
			inside := (1 - math.Hypot(dx, dy)) * math.Min(rx, ry)
			if inside > -0.5 {
				ink(img, x, y, c, math.Min(1, inside+0.5))
			}
		}
	}
}

// rectangle fills r.
func rectangle(img *image.RGBA, r image.Rectangle, c rgb) {
	draw.Draw(img, r, image.NewUniform(c.opaque()), image.Point{}, draw.Src)
}
