package tesseract

import (
	"bytes"
	"cmp"
	_ "embed"
	"image"
	"image/png"
	"math"
	"slices"
	"strings"
	"sync"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/internal/mat"
	"github.com/vouchline/vouchline/ocr/ocrb"
)

// ocrbPNG holds the characters of OCR-B side by side, black on white, in the
// order of ocrbAlphabet; TestOCRB draws it from Debian's fonts-ocr-b.
//
//go:embed ocrb.png
var ocrbPNG []byte

const ocrbAlphabet = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Sizes of the comparison, in pixels.
const (
	inkHeight    = 2.4 // of a character, in millimetres
	fontScale    = 10  // to the millimetre
	glyphWide    = 24
	glyphHigh    = 32
	glyphShift   = 7   // that a cell may be off, to every side
	cellCount    = 36  // that are compared: enough for a median
	fillerMost   = 4   // of them fillers, of which zones have many
	strokeWidest = 13  // what is wider is paper and its pattern, not a stroke
	surePlace    = 0.8 // correlation from which a character is where it fits best
)

// strangenessLimit is the geometric mean of two measures, see strangeness.
const strangenessLimit = 0.05

// glyphs are the templates, at every blur that a zone may have.
type glyphs [][]gocv.Mat

// templates lie in memory for good, like the code.
var templates = sync.OnceValue(func() glyphs {
	img, err := png.Decode(bytes.NewReader(ocrbPNG))
	if err != nil {
		panic("tesseract: embedded ocrb.png: " + err.Error())
	}
	colour, err := mat.FromImage(img)
	if err != nil {
		panic("tesseract: embedded ocrb.png: " + err.Error())
	}
	defer colour.Close()
	gray := gocv.NewMat()
	defer gray.Close()
	_ = gocv.CvtColor(colour, &gray, gocv.ColorBGRToGray)
	var out glyphs
	for _, sigma := range []float64{1, 2.2} {
		soft := gocv.NewMat()
		_ = gocv.GaussianBlur(gray, &soft, image.Point{}, sigma, 0, gocv.BorderReplicate)
		strokes := blackhat(soft, image.Pt(strokeWidest, strokeWidest))
		soft.Close()
		var set []gocv.Mat
		for i := range len(ocrbAlphabet) {
			set = append(set, strokes.Region(image.Rect(i*glyphWide, 0, (i+1)*glyphWide, glyphHigh)))
		}
		out = append(out, set)
	}
	return out
})

// strangeness is how little the zone looks printed in OCR-B (9303-3, 4.3), by
// two measures that fail on different documents, so that both must say so: the
// correlation of its characters with templates, which a busy background lowers,
// and what the second reader says of the first line's font.
func strangeness(gray gocv.Mat, p placement, lines []string) (float64, bool) {
	unlike, ok := dissimilarity(gray, p, lines)
	if !ok {
		return 0, false
	}
	line, ok := plainLine(gray, p, len(lines[0]))
	if !ok {
		return 0, false
	}
	foreign := 1 - ocrb.Default().Line(line, len(lines[0])).OCRB()
	return math.Sqrt(max(unlike, 0) * max(foreign, 0)), true
}

// plainLine is the first line of the zone as the second reader wants it.
func plainLine(gray gocv.Mat, p placement, columns int) (*image.Gray, bool) {
	ends, tall := stripEnds*inkHeight, stripHeight*inkHeight
	wide := float64(columns-1)*pitch + inkWidth + 2*ends
	quad := rectangle(wide, tall)
	for i, q := range quad {
		quad[i] = p.toPhotograph(pt{q.x - ends, q.y - tall/2})
	}
	flat := warpQuad(gray, quad, image.Pt(int(wide*fontScale), int(tall*fontScale)))
	defer flat.Close()
	pix, err := flat.DataPtrUint8()
	if err != nil || len(pix) == 0 {
		return nil, false
	}
	return &image.Gray{Pix: bytes.Clone(pix), Stride: flat.Cols(), Rect: image.Rect(0, 0, flat.Cols(), flat.Rows())}, true
}

