package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// TextReader reads documents and words; ocr/tesseract has one.
type TextReader interface {
	// Read returns the photograph turned upright beside what it read there.
	Read(ctx context.Context, img image.Image) (ocr.Reading, image.Image, error)
	// ReadWords reads large words, keeping out of the areas to avoid.
	ReadWords(ctx context.Context, img image.Image, avoid []ocr.Rect) ([]string, error)
}

// FaceFinder finds and examines faces; faces/opencv has one.
type FaceFinder interface {
	Detect(ctx context.Context, img image.Image) ([]faces.Face, error)
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
	return c.face.Examine(ctx, img)
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

// readDocument reads the MRZ, then looks for the portrait on the upright
// photograph. A document without portrait, or a search that fails, leaves the
// reading without one: kyc refers what it cannot compare. A side without an MRZ
// is searched too, for the portrait of a card is on the other one; it comes
// beside the error.
func (c composition) readDocument(ctx context.Context, b []byte) (ocr.Reading, error) {
	img, _, err := photo.Decode(b)
	if err != nil {
		return ocr.Reading{}, err
	}
	reading, upright, unread := c.text.Read(ctx, img)
	var unreadable *ocr.Error
	if upright == nil || unread != nil && !errors.As(unread, &unreadable) {
		return reading, unread
	}
	if err := c.addPortrait(ctx, &reading, upright, img.Bounds()); err != nil {
		return ocr.Reading{}, err
	}
	return reading, unread
}

func (c composition) addPortrait(ctx context.Context, reading *ocr.Reading, upright image.Image, original image.Rectangle) error {
	found, err := c.face.Detect(ctx, upright)
	if err != nil {
		return ctx.Err()
	}
	portrait, ok := choosePortrait(found, reading.Quality.MRZHeight)
	if !ok {
		return nil
	}
	area := widen(portrait.Box, upright.Bounds())
	if area.Dx() < photo.MinSide || area.Dy() < photo.MinSide {
		return nil
	}
	if reading.PortraitJPEG, err = cut(upright, area); err != nil {
		return err
	}
	place := placeInOriginal(area.Sub(upright.Bounds().Min), upright.Bounds(), original, reading.Rotation)
	reading.Portrait = &place
	return nil
}

// cut encodes a part of a picture as JPEG.
func cut(img image.Image, area image.Rectangle) ([]byte, error) {
	part := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	draw.Draw(part, part.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(part, part.Rect, img, area.Min, draw.Over)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, part, &jpeg.Options{Quality: 95}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
