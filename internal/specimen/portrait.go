package specimen

import (
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// printPortrait pastes the portrait as a printer would leave it: nearly grey,
// softened, flattened in contrast, with a trace of the pattern over it.
func printPortrait(img *image.RGBA, into image.Rectangle, o Options, r *rand.Rand) {
	source := copyRGBA(o.Portrait)
	from := source.Rect
	if !o.Face.Empty() {
		from = portraitCrop(o.Face.Sub(o.Portrait.Bounds().Min), into)
	}
	pasted := image.NewRGBA(image.Rect(0, 0, into.Dx(), into.Dy()))
	draw.CatmullRom.Scale(pasted, pasted.Rect, extend(source, from), from, draw.Src, nil)
	soft := blur(pasted, 0.06*o.PerMM)
	for y := range into.Dy() {
		for x := range into.Dx() {
			c := at(soft, x, y)
			grey := 0.299*c[0] + 0.587*c[1] + 0.114*c[2]
			c = c.mix(rgb{grey, grey, grey + 4}, 0.75)
			c = rgb{128, 128, 128}.mix(c, 0.86)
			set(img, into.Min.X+x, into.Min.Y+y, c.mix(rgb{235, 235, 235}, 0.06).scale(1+r.NormFloat64()*0.012))
		}
	}
}

// printGhost prints the portrait a second time, smaller and faint, at the other
// end of the print's lower lines.
func printGhost(img *image.RGBA, portrait image.Rectangle, o Options) image.Rectangle {
	w, h := portrait.Dx()*2/5, portrait.Dy()*2/5
	left := img.Rect.Dx() - w - int(3*o.PerMM)
	if o.Design.Right {
		left = portrait.Min.X - w - int(3*o.PerMM)
	}
	into := image.Rect(left, portrait.Max.Y-h, left+w, portrait.Max.Y)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Rect, img, portrait, draw.Src, nil)
	for y := range h {
		for x := range w {
			v := luminance(at(small, x, y))
			ink(img, into.Min.X+x, into.Min.Y+y, o.Design.turn(rgb{v * 0.8, v * 0.85, v}), 0.4)
		}
	}
	return into
}

// hologram lays rings of changing colour over portrait and print, as a foil
// does when light falls on it from aside.
func hologram(img *image.RGBA, o Options, l layout) {
	r := source(o.Seed, 31)
	cx, cy := (l.width*(0.25+0.5*r.Float64()))*o.PerMM, (l.portrait.y+l.portrait.h*r.Float64())*o.PerMM
	radius := (9 + 7*r.Float64()) * o.PerMM
	bottom := l.height * o.PerMM
	if o.hasMRZ() {
		bottom -= 20 * o.PerMM
	}
	for y := max(0, int(cy-radius)); y < int(min(cy+radius, bottom)); y++ {
		for x := int(cx - radius); x < int(cx+radius); x++ {
			d, a := math.Hypot(float64(x)-cx, float64(y)-cy)/radius, math.Atan2(float64(y)-cy, float64(x)-cx)
			if d >= 1 {
				continue
			}
			phase := 9*d + 2*math.Sin(6*a)
			c := rgb{160 + 95*math.Sin(phase), 160 + 95*math.Sin(phase+2.1), 160 + 95*math.Sin(phase+4.2)}
			ink(img, x, y, c, 0.22*(1-d*d))
		}
	}
}

// portraitCrop frames a face as 9303-3, 3.9.1 asks, about 70 to 80 % of the
// height from chin to crown, in the proportions of the printed portrait.
// The box of a face ends at the forehead, hence the smaller share here.
func portraitCrop(f image.Rectangle, like image.Rectangle) image.Rectangle {
	h := float64(f.Dy()) / 0.55
	w := h * float64(like.Dx()) / float64(like.Dy())
	cx := float64(f.Min.X+f.Max.X) / 2
	cy := float64(f.Min.Y+f.Max.Y)/2 - 0.03*h
	return image.Rect(int(cx-w/2), int(cy-h/2), int(cx+w/2), int(cy+h/2))
}

// extend returns an image that covers r too, by repeating img's edges.
func extend(img *image.RGBA, r image.Rectangle) *image.RGBA {
	if r.In(img.Rect) {
		return img
	}
	out := image.NewRGBA(r.Union(img.Rect))
	for y := out.Rect.Min.Y; y < out.Rect.Max.Y; y++ {
		for x := out.Rect.Min.X; x < out.Rect.Max.X; x++ {
			sx := min(max(x, img.Rect.Min.X), img.Rect.Max.X-1)
			sy := min(max(y, img.Rect.Min.Y), img.Rect.Max.Y-1)
			out.SetRGBA(x, y, img.RGBAAt(sx, sy))
		}
	}
	return out
}
