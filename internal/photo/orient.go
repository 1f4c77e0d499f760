package photo

import (
	"image"
	"image/draw"
)

// orient turns a picture upright. The eight values are those of the Exif
// orientation tag: 2 and 4 mirror, 3 turns by 180 degrees, 5 to 8 exchange
// the sides.
func orient(img image.Image, orientation int) image.Image {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	src := toRGBA(img)
	w, h := src.Rect.Dx(), src.Rect.Dy()
	// Source pixel (x, y) lands at origin + x*dx + y*dy in the target.
	var target image.Rectangle
	if orientation >= 5 {
		target = image.Rect(0, 0, h, w)
	} else {
		target = image.Rect(0, 0, w, h)
	}
	dst := image.NewRGBA(target)
	origin, dx, dy := steps(orientation, w, h, dst.Stride)
	for y := range h {
		row := src.Pix[y*src.Stride : y*src.Stride+4*w]
		at := origin + y*dy
		for x := range w {
			copy(dst.Pix[at:at+4:at+4], row[4*x:4*x+4])
			at += dx
		}
	}
	return dst
}

// steps gives where the first source pixel goes and how far, in bytes, one
// step right and one step down move.
func steps(orientation, w, h, stride int) (origin, dx, dy int) {
	switch orientation {
	case 2: // mirrored
		return 4 * (w - 1), -4, stride
	case 3: // upside down
		return (h-1)*stride + 4*(w-1), -4, -stride
	case 4: // upside down, mirrored
		return (h - 1) * stride, 4, -stride
	case 5: // transposed
		return 0, stride, 4
	case 6: // lying on its left side: turn clockwise
		return 4 * (h - 1), stride, -4
	case 7: // transverse
		return (w-1)*stride + 4*(h-1), -stride, -4
	case 8: // lying on its right side: turn counter-clockwise
		return (w - 1) * stride, -stride, 4
	}
	return 0, 4, stride
}

// toRGBA copies a picture onto white with its corner at the origin; what was
// transparent is white, as paper would be.
func toRGBA(img image.Image) *image.RGBA {
	b := img.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		draw.Draw(dst, dst.Rect, img, b.Min, draw.Src)
		return dst
	}
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(dst, dst.Rect, img, b.Min, draw.Over)
	return dst
}