// dissimilarity is one minus the median of the characters' correlations with
// those of OCR-B that were read there.
func dissimilarity(gray gocv.Mat, p placement, lines []string) (float64, bool) {
	var correlations []float64
	cells := chooseCells(lines)
	for row := range lines {
		strip := lineStrip(gray, p, row, len(lines), len(lines[row]))
		drift := image.Point{}
		for _, c := range cells {
			if c.row != row || strip.Empty() {
				continue
			}
			v, off, ok := c.correlation(strip, drift)
			if !ok {
				continue
			}
			correlations = append(correlations, v)
			if v >= surePlace {
				drift = drift.Add(off) // printers do not keep the pitch exactly
			}
		}
		strip.Close()
	}
	if len(correlations) < cellCount/2 {
		return 0, false
	}
	slices.Sort(correlations)
	return 1 - correlations[len(correlations)/2], true
}

// cell is a character of a zone.
type cell struct {
	row, column int
	char        byte
}

// chooseCells spreads the comparison over the zone.
func chooseCells(lines []string) []cell {
	var letters, fillers []cell
	for row, line := range lines {
		for column := range len(line) {
			c := cell{row, column, line[column]}
			switch {
			case c.char == '<':
				fillers = append(fillers, c)
			case strings.IndexByte(ocrbAlphabet, c.char) >= 0:
				letters = append(letters, c)
			}
		}
	}
	fillers = spread(fillers, fillerMost)
	out := append(spread(letters, cellCount-len(fillers)), fillers...)
	slices.SortFunc(out, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column))
	})
	return out
}

// spread keeps at most n, evenly.
func spread(cells []cell, n int) []cell {
	if len(cells) <= n {
		return cells
	}
	out := make([]cell, n)
	for i := range out {
		out[i] = cells[i*len(cells)/n]
	}
	return out
}

// Margins of a strip about its characters, in millimetres.
const (
	stripLeft = 3.0
	stripTall = 5.4
)

// lineStrip straightens one line of the zone.
func lineStrip(gray gocv.Mat, p placement, row, rows, columns int) gocv.Mat {
	y := 0.0
	if rows > 1 {
		y = float64(row) / float64(rows-1) * (p.corner.y + p.size.y - forms[p.format].last)
	}
	width := float64(columns)*pitch + 2*stripLeft
	quad := rectangle(width, stripTall)
	for i, q := range quad {
		quad[i] = p.toPhotograph(pt{q.x - stripLeft, q.y + y - stripTall/2})
	}
	flat := warpQuad(gray, quad, image.Pt(int(width*fontScale), int(stripTall*fontScale)))
	defer flat.Close()
	if flat.Empty() {
		return gocv.NewMat()
	}
	return blackhat(flat, image.Pt(strokeWidest, strokeWidest))
}

// correlation compares a cell with the templates of its character, at the place
// where it fits best, and says how far that is from where it was expected.
func (c cell) correlation(strip gocv.Mat, drift image.Point) (float64, image.Point, bool) {
	x := int((stripLeft+float64(c.column)*pitch+inkWidth/2)*fontScale) - glyphWide/2
	y := (strip.Rows() - glyphHigh) / 2
	area := image.Rect(x, y, x+glyphWide, y+glyphHigh).Add(drift).Inset(-glyphShift)
	if !area.In(image.Rect(0, 0, strip.Cols(), strip.Rows())) {
		return 0, image.Point{}, false
	}
	region := strip.Region(area)
	defer region.Close()
	result, none := gocv.NewMat(), gocv.NewMat()
	defer result.Close()
	defer none.Close()
	best, at := 0.0, image.Pt(glyphShift, glyphShift)
	for _, set := range templates() {
		_ = gocv.MatchTemplate(region, set[strings.IndexByte(ocrbAlphabet, c.char)], &result, gocv.TmCcoeffNormed, none)
		if result.Empty() {
			return 0, image.Point{}, false
		}
		if _, v, _, where := gocv.MinMaxLoc(result); float64(v) > best {
			best, at = float64(v), where
		}
	}
	return best, at.Sub(image.Pt(glyphShift, glyphShift)), true
}
