package specimen

import (
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// Tamperings name what is done to a whole picture of a document to pass it off
// as the document. Two more are options of Draw (MRZFont, Printed) and one
// needs a second portrait (PortraitSwap).
var Tamperings = []struct {
	Name string
	Do   Degradation
	// Unit says what the amount counts, Usual is an amount as attackers leave it.
	Unit  string
	Usual float64
}{
	{"screen_replay", ScreenReplay, "part of a display's grid that the lens resolves", 0.12},
	{"monochrome_copy", MonochromeCopy, "part of the way to black and white alone", 0.5},
	{"print_replay", PrintReplay, "pixels between the dots of the halftone", 3},
}

// MonochromeCopy is a photocopier's copy: no colour, harder contrast, grains of
// toner where the original was white, streaks of the drum along the page.
func MonochromeCopy(img image.Image, amount float64, seed uint64) image.Image {
	r := source(seed, 20)
	b := img.Bounds()
	streaks := make([]float64, b.Dx())
	for x := range streaks {
		streaks[x] = r.NormFloat64() * 1.5
	}
	steep := 1 + 7*amount
	out := each(img, func(x, _ float64, c rgb) rgb {
		v := luminance(c)/255 - 0.55
		v = 255 / (1 + math.Exp(-5*steep*v*0.8))
		v = math.Min(v, 243) + r.NormFloat64()*(2+4*amount) + streaks[int(x*float64(b.Dx()))]
		return rgb{v, v, v}
	})
	for range b.Dx() * b.Dy() / 4000 {
		grain := rgb{1, 1, 1}.scale(40 + r.Float64()*120)
		ink(out, r.IntN(b.Dx()), r.IntN(b.Dy()), grain, 0.3+0.5*r.Float64())
	}
	return blur(out, 0.5)
}

// PortraitSwap pastes another portrait over the one at place: off by a pixel or
// three and turned by up to a degree, with the compression and the grain of the
// file it came from, cut with a hard edge and under none of the pattern. Some
// forgers match the grey of the print, some do not.
func PortraitSwap(document image.Image, place image.Rectangle, other image.Image, seed uint64) image.Image {
	out, r := copyRGBA(document), source(seed, 21)
	size := image.Rect(0, 0, place.Dx(), place.Dy())
	pasted := image.NewRGBA(size)
	draw.CatmullRom.Scale(pasted, size, other, portraitFrame(other.Bounds(), size), draw.Src, nil)
	like := r.Float64()
	pasted = each(pasted, func(_, _ float64, c rgb) rgb {
		v := luminance(c)
		return c.mix(rgb{128, 128, 128}.mix(rgb{v, v, v}, 0.85), like)
	})
	pasted = copyRGBA(JPEG(pasted, float64(45+r.IntN(30)), 0))
	pasted = copyRGBA(Noise(pasted, 3+4*r.Float64(), seed))

	sin, cos := math.Sincos((r.Float64() - 0.5) * 2 * math.Pi / 180)
	mx, my := float64(place.Min.X+place.Max.X)/2, float64(place.Min.Y+place.Max.Y)/2
	mx, my = mx+away(r, 3), my+away(r, 3)
	var to quad
	for i, c := range corners(size) {
		x, y := (c.x-float64(size.Dx())/2)*1.01, (c.y-float64(size.Dy())/2)*1.01
		to[i] = point{mx + x*cos - y*sin, my + x*sin + y*cos}
	}
	// The edge of cut paper throws a line of shadow.
	shadow := image.NewRGBA(image.Rect(0, 0, 8, 8))
	rectangle(shadow, shadow.Rect, rgb{70, 68, 66})
	under := to
	for i := range under {
		under[i].x, under[i].y = under[i].x+1.2, under[i].y+1.2
	}
	lay(out, shadow, under, 0)
	lay(out, pasted, to, 0)
	return out
}

// away is a distance of at least one and at most far pixels to either side.
func away(r *rand.Rand, far float64) float64 {
	d := 1 + r.Float64()*(far-1)
	if r.IntN(2) == 0 {
		return -d
	}
	return d
}

// portraitFrame is the largest part of a picture in the proportions of like.
func portraitFrame(b, like image.Rectangle) image.Rectangle {
	w, h := b.Dx(), b.Dx()*like.Dy()/like.Dx()
	if h > b.Dy() {
		w, h = b.Dy()*like.Dx()/like.Dy(), b.Dy()
	}
	x, y := b.Min.X+(b.Dx()-w)/2, b.Min.Y+(b.Dy()-h)/2
	return image.Rect(x, y, x+w, y+h)
}

// PrintMismatch returns p with what forgers change: the birth date, the number
// or the names. With it as Options.Printed the print says one thing and the MRZ
// another.
func PrintMismatch(p Person, seed uint64) Person {
	r := source(seed, 22)
	switch r.IntN(3) {
	case 0:
		p.BirthDate = p.BirthDate.AddDate(3+r.IntN(9), r.IntN(11), r.IntN(20))
	case 1:
		number := []byte(p.DocumentNumber)
		for _, i := range []int{2, len(number) - 1} {
			number[i] = '0' + (number[i]+byte(3+r.IntN(4)))%10
		}
		p.DocumentNumber = string(number)
	default:
		other := names[r.IntN(len(names))]
		for other.family == p.FamilyNames {
			other = names[r.IntN(len(names))]
		}
		p.FamilyNames = other.family
	}
	return p
}
