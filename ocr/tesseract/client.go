package tesseract

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"

	"github.com/otiai10/gosseract/v2"
	"gocv.io/x/gocv"
)

// A picture handed to Tesseract is a crop made here, of a size between these.
// The upper bound keeps layout analysis, which no deadline stops, short.
const (
	minSide   = 8
	maxPixels = 4_000_000
)

var errPicture = errors.New("tesseract: picture of a wrong kind or size")

// client is one Tesseract instance with one language.
type client struct{ c *gosseract.Client }

// newClient makes a client for the file dir/lang.traineddata; an empty whitelist
// allows everything. Tesseract itself
// starts with the first picture. Not to be called by two goroutines at once:
// gosseract redirects stderr for the whole process meanwhile.
func newClient(file, whitelist string, mode gosseract.PageSegMode) (*client, error) {
	c := gosseract.NewClient()
	lang := strings.TrimSuffix(filepath.Base(file), ".traineddata")
	err := errors.Join(
		c.SetTessdataPrefix(filepath.Dir(file)),
		c.SetLanguage(lang),
		c.SetPageSegMode(mode),
		c.SetVariable("load_system_dawg", "0"),
		c.SetVariable("load_freq_dawg", "0"),
	)
	if whitelist != "" {
		err = errors.Join(err, c.SetWhitelist(whitelist))
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &client{c}, nil
}

func (c *client) close() {
	if c != nil && c.c != nil {
		_ = c.c.Close() // always nil
		c.c = nil
	}
}

// text reads an 8-bit grey picture line by line.
func (c *client) text(m gocv.Mat) ([]string, error) {
	b, err := bitmap(m)
	if err != nil {
		return nil, err
	}
	if err := c.c.SetImageFromBytes(b); err != nil {
		return nil, err
	}
	s, err := c.c.Text()
	if err != nil {
		return nil, err
	}
	return strings.Split(s, "\n"), nil
}

// words reads the words of an 8-bit grey picture with their boxes.
func (c *client) words(m gocv.Mat) ([]gosseract.BoundingBox, error) {
	b, err := bitmap(m)
	if err != nil {
		return nil, err
	}
	if err := c.c.SetImageFromBytes(b); err != nil {
		return nil, err
	}
	return c.c.GetBoundingBoxes(gosseract.RIL_WORD)
}

// bitmap encodes an 8-bit grey picture as an uncompressed BMP, which costs a
// hundredth of a PNG and which Leptonica always accepts.
func bitmap(m gocv.Mat) ([]byte, error) {
	w, h := m.Cols(), m.Rows()
	if m.Empty() || m.Type() != gocv.MatTypeCV8U || w < minSide || h < minSide || w*h > maxPixels {
		return nil, errPicture
	}
	if !m.IsContinuous() {
		m = m.Clone()
		defer m.Close()
	}
	pix, err := m.DataPtrUint8()
	if err != nil {
		return nil, err
	}
	const header = 14 + 40 + 4*256
	stride := (w + 3) &^ 3
	b := make([]byte, header, header+stride*h)
	copy(b, "BM")
	le := binary.LittleEndian
	le.PutUint32(b[2:], uint32(header+stride*h))
	le.PutUint32(b[10:], header)
	le.PutUint32(b[14:], 40)
	le.PutUint32(b[18:], uint32(w))
	le.PutUint32(b[22:], uint32(h))
	le.PutUint16(b[26:], 1)
	le.PutUint16(b[28:], 8)
	le.PutUint32(b[34:], uint32(stride*h))
	const perMetre = 11811 // 300 dpi
	le.PutUint32(b[38:], perMetre)
	le.PutUint32(b[42:], perMetre)
	le.PutUint32(b[46:], 256)
	for i := range 256 {
		v := byte(i)
		copy(b[54+4*i:], []byte{v, v, v, 0})
	}
	pad := make([]byte, stride-w)
	for y := h - 1; y >= 0; y-- {
		b = append(b, pix[y*w:(y+1)*w]...)
		b = append(b, pad...)
	}
	return b, nil
}
