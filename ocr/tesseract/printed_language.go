package tesseract

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/otiai10/gosseract/v2"
	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// english is Tesseract's name of the data that is always there.
const english = "eng"

// languages are Tesseract's data by the issuing states (ICAO 9303-3, 5) whose
// documents are printed in them. One is used at a time: with eng and fra together
// the 32 specimens took half as long again and gave as many values. States with
// several are listed by the one that has most of the
// letters with marks.
var languages = map[string]string{
	"fra": "FRA BEL LUX CHE MCO BEN BFA BDI CMR CAF TCD COM COG COD CIV DJI GAB GIN HTI MDG MLI MRT MAR NER SEN TGO TUN DZA",
	"deu": "D AUT LIE",
	"spa": "ESP ARG BOL CHL COL CRI CUB DOM ECU SLV GTM GNQ HND MEX NIC PAN PRY PER URY VEN",
	"por": "PRT BRA AGO MOZ CPV GNB STP TLS MAC",
}

// languageOf returns the data for the documents of an issuing state, English
// for those not listed.
func languageOf(state string) string {
	for language, states := range languages {
		for s := range strings.FieldsSeq(states) {
			if s == state {
				return language
			}
		}
	}
	return english
}

// printClient returns the client for a language, or for English where the
// system has no data for it. Clients are made when first needed and kept.
func (r *Reader) printClient(language string) (*client, error) {
	path := filepath.Join(r.config.Tessdata, language+".traineddata")
	if _, err := os.Stat(path); err != nil {
		if language == english {
			return nil, &ocr.UnavailableError{Files: []string{path}}
		}
		return r.printClient(english)
	}
	if c := r.printers[language]; c != nil {
		return c, nil
	}
	c, err := newClient(path, "", gosseract.PSM_SPARSE_TEXT)
	if err != nil {
		return nil, err
	}
	// Reading doubtful lines once more in negative took a sixth of the time
	// and found one value in a hundred.
	if err := c.c.SetVariable("invert_threshold", "0"); err != nil {
		c.close()
		return nil, errors.Join(errors.New("tesseract: "+language), err)
	}
	if r.printers == nil {
		r.printers = map[string]*client{}
	}
	r.printers[language] = c
	return c, nil
}

// lines reads the words of an 8-bit grey picture with their boxes, in lines.
func (c *client) lines(m gocv.Mat) ([]ocr.PrintedLine, error) {
	b, err := bitmap(m)
	if err != nil {
		return nil, err
	}
	if err := c.c.SetImageFromBytes(b); err != nil {
		return nil, err
	}
	boxes, err := c.c.GetBoundingBoxesVerbose()
	if err != nil {
		return nil, err
	}
	type number struct{ block, paragraph, line int }
	var out []ocr.PrintedLine
	last := number{-1, -1, -1}
	for _, b := range boxes {
		if strings.TrimSpace(b.Word) == "" {
			continue
		}
		if n := (number{b.BlockNum, b.ParNum, b.LineNum}); n != last {
			out, last = append(out, ocr.PrintedLine{}), n
		}
		line := &out[len(out)-1]
		line.Words = append(line.Words, ocr.PrintedWord{
			Text:       b.Word,
			Confidence: rounded(b.Confidence / 100),
			Box:        ocr.Rect{X: b.Box.Min.X, Y: b.Box.Min.Y, W: b.Box.Dx(), H: b.Box.Dy()},
		})
	}
	return out, nil
}
