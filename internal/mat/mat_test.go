package mat

import (
	"image"
	"image/color"
	"testing"
)

// TestFromImage compares every fast path with what color.Color says.
func TestFromImage(t *testing.T) {
	t.Parallel()
	rect := image.Rect(3, 5, 20, 16) // odd corner: decoders may give sub-images
	gray := image.NewGray(rect)
	rgba := image.NewRGBA(rect)
	nrgba := image.NewNRGBA(rect)
	glass := image.NewRGBA(rect)
	for y := rect.Min.Y; y < rect.Max.Y; y++ {
		for x := rect.Min.X; x < rect.Max.X; x++ {
			v := uint8(13*x + 7*y)
			gray.SetGray(x, y, color.Gray{Y: v})
			rgba.SetRGBA(x, y, color.RGBA{R: v, G: 255 - v, B: v / 2, A: 255})
			nrgba.SetNRGBA(x, y, color.NRGBA{R: v, G: v / 3, B: 255 - v, A: 255})
			glass.SetRGBA(x, y, color.RGBA{})
		}
	}
	tests := []struct {
		name string
		img  image.Image
		want image.Image
	}{
		{name: "gray", img: gray, want: gray},
		{name: "rgba", img: rgba, want: rgba},
		{name: "nrgba", img: nrgba, want: nrgba},
		{name: "transparent is white", img: glass, want: image.White},
		{name: "ycbcr 4:4:4", img: ycbcr(rect, image.YCbCrSubsampleRatio444)},
		{name: "ycbcr 4:2:2", img: ycbcr(rect, image.YCbCrSubsampleRatio422)},
		{name: "ycbcr 4:2:0", img: ycbcr(rect, image.YCbCrSubsampleRatio420)},
		{name: "ycbcr 4:4:0", img: ycbcr(rect, image.YCbCrSubsampleRatio440)},
		{name: "ycbcr 4:1:1", img: ycbcr(rect, image.YCbCrSubsampleRatio411)},
		{name: "ycbcr 4:1:0", img: ycbcr(rect, image.YCbCrSubsampleRatio410)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.want == nil {
				tt.want = tt.img
			}
			check(t, tt.img, tt.want)
		})
	}
}

func ycbcr(rect image.Rectangle, ratio image.YCbCrSubsampleRatio) image.Image {
	img := image.NewYCbCr(rect, ratio)
	for _, plane := range [][]uint8{img.Y, img.Cb, img.Cr} {
		for i := range plane {
			plane[i] = uint8(37*i + len(plane))
		}
	}
	return img
}

func check(t *testing.T, img, want image.Image) {
	t.Helper()
	m, err := FromImage(img)
	if err != nil {
		t.Fatalf("FromImage() error = %v", err)
	}
	defer m.Close()
	b := img.Bounds()
	if m.Rows() != b.Dy() || m.Cols() != b.Dx() || m.Channels() != 3 {
		t.Fatalf("FromImage() = %dx%dx%d, want %dx%dx3", m.Rows(), m.Cols(), m.Channels(), b.Dy(), b.Dx())
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.RGBAModel.Convert(want.At(b.Min.X+x, b.Min.Y+y)).(color.RGBA)
			if got := m.GetVecbAt(y, x); got[0] != c.B || got[1] != c.G || got[2] != c.R {
				t.Fatalf("pixel (%d, %d) = %v, want BGR %v %v %v", x, y, got, c.B, c.G, c.R)
			}
		}
	}
}

// TestFromImageEmpty matters because OpenCV aborts on what it would give.
func TestFromImageEmpty(t *testing.T) {
	t.Parallel()
	if _, err := FromImage(image.NewRGBA(image.Rectangle{})); err == nil {
		t.Error("FromImage(empty) error = nil, want ErrEmpty")
	}
}
