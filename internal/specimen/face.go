package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// DrawnFace returns a plainly drawn portrait of 480 by 600 pixels for pictures
// in which no real face may be seen. Detectors may or may not take it for one.
func DrawnFace(seed uint64) image.Image {
	r := rand.New(rand.NewPCG(seed, 0xface)) //nolint:gosec // reproducible on purpose
	skins := []rgb{{241, 205, 178}, {224, 178, 142}, {190, 138, 100}, {140, 94, 66}, {98, 66, 48}}
	hairs := []rgb{{40, 32, 30}, {84, 56, 38}, {150, 104, 58}, {196, 160, 98}, {120, 116, 116}}
	clothes := []rgb{{52, 74, 110}, {110, 60, 66}, {60, 96, 80}, {86, 80, 96}}
	skin, hair, cloth := skins[r.IntN(len(skins))], hairs[r.IntN(len(hairs))], clothes[r.IntN(len(clothes))]
	long := r.IntN(2) == 0
	wide := 118 + r.Float64()*14

	img := image.NewRGBA(image.Rect(0, 0, 480, 600))
	for y := range 600 {
		for x := range 480 {
			set(img, x, y, rgb{206, 214, 222}.scale(1.04-0.1*math.Hypot(float64(x-200)/480, float64(y-200)/600)))
		}
	}
	if long {
		ellipse(img, 240, 330, wide+44, 220, hair)
	}
	ellipse(img, 240, 640, 215, 150, cloth)
	rectangle(img, image.Rect(195, 410, 285, 520), skin.scale(0.9))
	ellipse(img, 240, 520, 62, 34, skin.scale(0.9))
	ellipse(img, 240-wide, 305, 18, 34, skin.scale(0.94)) // ears
	ellipse(img, 240+wide, 305, 18, 34, skin.scale(0.94))
	ellipse(img, 240, 225, wide+14, 140, hair)
	ellipse(img, 240, 305, wide, 160, skin)
	fringe(img, hair, skin, wide, r)
	iris := rgb{70, 90, 100}.mix(rgb{80, 56, 36}, r.Float64())
	for _, side := range []float64{-1, 1} {
		eye(img, 240+side*50, 290, hair, iris)
	}
	ellipse(img, 240, 345, 15, 30, skin.scale(0.95))
	ellipse(img, 231, 366, 5, 3, skin.scale(0.7))
	ellipse(img, 249, 366, 5, 3, skin.scale(0.7))
	ellipse(img, 240, 408, 38, 10, rgb{176, 84, 84}.mix(skin, 0.25))
	ellipse(img, 240, 404, 36, 4, skin.scale(0.62))
	return blur(img, 1.1)
}

// fringe covers the forehead down to a hair line of the seed's own shape.
func fringe(img *image.RGBA, hair, skin rgb, wide float64, r *rand.Rand) {
	part := 240 + (r.Float64()-0.5)*120
	for x := 240 - wide; x <= 240+wide; x++ {
		line := 205 - 26*math.Cos((x-part)/wide*1.6)
		for y := 130.0; y < line; y++ {
			dx, dy := (x-240)/(wide+6), (y-305)/175
			if dx*dx+dy*dy < 1 {
				set(img, int(x), int(y), hair.mix(skin, 0.04))
			}
		}
	}
}

func eye(img *image.RGBA, x, y float64, hair, iris rgb) {
	ellipse(img, x, y, 25, 13, rgb{246, 246, 246})
	ellipse(img, x, y, 12, 12, iris)
	ellipse(img, x, y, 5.5, 5.5, rgb{16, 16, 18})
	ellipse(img, x-4, y-4, 2.5, 2.5, rgb{255, 255, 255})
	for i := -27.0; i <= 27; i += 0.5 {
		ellipse(img, x+i, y-13+i*i/110, 1.6, 1.6, rgb{40, 34, 32}) // lid
		ellipse(img, x+i, y-32+i*i/90, 3.2, 3.2, hair.scale(0.8))  // brow
	}
}
