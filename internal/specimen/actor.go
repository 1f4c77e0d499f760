package specimen

import (
	"image"
	"math"
	"time"
)

// A Sitter is a photographed person: the photograph, and where a detector
// found the face and its points in it.
type Sitter struct {
	Photograph image.Image
	Face       image.Rectangle // empty takes the photograph for a framed portrait
	// Points are the right eye, the left eye, the nose and the right and left
	// corner of the mouth; all zero takes them to be where a face has them.
	Points [5][2]float64
}

// ActorOptions say who acts before the camera and how.
type ActorOptions struct {
	Sitter
	Presentation  Presentation // Living when empty
	Words         []string     // on a paper that the pose may hold up; none, no paper
	Width, Height int          // of the picture, 640 by 480 when zero
	Seed          uint64
}

// An Actor is a person before a camera, made of one photograph: the head is a
// simple solid with the photograph on it, so that it turns, closes its eyes and
// comes closer as a living one would, to the eye of a detector. It says how the
// rules for movements work, not how well they tell living people: for that one
// needs living people. It is for one goroutine.
type Actor struct {
	o       ActorOptions
	texture *image.RGBA // what moves: room and person, or a photograph of them
	open    *image.RGBA // the same with open eyes
	ground  *image.RGBA // what stands still behind a photograph; nil behind a person
	face    facial      // in the texture
	middle  point       // of the face, in the texture
	scale   float64     // from texture to picture
	sheet   sheet
	grain   sensor
	phase   float64
}

// textureScale is how much finer than the picture the texture is, for when the
// head comes closer.
const textureScale = 1.5

const (
	actorFace   = 0.42 // height of the face box, as a part of the picture's
	actorMiddle = 0.36 // where the middle of the face is, from above
)

// NewActor has a person stand before a camera.
func NewActor(o ActorOptions) *Actor {
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 640, 480
	}
	o.Face = faceOrMiddle(o.Photograph, o.Face)
	a := &Actor{o: o, scale: 1 / textureScale, grain: newSensor(o.Seed), phase: 1 + source(o.Seed, 31).Float64()}
	v := view{
		width: int(textureScale * float64(o.Width)), height: int(textureScale * float64(o.Height)),
		scale: textureScale * actorFace * float64(o.Height) / float64(o.Face.Dy()), faceX: 0.5, faceY: actorMiddle,
	}
	a.open = scene(o.Photograph, o.Face, v)
	a.middle = point{v.faceX * float64(v.width), v.faceY * float64(v.height)}
	a.face = faceFrame(o.points(v.scale, a.middle))
	a.sheet.skin = a.cheek()
	if len(o.Words) > 0 {
		a.sheet.paper = paper(o.Words, int(0.56*float64(o.Width)), int(0.335*float64(o.Height)))
	}
	a.present()
	a.texture = copyRGBA(a.open)
	return a
}

// points are the sitter's five in a picture with the middle of the face there.
func (s Sitter) points(scale float64, middle point) [5]point {
	b := s.Face
	if s.Points == ([5][2]float64{}) {
		for i, p := range [5]point{{0.31, 0.42}, {0.69, 0.42}, {0.5, 0.6}, {0.35, 0.78}, {0.65, 0.78}} {
			s.Points[i] = [2]float64{float64(b.Min.X) + p.x*float64(b.Dx()), float64(b.Min.Y) + p.y*float64(b.Dy())}
		}
	}
	cx, cy := float64(b.Min.X+b.Max.X)/2, float64(b.Min.Y+b.Max.Y)/2
	var out [5]point
	for i, p := range s.Points {
		out[i] = point{middle.x + (p[0]-cx)*scale, middle.y + (p[1]-cy)*scale}
	}
	return out
}

// cheek is the colour of the skin beside the nose.
func (a *Actor) cheek() rgb {
	var sum rgb
	for _, x := range []float64{-0.45, 0.45} {
		p := a.face.to(x, 0.5)
		c := sample(a.open, p.x, p.y)
		sum = rgb{sum[0] + c[0]/2, sum[1] + c[1]/2, sum[2] + c[2]/2}
	}
	return sum
}

// Frame is what the camera sees of a pose at a time. Poses that are alike give
// different frames at different times: everything living moves, and every
// sensor has grain.
func (a *Actor) Frame(p HeadPose, at time.Duration) *image.RGBA {
	p = a.o.Presentation.can(p)
	if a.o.Presentation == Still {
		at = 0
	}
	p = p.sway(at, a.phase)
	out := image.NewRGBA(image.Rect(0, 0, a.o.Width, a.o.Height))
	a.draw(out, p)
	if a.sheet.paper != nil && p.Paper > 0 {
		w, h := float64(a.o.Width), float64(a.o.Height)
		a.sheet.hold(out, point{(0.5 - 0.4*p.X) * w, (1.25 - 0.455*p.Paper + 0.5*p.Y) * h}, 0.01*p.Roll)
	}
	light := 1 + 0.012*math.Sin(1.9*at.Seconds()+a.phase)
	a.grain.expose(out, light*(1-p.Dark), source(a.o.Seed, uint64(at)+1)) //nolint:gosec // a seed
	return out
}

// draw puts the ground and the head, or what stands for it, into the picture.
func (a *Actor) draw(out *image.RGBA, p HeadPose) {
	if p.EyesClosed > 0 {
		closeEyes(a.texture, a.open, a.face, p.EyesClosed)
		defer copy(a.texture.Pix, a.open.Pix)
	}
	w, h := float64(a.o.Width), float64(a.o.Height)
	// A face that comes closer is also held nearer to the middle.
	seen := point{(0.5 + p.X) * w, (actorMiddle + p.Y + 0.24*p.Nearer) * h}
	if a.ground != nil {
		copy(out.Pix, a.ground.Pix)
	} else {
		zoom(out, a.texture, a.middle, seen, a.scale*(1+p.Nearer))
	}
	a.mesh(out, turn(p), seen)
}

// mesh draws the texture on its relief.
func (a *Actor) mesh(out *image.RGBA, t turned, seen point) {
	const cells = 72
	area, relief, axis := a.o.Presentation.solid(a)
	d := newDepth(out)
	var above [cells + 1]vertex
	for j := range cells + 1 {
		var row [cells + 1]vertex
		for i := range cells + 1 {
			u := area.x0 + (area.x1-area.x0)*float64(i)/cells
			v := area.y0 + (area.y1-area.y0)*float64(j)/cells
			row[i] = a.vertex(t, u, v, relief, axis, seen)
			if i > 0 && j > 0 {
				d.triangle(a.texture, above[i-1], above[i], row[i])
				d.triangle(a.texture, above[i-1], row[i], row[i-1])
			}
		}
		above = row
	}
}

// vertex places the point (x, y) of the face.
func (a *Actor) vertex(t turned, x, y float64, relief relief, axis float64, seen point) vertex {
	z := relief(x, y)
	moved := 1.0
	if a.ground == nil {
		moved = follows(x, y)
	}
	px, py, pz := t.apply(x, y, z, axis)
	px, py = t.nearer*x+(px-t.nearer*x)*moved, t.nearer*y+(py-t.nearer*y)*moved
	from, to := a.face.to(x, y), a.face.to(px, py)
	// About the middle of the face, which nearness moves nowhere.
	return vertex{
		u: from.x, v: from.y, z: pz * moved,
		x: seen.x + a.scale*(to.x-a.face.origin.x+(a.face.origin.x-a.middle.x)*t.nearer),
		y: seen.y + a.scale*(to.y-a.face.origin.y+(a.face.origin.y-a.middle.y)*t.nearer),
	}
}
