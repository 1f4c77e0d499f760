package specimen

import (
	"image"
	"math"
)

// A Holding is somebody before a camera who holds up a sheet, or nothing.
type Holding struct {
	Person        image.Image // DrawnFace(Seed) when nil
	Words         []string    // on the sheet
	Bare          bool        // no sheet at all
	Style         PaperStyle
	Width, Height int     // 640 by 480 when zero
	Part          float64 // of the picture's width that the sheet takes; 0.5 when zero
	Proportion    float64 // of the sheet's height to its width; 0.6 when zero
	Beside        bool    // beside the face instead of below it
	Turn          float64 // of the sheet in the picture's plane, degrees clockwise
	Tilt          float64 // of the sheet out of that plane, degrees
	Axis          float64 // of the tilt, radians: 0 leans back, pi/2 swings like a door
	Fingers       bool    // over the sheet's edge
	Wall          bool    // before a wall as bright as the sheet
	Shirt         string  // what the T-shirt says
	Poster        []string
	Light         [3]float64 // what a channel keeps of the light; 1 each when zero
	Noise         float64    // standard deviation of the grain; 2 when zero
	Seed          uint64
}

func (h Holding) withDefaults() Holding {
	if h.Person == nil {
		h.Person = DrawnFace(h.Seed)
	}
	if h.Width == 0 || h.Height == 0 {
		h.Width, h.Height = 640, 480
	}
	if h.Part == 0 {
		h.Part = 0.5
	}
	if h.Proportion == 0 {
		h.Proportion = 0.6
	}
	if h.Light == ([3]float64{}) {
		h.Light = [3]float64{1, 1, 1}
	}
	if h.Noise == 0 {
		h.Noise = 2
	}
	return h
}

// The face's height and where its middle is, in heights of the picture.
const (
	facePart   = 0.4
	faceMiddle = 0.36
)

func (h Holding) faceX() float64 {
	if h.Beside {
		return 0.27
	}
	return 0.5
}

// Face is about where the face is in the picture, as a detector would say.
func (h Holding) Face() image.Rectangle {
	h = h.withDefaults()
	w, high := float64(h.Width), float64(h.Height)
	x, y, half := h.faceX()*w, faceMiddle*high, facePart*high/2
	return image.Rect(int(x-0.8*half), int(y-half), int(x+0.8*half), int(y+half))
}

// HoldUp draws what the camera sees.
func HoldUp(h Holding) image.Image {
	h = h.withDefaults()
	box := faceOrMiddle(h.Person, image.Rectangle{})
	w, high := float64(h.Width), float64(h.Height)
	faceX := h.faceX()
	out := scene(h.Person, box, view{
		width: h.Width, height: h.Height, scale: facePart * high / float64(box.Dy()), faceX: faceX, faceY: faceMiddle,
	})
	r := source(h.Seed, 22)
	if len(h.Poster) > 0 {
		poster := Paper(h.Poster, PaperStyle{Sheet: rgb{232, 226, 180}.opaque(), Fill: 0.8}, 300, 200)
		lay(out, poster, corners(image.Rect(0, 0, 300, 200)).scaled(w*0.3/300).moved(w*0.66, high*0.05), 0)
	}
	if h.Shirt != "" {
		f := face(boldText, high*0.09)
		write(out, f, w*faceX-width(f, h.Shirt)/2, high*0.74, h.Shirt, rgb{235, 235, 235}.opaque())
	}
	if !h.Bare {
		h.sheet(out, point{w*0.5 + w*0.02*(r.Float64()-0.5), high*0.76 + high*0.02*(r.Float64()-0.5)}, faceX)
	}
	lit := each(out, func(_, _ float64, c rgb) rgb {
		return rgb{c[0] * h.Light[0], c[1] * h.Light[1], c[2] * h.Light[2]}
	})
	return Noise(blur(lit, 0.5), h.Noise, h.Seed)
}

// sheet draws the paper, tilted before a pinhole, with its shadow and fingers.
func (h Holding) sheet(out *image.RGBA, middle point, faceX float64) {
	w, high := float64(h.Width), float64(h.Height)
	style := h.Style
	style.Seed = h.Seed
	if h.Wall {
		style.Sheet = at(out, h.Width-4, 6).mix(rgb{255, 255, 255}, 0.02).opaque()
	}
	pw := h.Part * w
	ph := pw * h.Proportion
	if h.Beside {
		middle = point{math.Min(w-pw*0.52, w*(faceX+0.17)+pw/2), high * 0.5}
	} else {
		middle.y = math.Min(middle.y, high-ph*0.5)
	}
	const detail = 2 // the sheet is drawn finer than it is seen
	paper := Paper(h.Words, style, int(pw*detail), int(ph*detail))
	skin := at(out, int(w*faceX), int(high*0.42))
	flat := quad{{-pw / 2, -ph / 2}, {pw / 2, -ph / 2}, {pw / 2, ph / 2}, {-pw / 2, ph / 2}}
	sin, cos := math.Sincos(h.Turn * math.Pi / 180)
	camera := newCamera(int(1.1*w), h.Tilt, h.Axis)
	place := func(p point) point {
		p = camera.see(p)
		return point{middle.x + p.x*cos - p.y*sin, middle.y + p.x*sin + p.y*cos}
	}
	for i := range flat { // none of the sheet outside of the picture
		seen := place(flat[i])
		middle.x -= math.Max(0, seen.x-(w-3)) + math.Min(0, seen.x-3)
		middle.y -= math.Max(0, seen.y-(high-3)) + math.Min(0, seen.y-3)
	}
	var to, shadow quad
	for i, p := range flat {
		to[i] = place(p)
		shadow[i] = point{to[i].x + 0.006*w, to[i].y + 0.008*w}
	}
	shade(out, shadow)
	lay(out, paper, to, 0)
	if h.Fingers {
		for _, side := range []float64{-1, 1} {
			thumb := place(point{side * 0.49 * pw, 0.15 * ph})
			ellipse(out, thumb.x+side*0.03*pw, thumb.y+0.1*ph, 0.05*pw, 0.2*ph, skin.scale(0.9))
			ellipse(out, thumb.x, thumb.y, 0.035*pw, 0.08*ph, skin)
		}
	}
}

// shade darkens what a sheet throws its shadow on.
func shade(out *image.RGBA, q quad) {
	dark := image.NewRGBA(image.Rect(0, 0, 1, 1))
	box := bounds(q).Intersect(out.Rect)
	back := between(q, corners(dark.Rect))
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if inside(back.apply(point{float64(x) + 0.5, float64(y) + 0.5}), 1, 1, 0) {
				set(out, x, y, at(out, x, y).scale(0.9))
			}
		}
	}
}
