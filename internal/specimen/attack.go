package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// StillSpecies lists the attacks that Presented draws.
func StillSpecies() []Presentation { return []Presentation{Print, BentPrint, CutOut, Display} }

// Presented is one photograph of 720 by 960 pixels of what someone holds before
// a phone's camera: themselves, or an attack of a species made from a photograph
// of the person. box is the face in person; empty takes person for a framed
// portrait. Attacks are drawn by known amounts, which the seed chooses: they
// tell whether a sign is found where it must be, and stand for no attacker who
// tries another printer, screen or light.
func Presented(person image.Image, box image.Rectangle, p Presentation, seed uint64) image.Image {
	if p == Living {
		return Selfie(person, box, seed)
	}
	r := source(seed, 51)
	a := attacker{seed: seed, r: r, skin: rgb{206, 160, 132}.scale(0.7 + 0.4*r.Float64())}
	box = faceOrMiddle(person, box)
	picture := scene(person, box, view{width: 1080, height: 1440, scale: 300 / float64(box.Dx()), faceX: 0.5, faceY: 0.42})
	out := a.room()
	switch p {
	case Print:
		a.hold(out, a.print(picture))
	case BentPrint:
		a.hold(out, a.bend(a.print(picture)))
	case CutOut:
		a.mask(out, a.print(picture))
	default:
		a.display(out, picture)
	}
	return Noise(Blur(out, 0.5+0.4*r.Float64(), 0), 1.5, seed)
}

// attacker is what the species of one drawing share.
type attacker struct {
	seed uint64
	r    *rand.Rand
	skin rgb
}

const stillWidth, stillHeight = 720, 960

// room is a wall with light from one side.
func (a attacker) room() *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, stillWidth, stillHeight))
	wall := rgb{150 + 70*a.r.Float64(), 150 + 60*a.r.Float64(), 140 + 60*a.r.Float64()}
	lampX, lampY := a.r.Float64(), 0.4*a.r.Float64()
	for y := range stillHeight {
		for x := range stillWidth {
			dx, dy := float64(x)/stillWidth-lampX, float64(y)/stillHeight-lampY
			set(out, x, y, wall.scale(1.08-0.3*math.Hypot(dx, dy)))
		}
	}
	return out
}

// print is the picture on matt paper: dots of four inks, 1.7 to 2.4 pixels of
// the final picture apart, three quarters of the contrast, a margin.
func (a attacker) print(picture *image.RGBA) *image.RGBA {
	const finer = 1.5 // picture to final photograph
	dots := copyRGBA(PrintReplay(picture, finer*(1.7+0.7*a.r.Float64()), a.seed))
	dots = copyRGBA(Contrast(blur(dots, 0.8), 0.75, 0))
	margin := 24 + int(30*a.r.Float64())
	sheet := image.NewRGBA(image.Rect(0, 0, dots.Rect.Dx()+2*margin, dots.Rect.Dy()+2*margin))
	rectangle(sheet, sheet.Rect, rgb{238, 236, 230})
	for y := range dots.Rect.Dy() {
		copy(sheet.Pix[sheet.PixOffset(margin, y+margin):], dots.Pix[dots.PixOffset(0, y):dots.PixOffset(0, y)+4*dots.Rect.Dx()])
	}
	return sheet
}

// bend rolls a sheet about an upright axis by 40 to 70 degrees to either side:
// the edges grow narrow and turn from the light.
func (a attacker) bend(sheet *image.RGBA) *image.RGBA {
	angle := (40 + 30*a.r.Float64()) * math.Pi / 180
	w, h := float64(sheet.Rect.Dx()), float64(sheet.Rect.Dy())
	width := int(w * math.Sin(angle) / angle)
	out := image.NewRGBA(image.Rect(0, 0, width, sheet.Rect.Dy()))
	for x := range width {
		turn := math.Asin((2*(float64(x)+0.5)/float64(width) - 1) * math.Sin(angle))
		away := 1 + 0.12*(1-math.Cos(turn)) // a part farther from the lens is smaller
		light := 0.7 + 0.3*math.Cos(turn)
		for y := range out.Rect.Dy() {
			from := h/2 + (float64(y)+0.5-h/2)*away
			if from < 0 || from >= h {
				set(out, x, y, rgb{150, 148, 144})
				continue
			}
			set(out, x, y, sample(sheet, w/2+turn/angle*w/2, from).scale(light))
		}
	}
	return out
}

