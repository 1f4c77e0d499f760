package photo

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

// webp64 is a lossy WebP of 64 by 48 grey pixels.
const webp64 = "UklGRjYAAABXRUJQVlA4ICoAAABQAwCdASpAADAAPpFIn0ulpKKhoqgAsBIJaQAAGHCQkfWNQAD8fAAAAAA="

// gradient is a picture whose corners differ: red grows rightwards, green
// downwards.
func gradient(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{R: uint8(255 * x / max(1, w-1)), G: uint8(255 * y / max(1, h-1)), A: 255})
		}
	}
	return img
}

func asJPEG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// tiff is an Exif body with one orientation tag.
func tiff(order binary.AppendByteOrder, orientation uint16) []byte {
	mark := "II"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		mark = "MM"
	}
	b := order.AppendUint16([]byte(mark), 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

// withExif puts an APP1 segment after the start of a JPEG.
func withExif(b, body []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), body...)
	out := []byte{0xff, 0xd8, 0xff, 0xe1}
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	return append(append(out, segment...), b[2:]...)
}

// pngHeader is the head of a PNG of any size, as bombs have it.
func pngHeader(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = binary.BigEndian.AppendUint32(ihdr, h)
	ihdr = append(ihdr, 1, 0, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	b = append(b, ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}

// resized changes the size that a JPEG's frame header claims.
func resized(b []byte, w, h uint16) []byte {
	b = bytes.Clone(b)
	at := bytes.Index(b, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(b[at+5:], h)
	binary.BigEndian.PutUint16(b[at+7:], w)
	return b
}

// endlessScans repeats the scan of a JPEG: small to send, slow to decode.
func endlessScans(b []byte) []byte {
	at := bytes.Index(b, []byte{0xff, 0xda})
	scan := b[at : len(b)-2]
	return append(append(bytes.Clone(b[:at]), bytes.Repeat(scan, maxScans+1)...), 0xff, 0xd9)
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	good := asJPEG(t, gradient(120, 90))
	webp, err := base64.StdEncoding.DecodeString(webp64)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		in   []byte
		code string
	}{
		{name: "nothing", in: nil, code: Empty},
		{name: "16 MB", in: append(bytes.Clone(good), make([]byte, MaxBytes)...), code: TooLarge},
		{name: "text", in: []byte("hello, this is no picture"), code: UnsupportedFormat},
		{name: "GIF", in: []byte("GIF89a\x40\x00\x40\x00\x00\x00\x00;"), code: UnsupportedFormat},
		{name: "PDF", in: []byte("%PDF-1.7 and so on"), code: UnsupportedFormat},
		{name: "SVG", in: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), code: UnsupportedFormat},
		{name: "HEIC", in: []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), code: UnsupportedFormat},
		{name: "three bytes of JPEG", in: good[:3], code: Truncated},
		{name: "half a JPEG", in: good[:len(good)/2], code: Truncated},
		{name: "JPEG without its end", in: good[:len(good)-2], code: Truncated},
		{name: "half a PNG", in: asPNG(t, gradient(120, 90))[:200], code: Truncated},
		{name: "half a WebP", in: webp[:40], code: Truncated},
		{name: "PNG with a wrong checksum", in: flip(asPNG(t, gradient(120, 90)), 20), code: Corrupt},
		{name: "PNG bomb of 50000 a side", in: pngHeader(50000, 50000), code: TooManyPixels},
		{name: "PNG of 2^31 a side", in: pngHeader(1<<31-1, 1<<31-1), code: UnsupportedFormat},
		{name: "JPEG bomb of 60000 a side", in: resized(good, 60000, 60000), code: TooManyPixels},
		{name: "40 megapixels and a bit", in: resized(good, 6325, 6325), code: TooManyPixels},
		{name: "a line", in: pngHeader(30000, 100), code: TooManyPixels},
		{name: "a pixel", in: asPNG(t, gradient(1, 1)), code: TooSmall},
		{name: "a stripe", in: asPNG(t, gradient(640, MinSide-1)), code: TooSmall},
		{name: "JPEG of endless scans", in: endlessScans(good), code: Corrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := Decode(tt.in)
			var refused *Error
			if !errors.As(err, &refused) || refused.Code != tt.code {
				t.Errorf("Decode() error = %v, want code %s", err, tt.code)
			}
			if _, _, err := Normalize(tt.in); !errors.Is(err, &Error{Code: tt.code}) {
				t.Errorf("Normalize() error = %v, want code %s", err, tt.code)
			}
		})
	}
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0xff
	return b
}

