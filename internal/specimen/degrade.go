package specimen

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// Degradation spoils a picture by a known amount; the seed decides what is
// left to chance (where the glare falls, which grains the noise takes).
type Degradation func(img image.Image, amount float64, seed uint64) image.Image

// Degradations names them all for tables of tests and measurements.
var Degradations = []struct {
	Name string
	Do   Degradation
	// Unit says what the amount counts.
	Unit string
}{
	{"rotate", Rotate, "degrees clockwise"},
	{"perspective", Perspective, "part of the picture's size that a corner moves"},
	{"blur", Blur, "pixels of standard deviation"},
	{"motion", Motion, "pixels of way"},
	{"noise", Noise, "standard deviation in levels of 255"},
	{"jpeg", JPEG, "quality 1 to 100"},
	{"glare", Glare, "part of full white at its middle"},
	{"shade", Shade, "part of the light taken from the darkest corner"},
	{"contrast", Contrast, "part of the contrast that is left"},
	{"scale", Scale, "factor"},
	{"cast", Cast, "part that red gains and blue loses, or the reverse"},
}

func source(seed, which uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, which)) //nolint:gosec // reproducible on purpose
}

// Rotate turns the picture and enlarges it so that nothing is cut off.
func Rotate(img image.Image, degrees float64, _ uint64) image.Image {
	in := copyRGBA(img)
	w, h := float64(in.Rect.Dx()), float64(in.Rect.Dy())
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	width, height := math.Abs(w*cos)+math.Abs(h*sin), math.Abs(w*sin)+math.Abs(h*cos)
	place := func(x, y float64) point {
		x, y = x-w/2, y-h/2
		return point{width/2 + x*cos - y*sin, height/2 + x*sin + y*cos}
	}
	to := quad{place(0, 0), place(w, 0), place(w, h), place(0, h)}
	return warp(in, to, int(math.Round(width)), int(math.Round(height)))
}

// Perspective moves every corner inwards by a random part of up to amount.
func Perspective(img image.Image, amount float64, seed uint64) image.Image {
	in, r := copyRGBA(img), source(seed, 1)
	w, h := float64(in.Rect.Dx()), float64(in.Rect.Dy())
	move := func(x, y, dx, dy float64) point {
		return point{x + dx*amount*w*r.Float64(), y + dy*amount*h*r.Float64()}
	}
	to := quad{move(0, 0, 1, 1), move(w, 0, -1, 1), move(w, h, -1, -1), move(0, h, 1, -1)}
	return warp(in, to, int(w), int(h))
}

// Blur is a lens out of focus.
func Blur(img image.Image, sigma float64, _ uint64) image.Image {
	return blur(copyRGBA(img), sigma)
}

// Motion is a hand that moved while the shutter was open.
func Motion(img image.Image, way float64, seed uint64) image.Image {
	in := copyRGBA(img)
	sin, cos := math.Sincos(source(seed, 2).Float64() * math.Pi)
	steps := max(int(way), 1)
	out := image.NewRGBA(in.Rect)
	for y := range in.Rect.Dy() {
		for x := range in.Rect.Dx() {
			var sum rgb
			for i := range steps {
				d := float64(i) - float64(steps-1)/2
				c := sample(in, float64(x)+0.5+d*cos, float64(y)+0.5+d*sin)
				sum = rgb{sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]}
			}
			set(out, x, y, sum.scale(1/float64(steps)))
		}
	}
	return out
}

// Noise adds a sensor's grain to each channel.
func Noise(img image.Image, sigma float64, seed uint64) image.Image {
	r := source(seed, 3)
	return each(img, func(_, _ float64, c rgb) rgb {
		return rgb{c[0] + r.NormFloat64()*sigma, c[1] + r.NormFloat64()*sigma, c[2] + r.NormFloat64()*sigma}
	})
}

// JPEG compresses and decompresses.
func JPEG(img image.Image, quality float64, _ uint64) image.Image {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: int(quality)}); err != nil {
		panic("specimen: " + err.Error()) // only for a picture above 65535 pixels
	}
	out, err := jpeg.Decode(&b)
	if err != nil {
		panic("specimen: " + err.Error())
	}
	return copyRGBA(out)
}

