// Package mat hands decoded pictures to OpenCV.
//
// A Mat here is OpenCV's: rows by columns of 8-bit BGR, continuous. The
// package decodes no files (internal/photo does, in Go) and processes
// nothing. It also carries the header, opencv46_compat.hpp, that lets gocv
// compile against OpenCV 4.6.
//
// The rule: a Mat belongs to whoever asked for it and must be closed; OpenCV
// aborts the process on an empty one, so check the error first.
package mat

import (
	"errors"
	"image"
	"image/draw"

	"gocv.io/x/gocv"
)

// ErrEmpty is returned for a picture without pixels, or one OpenCV could find
// no memory for.
var ErrEmpty = errors.New("mat: empty picture")

// FromImage copies a picture into a new BGR Mat of type CV_8UC3, with its
// corner at the origin. Transparent parts become white. The Mat's memory is
// OpenCV's, so nothing of img is held.
func FromImage(img image.Image) (gocv.Mat, error) {
	b := img.Bounds()
	if b.Empty() {
		return gocv.Mat{}, ErrEmpty
	}
	m := gocv.NewMatWithSize(b.Dy(), b.Dx(), gocv.MatTypeCV8UC3)
	if m.Empty() {
		m.Close()
		return gocv.Mat{}, ErrEmpty
	}
	pix, err := m.DataPtrUint8()
	if err != nil {
		m.Close()
		return gocv.Mat{}, err
	}
	fill(pix, img)
	return m, nil
}

// fill writes BGR triples, row after row. The two cases before the last are
// what photographs decode to; going through color.Color would cost a second
// for twelve megapixels.
func fill(dst []byte, img image.Image) {
	switch src := img.(type) {
	case *image.YCbCr:
		fillYCbCr(dst, src)
	case *image.Gray:
		fillGray(dst, src)
	case *image.RGBA:
		if !src.Opaque() {
			src = onWhite(src)
		}
		fillRGBA(dst, src)
	default:
		fillRGBA(dst, onWhite(img))
	}
}

// onWhite flattens a picture of any kind.
func onWhite(img image.Image) *image.RGBA {
	b := img.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, b.Min, draw.Over)
	return flat
}

func fillRGBA(dst []byte, src *image.RGBA) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	for y := range h {
		at := src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y+y)
		row := src.Pix[at : at+4*w]
		out := dst[3*w*y : 3*w*(y+1)]
		for x := 0; x < w; x++ {
			s, d := row[4*x:4*x+4:4*x+4], out[3*x:3*x+3:3*x+3]
			d[0], d[1], d[2] = s[2], s[1], s[0]
		}
	}
}

func fillGray(dst []byte, src *image.Gray) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	for y := range h {
		at := src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y+y)
		out := dst[3*w*y : 3*w*(y+1)]
		for x, v := range src.Pix[at : at+w] {
			d := out[3*x : 3*x+3 : 3*x+3]
			d[0], d[1], d[2] = v, v, v
		}
	}
}

// fillYCbCr converts by JFIF's matrix in 16-bit fixed point, as
// color.YCbCrToRGB does, but walks the planes once and weighs a chroma sample
// once for all the pixels that share it.
func fillYCbCr(dst []byte, src *image.YCbCr) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	left := src.Rect.Min.X
	share := chromaShare(src.SubsampleRatio)
	for row := range h {
		y := src.Rect.Min.Y + row
		at := src.YOffset(left, y)
		luma := src.Y[at : at+w]
		chroma := src.COffset(left, y)
		out := dst[3*w*row : 3*w*(row+1)]
		next := share - left%share // decoders start sub-images anywhere
		for x := 0; x < w; next += share {
			cb, cr := int32(src.Cb[chroma])-128, int32(src.Cr[chroma])-128
			chroma++
			b, g, r := 116130*cb, -22554*cb-46802*cr, 91881*cr
			for ; x < min(next, w); x++ {
				yy := int32(luma[x]) * 0x10101
				d := out[3*x : 3*x+3 : 3*x+3]
				d[0], d[1], d[2] = clamp(yy+b), clamp(yy+g), clamp(yy+r)
			}
		}
	}
}

// chromaShare is how many columns share a chroma sample.
func chromaShare(ratio image.YCbCrSubsampleRatio) int {
	switch ratio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		return 2
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		return 4
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440:
	}
	return 1
}

// clamp takes the high byte, saturated at both ends.
func clamp(v int32) uint8 {
	if uint32(v)&0xff000000 == 0 {
		return uint8(v >> 16)
	}
	return uint8(^(v >> 31))
}