func TestDecode(t *testing.T) {
	t.Parallel()
	webp, err := base64.StdEncoding.DecodeString(webp64)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		in   []byte
		want Info
	}{
		{name: "JPEG", in: asJPEG(t, gradient(120, 90)), want: Info{120, 90, "jpeg"}},
		{name: "grey JPEG", in: asJPEG(t, image.NewGray(image.Rect(0, 0, 50, 60))), want: Info{50, 60, "jpeg"}},
		{name: "JPEG with something behind", in: append(asJPEG(t, gradient(64, 64)), "motion picture"...), want: Info{64, 64, "jpeg"}},
		{name: "PNG", in: asPNG(t, gradient(33, 44)), want: Info{33, 44, "png"}},
		{name: "WebP", in: webp, want: Info{64, 48, "webp"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img, got, err := Decode(tt.in)
			if err != nil || got != tt.want {
				t.Fatalf("Decode() = %+v, %v, want %+v", got, err, tt.want)
			}
			if size := img.Bounds().Size(); size != image.Pt(got.Width, got.Height) {
				t.Errorf("picture is %v, Info says %+v", size, got)
			}
		})
	}
}

// TestOrientation checks where the red (top right) and green (bottom left)
// corners of the stored picture end up. What each value means is Exif 2.32's
// table: "the 0th row is at the ..., the 0th column is at the ...".
func TestOrientation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		orientation uint16
		red, green  string
	}{
		{1, "top right", "bottom left"},
		{2, "top left", "bottom right"},
		{3, "bottom left", "top right"},
		{4, "bottom right", "top left"},
		{5, "bottom left", "top right"},
		{6, "bottom right", "top left"},
		{7, "top right", "bottom left"},
		{8, "top left", "bottom right"},
		{9, "top right", "bottom left"}, // no such value: upright
	}
	stored := asJPEG(t, gradient(96, 64))
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, tt := range tests {
			img, info, err := Decode(withExif(stored, tiff(order, tt.orientation)))
			if err != nil {
				t.Fatal(err)
			}
			turned := tt.orientation >= 5 && tt.orientation <= 8
			if want := image.Pt(96, 64); turned != (image.Pt(info.Height, info.Width) == want) {
				t.Errorf("orientation %d: size %dx%d", tt.orientation, info.Width, info.Height)
			}
			if red, green := corners(img); red != tt.red || green != tt.green {
				t.Errorf("orientation %d: red at %s, green at %s, want %s, %s", tt.orientation, red, green, tt.red, tt.green)
			}
		}
	}
}

// corners names the corner that is red only and the one that is green only.
func corners(img image.Image) (red, green string) {
	b := img.Bounds()
	for name, at := range map[string]image.Point{
		"top left":     {b.Min.X + 2, b.Min.Y + 2},
		"top right":    {b.Max.X - 3, b.Min.Y + 2},
		"bottom left":  {b.Min.X + 2, b.Max.Y - 3},
		"bottom right": {b.Max.X - 3, b.Max.Y - 3},
	} {
		r, g, _, _ := img.At(at.X, at.Y).RGBA()
		switch {
		case r > 0xc000 && g < 0x4000:
			red = name
		case g > 0xc000 && r < 0x4000:
			green = name
		}
	}
	return red, green
}

func TestOrientationOfPNG(t *testing.T) {
	t.Parallel()
	stored := asPNG(t, gradient(96, 64))
	body := tiff(binary.BigEndian, 6)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, "eXIf"...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	at := 8 + 25 // behind IHDR
	b := append(append(bytes.Clone(stored[:at]), chunk...), stored[at:]...)
	if _, info, err := Decode(b); err != nil || info.Width != 64 || info.Height != 96 {
		t.Errorf("Decode() = %+v, %v, want 64x96", info, err)
	}
}
