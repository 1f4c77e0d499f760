package specimen

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"os"
)

// Desk is what a document lies on.
type Desk string

// The desks, from the easiest to the hardest.
const (
	DarkDesk      Desk = "dark"
	PaleDesk      Desk = "pale"
	WoodenDesk    Desk = "wooden"
	ClothDesk     Desk = "cloth"
	ClutteredDesk Desk = "cluttered"
)

// Pose says how a document lies before the camera at one moment. The zero
// value shows the desk alone.
type Pose struct {
	Share  float64 // of the picture's width that the document takes
	X, Y   float64 // its middle, as parts of the picture's size off the picture's
	Turn   float64 // degrees clockwise about the optical axis
	Tilt   float64 // degrees, the upper edge away from the camera
	Pan    float64 // degrees, the right edge away from the camera
	Blur   float64 // pixels of standard deviation
	Motion float64 // pixels of way
	Glare  float64 // as the degradation of that name
	Light  float64 // factor; 1 when zero
}

// Moment is a pose that lasts for some frames.
type Moment struct {
	Pose
	Frames int
}

// A DocumentCamera films one document on one desk through a lens whose focal
// length is Focal of the picture's longer side.
type DocumentCamera struct {
	document, desk *image.RGBA
	seed           uint64
}

// Focal is about what phones and webcams have: a field of view of 58 degrees.
const Focal = 0.9

// NewDocumentCamera sets up a camera of width by height pixels.
func NewDocumentCamera(document image.Image, desk Desk, width, height int, seed uint64) *DocumentCamera {
	return &DocumentCamera{copyRGBA(document), desktop(desk, width, height, seed), seed}
}

// Frame returns the picture and the document's corners in it, clockwise from
// the document's own top left.
func (c *DocumentCamera) Frame(p Pose) (img image.Image, outline [4][2]float64) {
	out := copyRGBA(c.desk)
	w := float64(out.Rect.Dx())
	if p.Share > 0 {
		to := c.project(p)
		for i, q := range to {
			outline[i] = [2]float64{q.x, q.y}
		}
		shade := image.NewRGBA(image.Rect(0, 0, 8, 8))
		rectangle(shade, shade.Rect, rgb{30, 26, 24})
		under := to
		for i := range under {
			under[i].x, under[i].y = under[i].x+0.002*w, under[i].y+0.003*w
		}
		lay(out, shade, under, 0)
		lay(out, c.document, to, 0.03*float64(c.document.Rect.Dx()))
	}
	img = blur(out, 0.6+p.Blur)
	if p.Motion > 0 {
		img = Motion(img, p.Motion, c.seed)
	}
	if p.Light > 0 {
		img = each(img, func(_, _ float64, v rgb) rgb { return v.scale(p.Light) })
	}
	if p.Glare > 0 { // a lamp burns out whatever the camera exposes for
		img = Glare(img, p.Glare, c.seed)
	}
	return grained(copyRGBA(img), c.seed), outline
}

// project is a pinhole camera.
func (c *DocumentCamera) project(p Pose) quad {
	w, h := float64(c.desk.Rect.Dx()), float64(c.desk.Rect.Dy())
	focal := Focal * math.Max(w, h)
	scale := p.Share * w / float64(c.document.Rect.Dx())
	sinTurn, cosTurn := math.Sincos(p.Turn * math.Pi / 180)
	sinTilt, cosTilt := math.Sincos(p.Tilt * math.Pi / 180)
	sinPan, cosPan := math.Sincos(p.Pan * math.Pi / 180)
	middle := corners(c.document.Rect)[2]
	var to quad
	for i, corner := range corners(c.document.Rect) {
		x, y := (corner.x-middle.x/2)*scale, (corner.y-middle.y/2)*scale
		x, y = x*cosTurn-y*sinTurn, x*sinTurn+y*cosTurn
		y, z := y*cosTilt, -y*sinTilt
		x, z = x*cosPan-z*sinPan, z*cosPan+x*sinPan
		near := focal / (focal + z)
		to[i] = point{w*(0.5+p.X) + x*near, h*(0.5+p.Y) + y*near}
	}
	return to
}

// Scene is what one camera sees, moment after moment.
type Scene struct {
	Camera  *DocumentCamera
	Moments []Moment
}

// WriteDocumentFilm writes a film for Chromium's camera in which the scenes
// follow each other again and again; all have one size. A moment is drawn once:
// who looks at documents does not mind the same picture twice, and drawing is
// slow.
func WriteDocumentFilm(path string, scenes ...Scene) error {
	var film bytes.Buffer
	for _, scene := range scenes {
		for _, m := range scene.Moments {
			img, _ := scene.Camera.Frame(m.Pose)
			var frame bytes.Buffer
			if err := jpeg.Encode(&frame, img, &jpeg.Options{Quality: 88}); err != nil {
				return err
			}
			film.Write(bytes.Repeat(frame.Bytes(), m.Frames))
		}
	}
	return os.WriteFile(path, film.Bytes(), 0o600)
}

// grained adds a sensor's grain in place, in whole numbers: it runs for every
// pixel of every frame.
func grained(img *image.RGBA, seed uint64) *image.RGBA {
	r := source(seed, 31)
	var grain [4096]int
	for i := range grain {
		grain[i] = int(math.Round(r.NormFloat64() * 2))
	}
	for i := 0; i < len(img.Pix); i += 4 {
		g := grain[r.Uint32()&4095]
		for c := range 3 {
			img.Pix[i+c] = uint8(min(max(int(img.Pix[i+c])+g, 0), 255)) //nolint:gosec // bounded
		}
	}
	return img
}

// desktop draws a desk.
func desktop(d Desk, width, height int, seed uint64) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	r := source(seed, 32)
	w, h := float64(width), float64(height)
	switch d {
	case WoodenDesk:
		return table(Shot{Width: width, Height: height, Seed: seed})
	case ClothDesk:
		for y := range height {
			for x := range width {
				weave := 9*math.Sin(float64(x)*0.9) + 9*math.Sin(float64(y)*0.9+0.3*math.Sin(float64(x)*0.05))
				set(out, x, y, rgb{96, 112, 134}.scale(1+weave/160+0.03*r.NormFloat64()))
			}
		}
	case ClutteredDesk:
		rectangle(out, out.Rect, rgb{120, 104, 92})
		for range 14 {
			c := rgb{40 + 200*r.Float64(), 40 + 200*r.Float64(), 40 + 200*r.Float64()}
			x, y := w*r.Float64(), h*r.Float64()
			thing := image.NewRGBA(image.Rect(0, 0, 16, 16))
			rectangle(thing, thing.Rect, c)
			long, wide := w*(0.1+0.3*r.Float64()), h*(0.02+0.12*r.Float64())
			sin, cos := math.Sincos(6.3 * r.Float64())
			lay(out, thing, quad{
				{x, y}, {x + long*cos, y + long*sin}, {x + long*cos - wide*sin, y + long*sin + wide*cos}, {x - wide*sin, y + wide*cos},
			}, 0)
			ellipse(out, w*r.Float64(), h*r.Float64(), w*0.04*r.Float64()+3, w*0.04*r.Float64()+3, c.mix(rgb{20, 20, 20}, 0.5))
		}
	default:
		tone := map[Desk]rgb{DarkDesk: {62, 58, 60}, PaleDesk: {196, 190, 180}}[d]
		for y := range height {
			for x := range width {
				set(out, x, y, tone.scale(1.06-0.12*float64(x+y)/(w+h)))
			}
		}
	}
	return out
}
