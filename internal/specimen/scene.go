package specimen

import (
	"image"
	"math"

	"golang.org/x/image/draw"
)

// Selfie frames a photograph as a phone at arm's length would: 720 by 960
// pixels, the face 200 pixels wide and a little above the middle. box is the
// face in person; empty takes person for a portrait already framed.
func Selfie(person image.Image, box image.Rectangle, seed uint64) image.Image {
	box = faceOrMiddle(person, box)
	view := view{width: 720, height: 960, scale: 200 / float64(box.Dx()), faceX: 0.5, faceY: 0.42}
	return Noise(scene(person, box, view), 1.5, seed)
}

// view says how large and where in a picture a face is to be.
type view struct {
	width, height int
	scale         float64 // of the photograph
	faceX, faceY  float64 // of the face's middle, as parts of the picture
}

// scene puts a photographed person into a plain room: what the photograph does
// not cover goes on as its blurred edge and fades into a wall of its own tint,
// so that no frame of a print shows around the face.
func scene(person image.Image, box image.Rectangle, v view) *image.RGBA {
	b := person.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, int(float64(b.Dx())*v.scale), int(float64(b.Dy())*v.scale)))
	draw.CatmullRom.Scale(small, small.Rect, person, b, draw.Src, nil)
	vague := blur(Scale(small, 0.125, 0).(*image.RGBA), 4)
	wall := edgeColour(small).mix(rgb{200, 198, 192}, 0.3)

	middle := box.Min.Add(box.Max).Sub(b.Min.Mul(2))
	left := float64(v.width)*v.faceX - float64(middle.X)/2*v.scale
	top := float64(v.height)*v.faceY - float64(middle.Y)/2*v.scale
	w, h := float64(small.Rect.Dx()), float64(small.Rect.Dy())
	out := image.NewRGBA(image.Rect(0, 0, v.width, v.height))
	for y := range v.height {
		light := 1.04 - 0.12*float64(y)/float64(v.height)
		for x := range v.width {
			px, py := float64(x)+0.5-left, float64(y)+0.5-top
			beyond := math.Max(math.Max(-px, px-w), math.Max(-py, 0.4*(py-h)))
			switch {
			case beyond < -12:
				set(out, x, y, sample(small, px, py))
			default:
				fade := math.Min(1, math.Max(0, beyond)/(0.15*float64(v.width)))
				ground := sample(vague, px/8, py/8).mix(wall.scale(light), fade*fade*(3-2*fade))
				set(out, x, y, ground.mix(sample(small, px, py), math.Min(1, math.Max(0, -beyond/12))))
			}
		}
	}
	return out
}

// faceOrMiddle returns box, or where a face is in a framed portrait.
func faceOrMiddle(person image.Image, box image.Rectangle) image.Rectangle {
	if !box.Empty() {
		return box
	}
	b := person.Bounds()
	return image.Rect(b.Min.X+b.Dx()/4, b.Min.Y+b.Dy()/4, b.Max.X-b.Dx()/4, b.Max.Y-b.Dy()/4)
}
