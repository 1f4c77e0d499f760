package photo

import (
	"bytes"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// Bounds of a normalized photograph.
const (
	// NormalSide is the longest side kept: a passport page filling it has
	// 30 pixels a millimetre, twice what reading needs.
	NormalSide = 4000
	// normalQuality loses nothing that reading or comparing faces would see.
	normalQuality = 95
)

// Normalize decodes a photograph, turns it upright, shrinks it to at most
// NormalSide a side and encodes it again as JPEG. Nothing but pixels survives:
// no place, no device, no thumbnail, no trailing bytes.
func Normalize(b []byte) ([]byte, Info, error) { return NormalizeWithin(b, MaxSide) }

// NormalizeWithin is Normalize for a picture whose sides are known to be no
// longer than side. Few bytes can hold forty megapixels of one colour, which
// cost a second each: what comes several times a second must not.
func NormalizeWithin(b []byte, side int) ([]byte, Info, error) {
	img, info, err := decode(b, side)
	if err != nil {
		return nil, Info{}, err
	}
	img = shrink(img, NormalSide)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, flatten(img), &jpeg.Options{Quality: normalQuality}); err != nil {
		return nil, Info{}, &Error{Code: Corrupt, err: err}
	}
	size := img.Bounds()
	info.Width, info.Height, info.Format = size.Dx(), size.Dy(), "jpeg"
	return out.Bytes(), info, nil
}

// shrink bounds the longer side, keeping the proportions.
func shrink(img image.Image, side int) image.Image {
	b := img.Bounds()
	longest := max(b.Dx(), b.Dy())
	if longest <= side {
		return img
	}
	w := max(1, b.Dx()*side/longest)
	h := max(1, b.Dy()*side/longest)
	var scaler draw.Scaler = draw.ApproxBiLinear
	if longest > 2*side { // the quick one looks at four pixels only
		scaler = draw.BiLinear
	}
	src := flatten(img)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	scaler.Scale(dst, dst.Rect, src, src.Bounds(), draw.Src, nil)
	return dst
}

// flatten puts a picture that has transparent parts on white.
func flatten(img image.Image) image.Image {
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		return img
	}
	return toRGBA(img)
}
