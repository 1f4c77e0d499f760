package engine

import (
	"context"
	"image"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// TextReader reads documents and words; ocr/tesseract has one.
type TextReader interface {
	// Read returns the photograph turned upright beside what it read there.
	Read(ctx context.Context, img image.Image) (ocr.Reading, image.Image, error)
	// ReadPrinted reads the print of a side without MRZ, upright as far as known.
	ReadPrinted(ctx context.Context, upright image.Image) (ocr.Printed, error)
	// ReadWords reads large words, keeping out of the areas to avoid.
	ReadWords(ctx context.Context, img image.Image, avoid []ocr.Rect) ([]string, error)
}

// FaceFinder finds and examines faces; faces/opencv has one.
type FaceFinder interface {
	// Detect finds all faces, the largest first, their places counted from the
	// picture's corner.
	Detect(ctx context.Context, img image.Image) ([]faces.Face, error)
	// Embed is Examine without the search for attacks.
	Embed(ctx context.Context, img image.Image) (faces.Examination, error)
	Examine(ctx context.Context, img image.Image) (faces.Examination, error)
}

// Compose joins the two engines to the handlers of a child.
func Compose(text TextReader, face FaceFinder) Handlers {
	c := composition{text: text, face: face}
	return Handlers{ReadDocument: c.readDocument, ExamineFace: c.examineFace, ReadWords: c.readWords}
}

type composition struct {
	text TextReader
	face FaceFinder
}

func (c composition) examineFace(ctx context.Context, b []byte) (faces.Examination, error) {
	img, _, err := photo.Decode(b)
	if err != nil {
		return faces.Examination{}, err
	}
	x, err := c.face.Examine(ctx, img)
	return x.Finite(), err
}

func (c composition) readWords(ctx context.Context, b []byte) ([]string, error) {
	img, _, err := photo.Decode(b)
	if err != nil {
		return nil, err
	}
	// Without the face models the words are still read: the boxes only keep
	// hair and shadows from looking like letters.
	found, err := c.face.Detect(ctx, img)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	avoid := make([]ocr.Rect, 0, len(found))
	for _, f := range found {
		if r := pixels(f.Box, img.Bounds()); !r.Empty() {
			avoid = append(avoid, toRect(r))
		}
	}
	return c.text.ReadWords(ctx, img, avoid)
}
