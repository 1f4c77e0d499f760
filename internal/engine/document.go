package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// readDocument reads the MRZ and the print beside it, then looks for the
// portrait on the upright photograph. A document without portrait, or a search
// that fails, leaves the reading without one: kyc refers what it cannot compare.
// A side without an MRZ is searched too, and its print read, for the portrait
// and the names of a card are on the other side than its zone; both come beside
// the error.
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
	if unread == nil {
		found := c.search(ctx, upright, turn{upright.Bounds(), img.Bounds(), reading.Rotation}.toUpright(reading.Outline))
		err := c.addPortrait(ctx, &reading, upright, img.Bounds(), found)
		return reading, err
	}
	upright, degrees, found := c.faceUp(ctx, upright)
	reading.Rotation = (reading.Rotation + degrees) % 360
	if err := c.addPortrait(ctx, &reading, upright, img.Bounds(), found); err != nil {
		return ocr.Reading{}, err
	}
	if errors.Is(unread, &ocr.Error{Code: ocr.CodeMRZNotFound}) {
		printed, err := c.text.ReadPrinted(ctx, upright)
		if ctx.Err() != nil {
			return ocr.Reading{}, ctx.Err()
		}
		if err == nil && len(printed.Lines) > 0 {
			reading.Printed = &printed
		}
	}
	return reading, unread
}

// search finds faces on the document alone where its outline is known: a small
// portrait or ghost image is found there that is lost in the whole photograph.
func (c composition) search(ctx context.Context, upright image.Image, outline []ocr.Point) []faces.Face {
	bounds := upright.Bounds()
	area := image.Rectangle{}
	for _, p := range outline {
		area = area.Union(image.Rect(int(p.X)-8, int(p.Y)-8, int(p.X)+8, int(p.Y)+8))
	}
	area = area.Add(bounds.Min).Intersect(bounds)
	part, ok := upright.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if len(outline) == 0 || !ok || area.Dx() < photo.MinSide || area.Dy() < photo.MinSide {
		area = bounds
	} else {
		upright = part.SubImage(area)
	}
	found, err := c.face.Detect(ctx, upright)
	if err != nil {
		return nil
	}
	off := area.Min.Sub(bounds.Min)
	for i := range found {
		found[i].Box.X += float64(off.X)
		found[i].Box.Y += float64(off.Y)
		for j := range found[i].Landmarks {
			found[i].Landmarks[j].X += float64(off.X)
			found[i].Landmarks[j].Y += float64(off.Y)
		}
	}
	return found
}

// turningSide is the longer side of the copy in which faces are looked for the
// other ways up.
const turningSide = 640

// faceUp turns a photograph of which nothing tells which way is up until its
// portrait is. Without a face it stays as it is.
func (c composition) faceUp(ctx context.Context, img image.Image) (image.Image, int, []faces.Face) {
	found, err := c.face.Detect(ctx, img)
	if err != nil || len(found) > 0 {
		return img, 0, found
	}
	small := reduced(img, turningSide)
	best, degrees := 0.0, 0
	for _, d := range []int{90, 180, 270} {
		turned, err := c.face.Detect(ctx, quarterTurn(small, d))
		if err == nil && len(turned) > 0 && turned[0].Score > best {
			best, degrees = turned[0].Score, d
		}
	}
	if degrees == 0 {
		return img, 0, nil
	}
	turned := quarterTurn(img, degrees)
	if found, err = c.face.Detect(ctx, turned); err != nil || len(found) == 0 {
		return img, 0, nil
	}
	return turned, degrees, found
}

// addPortrait cuts the portrait out, rates it and tells its ghosts from it.
func (c composition) addPortrait(ctx context.Context, reading *ocr.Reading, upright image.Image, original image.Rectangle, found []faces.Face) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := turn{upright.Bounds(), original, reading.Rotation}
	outline, format := t.toUpright(reading.Outline), ocr.Format("")
	if reading.MRZ != nil {
		format = reading.MRZ.Format
	}
	portrait, ok := choosePortrait(found, reading.Quality.MRZHeight, outline, format)
	if !ok {
		return nil
	}
	crop := cropOf(portrait, outline, format)
	place := crop.plane.box(crop.area).Intersect(image.Rect(0, 0, t.upright.Dx(), t.upright.Dy()))
	if place.Dx() < photo.MinSide || place.Dy() < photo.MinSide {
		return nil
	}
	picture := crop.picture(upright)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 95}); err != nil {
		return err
	}
	onOriginal := t.toOriginal(place)
	reading.PortraitJPEG, reading.Portrait = out.Bytes(), &onOriginal
	x, err := c.face.Embed(ctx, picture)
	var unfit *faces.Error
	if err != nil && !errors.As(err, &unfit) {
		return ctx.Err()
	}
	// A portrait in which no face is found again measures, and scores, nothing.
	quality := portraitQuality(x.Quality, portrait.InterEye())
	reading.PortraitQuality = &quality
	for _, f := range found {
		if !mayBeGhost(f, portrait, outline) {
			continue
		}
		ghost, err := c.face.Embed(ctx, cropOf(f, outline, format).picture(upright))
		if err == nil && alike(ghost.Template, x.Template) {
			reading.Ghosts = append(reading.Ghosts, t.toOriginal(pixels(f.Box, t.upright)))
		}
	}
	return ctx.Err()
}