// hold lays the sheet, a little askew, with a thumb at either edge.
func (a attacker) hold(out, sheet *image.RGBA) {
	to := a.place(sheet, 0.82+0.16*a.r.Float64(), 0.03)
	lay(out, sheet, to, 0)
	for i, edge := range [2][2]point{{to[0], to[3]}, {to[1], to[2]}} {
		at := 0.55 + 0.25*a.r.Float64()
		x, y := edge[0].x+(edge[1].x-edge[0].x)*at, edge[0].y+(edge[1].y-edge[0].y)*at
		inward := 1 - 2*float64(i)
		ellipse(out, x-inward*40, y+30, 60, 130, a.skin.scale(0.85))
		ellipse(out, x+inward*6, y, 34, 22, a.skin)
	}
}

// place is where a sheet's corners come to lie: as wide as a share of the
// picture, each corner off by up to a part of it.
func (a attacker) place(sheet *image.RGBA, share, tilt float64) quad {
	w := share * stillWidth
	h := w * float64(sheet.Rect.Dy()) / float64(sheet.Rect.Dx())
	cx, cy := stillWidth*(0.5+0.04*(a.r.Float64()-0.5)), stillHeight*(0.5+0.04*(a.r.Float64()-0.5))
	sin, cos := math.Sincos((a.r.Float64() - 0.5) * 0.14)
	var to quad
	for i, c := range [4]point{{-w / 2, -h / 2}, {w / 2, -h / 2}, {w / 2, h / 2}, {-w / 2, h / 2}} {
		c.x, c.y = c.x+tilt*w*(a.r.Float64()-0.5), c.y+tilt*h*(a.r.Float64()-0.5)
		to[i] = point{cx + c.x*cos - c.y*sin, cy + c.x*sin + c.y*cos}
	}
	return to
}

// mask holds a face cut out along its contour before the attacker's own head
// and shoulders.
func (a attacker) mask(out, sheet *image.RGBA) {
	ellipse(out, stillWidth/2, 1010, 330, 330, a.skin.scale(0.45)) // clothes
	ellipse(out, stillWidth/2, 620, 70, 150, a.skin.scale(0.9))
	ellipse(out, stillWidth/2, 390, 160, 205, rgb{52, 42, 38})
	const share = 1.0
	to := a.place(sheet, share, 0.02)
	back := between(to, corners(sheet.Rect))
	w, h := float64(sheet.Rect.Dx()), float64(sheet.Rect.Dy())
	// The face is 300 pixels wide and 0.42 down in the picture within the sheet.
	cx, cy, rx, ry := 0.5*w, 0.435*h, 172.0, 225.0
	for y := range stillHeight {
		for x := range stillWidth {
			p := back.apply(point{float64(x) + 0.5, float64(y) + 0.5})
			edge := math.Hypot((p.x-cx)/rx, (p.y-cy)/ry)
			switch {
			case edge < 0.985:
				set(out, x, y, sample(sheet, p.x, p.y))
			case edge < 1: // the paper's own white, where the scissors went
				ink(out, x, y, rgb{236, 234, 228}, 0.9)
			case edge < 1.06: // its shadow
				ink(out, x, y, rgb{20, 16, 14}, 0.5*(1.06-edge)/0.06)
			}
		}
	}
}

// display photographs a screen with its black rim, brighter than the room, at
// an angle.
func (a attacker) display(out, picture *image.RGBA) {
	for y := range stillHeight { // an exposure for the screen
		for x := range stillWidth {
			set(out, x, y, at(out, x, y).scale(0.35))
		}
	}
	const rim = 40
	device := image.NewRGBA(image.Rect(0, 0, picture.Rect.Dx()+2*rim, picture.Rect.Dy()+2*rim))
	rectangle(device, device.Rect, rgb{14, 14, 16})
	for y := range picture.Rect.Dy() {
		copy(device.Pix[device.PixOffset(rim, y+rim):], picture.Pix[picture.PixOffset(0, y):picture.PixOffset(0, y)+4*picture.Rect.Dx()])
	}
	to := a.place(device, 0.9+0.2*a.r.Float64(), 0.04)
	lay(out, device, to, 30)
	lit := copyRGBA(ScreenReplay(out, 0.35+0.35*a.r.Float64(), a.seed))
	back := between(to, corners(device.Rect))
	for y := range stillHeight { // only the screen has lamps
		for x := range stillWidth {
			p := back.apply(point{float64(x) + 0.5, float64(y) + 0.5})
			if inside(p, float64(device.Rect.Dx()), float64(device.Rect.Dy()), 30) {
				set(out, x, y, at(lit, x, y).scale(1.08))
			}
		}
	}
}
