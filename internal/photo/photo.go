package photo

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Bounds of an acceptable photograph.
const (
	// MaxBytes is the largest upload in bytes.
	MaxBytes = 15 << 20
	// MaxPixels is the largest picture, counted from its header.
	MaxPixels = 40_000_000
	// MaxSide bounds one side, against pictures a pixel high and millions
	// wide; Tesseract gives up above 32767.
	MaxSide = 20_000
	// MinSide is the shortest side in which a face or a line of text can
	// still be found.
	MinSide = 32
	// maxScans bounds the scans of a progressive JPEG: each costs a walk over
	// every block however few bytes it has, so a small file of empty scans
	// would keep a decoder busy for hours.
	maxScans = 100
)

// Info describes a decoded photograph after its orientation was applied.
type Info struct {
	// Width and Height are in pixels.
	Width  int `json:"width"`
	Height int `json:"height"`
	// Format is "jpeg", "png" or "webp".
	Format string `json:"format"`
}

// format is what a file claims to be and how to read it.
type format struct {
	name   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// inspect walks the container without decoding pixels.
	inspect func([]byte) container
}

// container is what the file around the pixels tells.
type container struct {
	orientation int
	scans       int
	truncated   bool
}

// Decode reads a JPEG, PNG or WebP photograph, applies its Exif orientation
// and refuses, with an *Error, whatever is out of bounds or damaged.
func Decode(b []byte) (image.Image, Info, error) { return decode(b, MaxSide) }

func decode(b []byte, side int) (image.Image, Info, error) {
	f, err := sniff(b)
	if err != nil {
		return nil, Info{}, err
	}
	c, err := checkHeader(f, b, side)
	if err != nil {
		return nil, Info{}, err
	}
	img, err := f.decode(bytes.NewReader(b))
	if err != nil {
		return nil, Info{}, decodeError(err)
	}
	img = orient(img, c.orientation)
	size := img.Bounds()
	return img, Info{Width: size.Dx(), Height: size.Dy(), Format: f.name}, nil
}

// sniff recognises the format by its first bytes; the name and the media type
// an uploader gives are not evidence.
func sniff(b []byte) (format, error) {
	switch {
	case len(b) == 0:
		return format{}, &Error{Code: Empty}
	case len(b) > MaxBytes:
		return format{}, &Error{Code: TooLarge}
	case bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}):
		return format{name: "jpeg", config: jpeg.DecodeConfig, decode: jpeg.Decode, inspect: inspectJPEG}, nil
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return format{name: "png", config: png.DecodeConfig, decode: png.Decode, inspect: inspectPNG}, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return format{name: "webp", config: webp.DecodeConfig, decode: webp.Decode, inspect: inspectWebP}, nil
	}
	return format{}, &Error{Code: UnsupportedFormat}
}

// checkHeader bounds the picture before a pixel of it is decoded.
func checkHeader(f format, b []byte, side int) (container, error) {
	config, err := f.config(bytes.NewReader(b))
	if err != nil {
		return container{}, decodeError(err)
	}
	w, h := config.Width, config.Height
	switch {
	case w <= 0 || h <= 0:
		return container{}, &Error{Code: Corrupt, Detail: "no pixels"}
	case max(w, h) > side || int64(w)*int64(h) > MaxPixels:
		return container{}, &Error{Code: TooManyPixels}
	case min(w, h) < MinSide:
		return container{}, &Error{Code: TooSmall}
	}
	c := f.inspect(b)
	switch {
	case c.truncated:
		return container{}, &Error{Code: Truncated}
	case c.scans > maxScans:
		return container{}, &Error{Code: Corrupt, Detail: "too many scans"}
	}
	return c, nil
}

// decodeError gives a decoder's complaint a stable code.
func decodeError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return &Error{Code: Truncated, err: err}
	}
	var unsupported jpeg.UnsupportedError
	var unsupportedPNG png.UnsupportedError
	if errors.As(err, &unsupported) || errors.As(err, &unsupportedPNG) {
		return &Error{Code: UnsupportedFormat, err: err}
	}
	return &Error{Code: Corrupt, err: err}
}