// Glare is a lamp's reflection somewhere on the middle of the picture.
func Glare(img image.Image, strength float64, seed uint64) image.Image {
	r := source(seed, 4)
	cx, cy := 0.25+r.Float64()*0.5, 0.25+r.Float64()*0.6
	return each(img, func(x, y float64, c rgb) rgb {
		dx, dy := (x-cx)/0.1, (y-cy)/0.08
		return c.mix(rgb{255, 255, 255}, math.Min(1, strength*math.Exp(-(dx*dx+dy*dy)/2)))
	})
}

// Shade is light that falls off across the picture.
func Shade(img image.Image, amount float64, seed uint64) image.Image {
	sin, cos := math.Sincos(source(seed, 5).Float64() * 2 * math.Pi)
	return each(img, func(x, y float64, c rgb) rgb {
		along := ((x-0.5)*cos + (y-0.5)*sin) / (math.Abs(cos) + math.Abs(sin)) // -0.5 to 0.5
		return c.scale(1 - amount*(along+0.5))
	})
}

// Contrast flattens the picture towards grey.
func Contrast(img image.Image, left float64, _ uint64) image.Image {
	return each(img, func(_, _ float64, c rgb) rgb { return rgb{128, 128, 128}.mix(c, left) })
}

// GlareAt is a lamp's reflection of that radius at a place, both in pixels.
func GlareAt(img image.Image, strength, x, y, radius float64) image.Image {
	b := img.Bounds()
	return each(img, func(px, py float64, c rgb) rgb {
		dx, dy := (px*float64(b.Dx())-x)/radius, (py*float64(b.Dy())-y)/radius
		return c.mix(rgb{255, 255, 255}, math.Min(1, strength*math.Exp(-(dx*dx+dy*dy)/2)))
	})
}

// Cast is a white balance set for another lamp: too warm or too cold.
func Cast(img image.Image, amount float64, seed uint64) image.Image {
	if source(seed, 12).IntN(2) == 0 {
		amount = -amount
	}
	return each(img, func(_, _ float64, c rgb) rgb { return rgb{c[0] * (1 + amount), c[1], c[2] * (1 - amount)} })
}

// Scale makes the picture smaller or larger.
func Scale(img image.Image, factor float64, _ uint64) image.Image {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(b.Dx())*factor)), max(1, int(float64(b.Dy())*factor))))
	draw.CatmullRom.Scale(out, out.Rect, img, b, draw.Src, nil)
	return out
}

// each maps every pixel, given its place as parts of the picture's size.
func each(img image.Image, f func(x, y float64, c rgb) rgb) *image.RGBA {
	out := copyRGBA(img)
	w, h := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			set(out, x, y, f(float64(x)/w, float64(y)/h, at(out, x, y)))
		}
	}
	return out
}

// blur convolves with a Gaussian, one direction after the other.
func blur(in *image.RGBA, sigma float64) *image.RGBA {
	if sigma <= 0 {
		return in
	}
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i - reach)
		kernel[i] = math.Exp(-d * d / (2 * sigma * sigma))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	return convolve(convolve(in, kernel, 1, 0), kernel, 0, 1)
}

func convolve(in *image.RGBA, kernel []float64, dx, dy int) *image.RGBA {
	out := image.NewRGBA(in.Rect)
	w, h, reach := in.Rect.Dx()-1, in.Rect.Dy()-1, len(kernel)/2
	for y := 0; y <= h; y++ {
		for x := 0; x <= w; x++ {
			var r, g, b float64
			for i, k := range kernel {
				p := in.Pix[in.PixOffset(min(max(x+(i-reach)*dx, 0), w), min(max(y+(i-reach)*dy, 0), h)):]
				r, g, b = r+k*float64(p[0]), g+k*float64(p[1]), b+k*float64(p[2])
			}
			set(out, x, y, rgb{r, g, b})
		}
	}
	return out
}
