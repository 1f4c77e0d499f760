package specimen

import (
	"image"
	"math"
)

// filming holds what is the same in every frame.
type filming struct {
	o     FilmOptions
	room  *image.RGBA // with the person, margin pixels larger on every side
	sheet sheet
	grain sensor
}

const (
	margin = 12
	// faceHeight is where the middle of the face is, as a part of the picture.
	faceHeight = 0.335
)

func newFilming(o FilmOptions) *filming {
	h := float64(o.Height)
	f := &filming{o: o}
	f.room = scene(o.Person, o.Face, view{
		width: o.Width + 2*margin, height: o.Height + 2*margin,
		scale: 0.36 * h / float64(o.Face.Dy()), faceX: 0.5, faceY: faceHeight,
	})
	f.sheet.skin = f.cheeks()
	if len(o.Words) > 0 {
		f.sheet.paper = paper(o.Words, int(0.74*h), int(0.335*h))
	}
	f.grain = newSensor(o.Seed)
	return f
}

// cheeks is the mean colour of the middle of the face.
func (f *filming) cheeks() rgb {
	cx, cy := f.room.Rect.Dx()/2, int(faceHeight*float64(f.room.Rect.Dy()))
	var sum rgb
	for dy := -10; dy < 10; dy++ {
		for dx := -20; dx < 20; dx++ {
			c := at(f.room, cx+dx, cy+dy)
			sum = rgb{sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]}
		}
	}
	return sum.scale(1.0 / 800)
}

// frame moves head and hands by a few pixels along closed curves, changes the
// light by a hundredth and adds the sensor's grain.
func (f *filming) frame(n int) *image.RGBA {
	turn := 2 * math.Pi * float64(n) / float64(f.o.Frames)
	w, h := float64(f.o.Width), float64(f.o.Height)
	out := image.NewRGBA(image.Rect(0, 0, f.o.Width, f.o.Height))
	dx, dy := 0.004*w*math.Sin(turn), 0.003*w*math.Sin(2*turn+1)
	shift(out, f.room, margin+dx, margin+dy)
	if f.sheet.paper != nil {
		f.sheet.hold(out, point{0.5*w + 0.004*w*math.Sin(turn+2), 0.795*h + 0.005*h*math.Sin(2*turn)}, 0.012*math.Sin(turn+0.5))
	}
	f.grain.expose(out, 1+0.012*math.Sin(3*turn), source(f.o.Seed, uint64(1000+n)))
	return out
}

// shift copies from into out, moved left and up by parts of a pixel, in whole
// numbers since it runs for every pixel of every frame.
func shift(out, from *image.RGBA, dx, dy float64) {
	x0, y0 := int(math.Floor(dx)), int(math.Floor(dy))
	fx, fy := int(256*(dx-float64(x0))), int(256*(dy-float64(y0)))
	a, b, c, d := (256-fx)*(256-fy), fx*(256-fy), (256-fx)*fy, fx*fy
	for y := range out.Rect.Dy() {
		top := from.Pix[from.PixOffset(x0, y+y0):]
		low := from.Pix[from.PixOffset(x0, y+y0+1):]
		row := out.Pix[y*out.Stride : (y+1)*out.Stride]
		for i := range row {
			row[i] = uint8((a*int(top[i]) + b*int(top[i+4]) + c*int(low[i]) + d*int(low[i+4])) >> 16) //nolint:gosec // a mean of bytes
		}
	}
}
