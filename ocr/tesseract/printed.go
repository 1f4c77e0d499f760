package tesseract

import (
	"context"
	"errors"
	"image"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/internal/mat"
	"github.com/vouchline/vouchline/ocr"
)

// printScale is the size, in pixels per millimetre, in which print is read. With
// 8 the small figures of a date of expiry were lost on every fifth specimen; with
// 12 names were found on two more of 32 and dates on two fewer, in more time.
const printScale = 10

// addPrint reads the print beside the zone, compares the two and weighs the zone
// by it. Print that cannot be read leaves the reading as it was: it can only
// confirm or contest a zone.
func (r *Reader) addPrint(ctx context.Context, reading *ocr.Reading, gray gocv.Mat, place placement) error {
	if r.config.Now == nil || place.size.x == 0 {
		return nil
	}
	sheet, ok := place.print(gray)
	if !ok {
		return nil
	}
	defer sheet.Close()
	printed, err := r.readSheet(ctx, sheet, languageOf(reading.MRZ.Fields.IssuingState))
	var missing *ocr.UnavailableError
	if errors.As(err, &missing) {
		r.config.Logger.WarnContext(ctx, "text data missing, print is not read", "files", missing.Files)
		return nil
	}
	if err != nil {
		return err
	}
	reading.Printed = &printed
	reading.Corroborations = ocr.Corroborate(*reading.MRZ, printed, r.config.Now())
	*reading.MRZ = ocr.Confirm(*reading.MRZ, reading.Corroborations)
	if h, ok := ocr.PrintHint(reading.Corroborations); ok {
		reading.Hints = append(reading.Hints, h)
	}
	return nil
}

// ReadPrinted reads the print of a side without MRZ, such as the front of a
// card, between the document's corners where they are seen. The photograph is
// upright as far as is known; where nothing can be read on it, it is tried
// upside down. A side without print is no error.
func (r *Reader) ReadPrinted(ctx context.Context, upright image.Image) (ocr.Printed, error) {
	if upright == nil || min(upright.Bounds().Dx(), upright.Bounds().Dy()) < minPhotograph {
		return ocr.Printed{}, &ocr.Error{Code: ocr.CodeNoDocument, Detail: "the photograph is too small"}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.loadZones(); err != nil {
		return ocr.Printed{}, err
	}
	colour, err := mat.FromImage(upright)
	if err != nil {
		return ocr.Printed{}, &ocr.Error{Code: ocr.CodeNoDocument, Detail: err.Error()}
	}
	defer colour.Close()
	quad, ok := r.corners.find(colour)
	if !ok {
		quad = rectangle(float64(colour.Cols()), float64(colour.Rows()))
	}
	sheet, ok := side(colour, quad)
	if !ok {
		return ocr.Printed{}, nil
	}
	defer sheet.Close()
	best, err := r.readSheet(ctx, sheet, english)
	if err != nil || letterWeight(best) >= legibleSide {
		return best, err
	}
	_ = gocv.Rotate(sheet, &sheet, gocv.Rotate180Clockwise)
	turned, err := r.readSheet(ctx, sheet, english)
	if err != nil {
		return ocr.Printed{}, err
	}
	if letterWeight(turned) > letterWeight(best) {
		best = turned
	}
	if letterWeight(best) < illegibleSide {
		return ocr.Printed{}, nil
	}
	return best, nil
}

// legibleSide is the letterWeight from which a side is taken to be read the
// right way up. Of 31 specimens and 8 drawn fronts none had more than 31 upside
// down; of those with less than this either way up, most had more upright.
const legibleSide = 35

// illegibleSide is the letterWeight of one word: with less, what was read is
// noise, in which anything may be found.
const illegibleSide = 5

// letterWeight counts the letters and digits of words, by the engine's
// confidence. Short words are what noise reads as.
func letterWeight(p ocr.Printed) float64 {
	sum := 0.0
	for _, l := range p.Lines {
		for _, w := range l.Words {
			if n := len(plainWord(w.Text)); n >= 3 && w.Confidence >= minConfidence/100 {
				sum += w.Confidence * float64(n)
			}
		}
	}
	return sum
}

// readSheet reads a straightened document of printScale.
func (r *Reader) readSheet(ctx context.Context, sheet gocv.Mat, language string) (ocr.Printed, error) {
	if err := ctx.Err(); err != nil {
		return ocr.Printed{}, err
	}
	pieces := textPieces(sheet)
	if len(pieces) == 0 {
		return ocr.Printed{}, nil
	}
	c, err := r.printClient(language)
	if err != nil {
		return ocr.Printed{}, err
	}
	clean := onlyText(sheet, pieces)
	defer clean.Close()
	lines, err := c.lines(clean)
	if err != nil {
		return ocr.Printed{}, err
	}
	out := ocr.Printed{Lines: lines}
	if r.config.Now != nil {
		out.Fields = ocr.ParsePrinted(lines, r.config.Now())
	}
	return out, nil
}
