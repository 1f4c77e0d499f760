package specimen

import (
	"image"
	"math"
)

// display is a screen as a camera sees it: where its pixels are and how much
// of the space between its lamps shows.
type display struct {
	pitch, sin, cos, x, y float64
	depth                 float64
}

// ScreenReplay shows the picture on a liquid crystal display and photographs
// that: stripes of red, green and blue lamps are sampled by a colour filter
// array of another pitch, which gives moire by itself. The light is a little
// blue, black is not black, and the tone curve is applied twice.
func ScreenReplay(img image.Image, amount float64, seed uint64) image.Image {
	in, r := copyRGBA(img), source(seed, 23)
	sin, cos := math.Sincos((r.Float64() - 0.5) * 14 * math.Pi / 180)
	d := display{pitch: 1.25 + r.Float64()*1.1, sin: sin, cos: cos, x: r.Float64(), y: r.Float64(), depth: amount}
	raw := make([]float64, in.Rect.Dx()*in.Rect.Dy())
	for y := range in.Rect.Dy() {
		for x := range in.Rect.Dx() {
			raw[y*in.Rect.Dx()+x] = d.light(in, x, y, filter(x, y)) * (1 + 0.01*r.NormFloat64())
		}
	}
	return develop(raw, in.Rect)
}

// filter is the colour of a sensor's cell: rows of red and green above rows of
// green and blue.
func filter(x, y int) int { return x&1 + y&1 }

// light is what one cell of the sensor receives, from 0 to 1 or a little more.
func (d display) light(in *image.RGBA, x, y, channel int) float64 {
	const side = 3 // samples to a side of the cell
	sum := 0.0
	for i := range side * side {
		px, py := float64(x)+(float64(i%side)+0.5)/side, float64(y)+(float64(i/side)+0.5)/side
		u, v := (px*d.cos+py*d.sin)/d.pitch+d.x, (py*d.cos-px*d.sin)/d.pitch+d.y
		sum += 1 + d.depth*(lamp(u, v, channel)-1)
	}
	// The display shows whole pixels of its own.
	u, v := (float64(x)*d.cos+float64(y)*d.sin)/d.pitch+d.x, (float64(y)*d.cos-float64(x)*d.sin)/d.pitch+d.y
	u, v = (math.Floor(u)+0.5-d.x)*d.pitch, (math.Floor(v)+0.5-d.y)*d.pitch
	c := sample(in, u*d.cos-v*d.sin, u*d.sin+v*d.cos)[channel] / 255
	cast := rgb{0.93, 0.99, 1.07}
	return (0.02 + 0.98*math.Pow(c, 2.2)*cast[channel]) * sum / (side * side)
}

// lamp is the brightness of a display's pixel at (u, v), counted in pixels, for
// one colour: a stripe of a third with dark between, 1 in the mean.
func lamp(u, v float64, channel int) float64 {
	const gap = 0.14 // of the stripe's width and the pixel's height
	u, v = u-math.Floor(u), v-math.Floor(v)
	along := u*3 - float64(channel)
	if along < gap/2 || along > 1-gap/2 || v < gap/2 || v > 1-gap/2 {
		return 0
	}
	return 3 / ((1 - gap) * (1 - gap))
}

// develop interpolates what the filter array did not let through, and encodes.
func develop(raw []float64, r image.Rectangle) *image.RGBA {
	var curve [1025]float64
	for i := range curve {
		curve[i] = 255 * math.Pow(float64(i)/1024, 1/2.2)
	}
	out := image.NewRGBA(r)
	for y := range r.Dy() {
		for x := range r.Dx() {
			var sum, n [3]float64
			for ny := max(y-1, 0); ny <= min(y+1, r.Dy()-1); ny++ {
				for nx := max(x-1, 0); nx <= min(x+1, r.Dx()-1); nx++ {
					c := filter(nx, ny)
					sum[c], n[c] = sum[c]+raw[ny*r.Dx()+nx], n[c]+1
				}
			}
			var c rgb
			for i := range c {
				v := 0.0
				if n[i] > 0 {
					v = sum[i] / n[i]
				}
				c[i] = curve[int(1024*math.Max(0, math.Min(1, v)))]
			}
			set(out, x, y, c)
		}
	}
	return out
}

// PrintReplay is the picture from a colour printer: dots of cyan, magenta,
// yellow and black on four rotated screens. The amount is the way between two
// dots in pixels.
func PrintReplay(img image.Image, period float64, seed uint64) image.Image {
	in, r := copyRGBA(img), source(seed, 24)
	inks := [4]rgb{{20, 150, 215}, {200, 40, 120}, {250, 225, 30}, {32, 30, 32}}
	var screens [4]display
	for i, degrees := range []float64{15, 75, 0, 45} {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		screens[i] = display{pitch: math.Max(period, 1), sin: sin, cos: cos, x: r.Float64(), y: r.Float64()}
	}
	out := image.NewRGBA(in.Rect)
	for y := range in.Rect.Dy() {
		for x := range in.Rect.Dx() {
			parts := separate(at(in, x, y))
			var sum rgb
			for i := range 4 {
				paper := rgb{246, 245, 240}
				for k, s := range screens {
					if s.dot(float64(x)+0.25+0.5*float64(i%2), float64(y)+0.25+0.5*float64(i/2)) < parts[k] {
						for c := range paper {
							paper[c] *= inks[k][c] / 255
						}
					}
				}
				sum = rgb{sum[0] + paper[0], sum[1] + paper[1], sum[2] + paper[2]}
			}
			set(out, x, y, sum.scale(0.25))
		}
	}
	return out
}

// separate splits a colour into the parts of cyan, magenta, yellow and black.
func separate(c rgb) [4]float64 {
	cmy := [3]float64{1 - c[0]/255, 1 - c[1]/255, 1 - c[2]/255}
	black := math.Min(cmy[0], math.Min(cmy[1], cmy[2]))
	var out [4]float64
	for i := range cmy {
		out[i] = (cmy[i] - 0.8*black) / (1 - 0.8*black)
	}
	out[3] = 0.8 * black
	return out
}

// dot is the screen's threshold at a place: where it is below the part of an
// ink, there is ink.
func (d display) dot(x, y float64) float64 {
	u, v := (x*d.cos+y*d.sin)/d.pitch+d.x, (y*d.cos-x*d.sin)/d.pitch+d.y
	return 0.5 - (math.Cos(2*math.Pi*u)+math.Cos(2*math.Pi*v))/4
}

func luminance(c rgb) float64 { return 0.299*c[0] + 0.587*c[1] + 0.114*c[2] }
