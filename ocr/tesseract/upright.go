package tesseract

import (
	"image"
	"image/draw"
)

// upright turns a picture clockwise by a quarter turn or several. A picture that
// needs no turn comes back as it is.
func upright(img image.Image, degrees int) image.Image {
	if degrees == 0 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	src := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(src, src.Rect, img, b.Min, draw.Src) // knows the fast ways for what photographs decode to
	out := image.NewRGBA(image.Rect(0, 0, h, w))
	if degrees == 180 {
		out = image.NewRGBA(src.Rect)
	}
	for y := range h {
		row := src.Pix[y*src.Stride : y*src.Stride+4*w]
		for x := range w {
			tx, ty := h-1-y, x
			switch degrees {
			case 180:
				tx, ty = w-1-x, h-1-y
			case 270:
				tx, ty = y, w-1-x
			}
			copy(out.Pix[ty*out.Stride+4*tx:][:4], row[4*x:])
		}
	}
	return out
}
