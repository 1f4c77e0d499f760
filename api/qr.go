package api

import (
	"fmt"
	"strings"

	"github.com/yeqown/go-qrcode/v2"
)

// quietZone is the empty border that ISO/IEC 18004 asks for, in modules.
const quietZone = 4

// A qrCode is a QR code as one path of an SVG picture, which needs no image
// file, stays sharp at any size and holds nothing that could run.
type qrCode struct {
	Size int // modules a side, quiet zone included
	Path string
}

// newQR draws a text.
func newQR(text string) (qrCode, error) {
	code, err := qrcode.NewWith(text, qrcode.WithErrorCorrectionLevel(qrcode.ErrorCorrectionMedium))
	if err != nil {
		return qrCode{}, fmt.Errorf("api: qr code: %w", err)
	}
	var drawing qrPath
	if err := code.Save(&drawing); err != nil {
		return qrCode{}, fmt.Errorf("api: qr code: %w", err)
	}
	return drawing.code, nil
}

// qrPath takes a QR code's modules from the library.
type qrPath struct{ code qrCode }

// Write draws each run of dark modules as one rectangle.
func (p *qrPath) Write(m qrcode.Matrix) error {
	var b strings.Builder
	for y, row := range m.Bitmap() {
		for x := 0; x < len(row); x++ {
			begin := x
			for x < len(row) && row[x] {
				x++
			}
			if n := x - begin; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", begin+quietZone, y+quietZone, n, n)
			}
		}
	}
	p.code = qrCode{Size: m.Width() + 2*quietZone, Path: b.String()}
	return nil
}

// Close does nothing.
func (p *qrPath) Close() error { return nil }
