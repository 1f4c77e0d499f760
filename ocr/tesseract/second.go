package tesseract

import (
	"bytes"
	"image"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/ocrb"
)

// What the second reader's numbers have to be. Over 32 real specimens and 14
// degradations of each, a Tesseract reading whose every character had at least
// leastDoubt was never wrong where both agreed and the check digits held; upside
// down the fit of a line has the median 0.06, upright nearly 1.
const (
	leastDoubt  = 0.02
	fits        = 0.5  // a line is a zone's, and this way up
	hopeless    = 0.35 // fit below which a band is not worth a reading
	secondInk   = 24   // height of characters it is shown, in pixels
	fitsForSure = 0.85
)

// opinion is what the second reader sees in the lines of a zone.
type opinion struct {
	lines []ocrb.Line
	text  []string
}

// opinion shows the lines of the band to the second reader, as they are: what
// helps Tesseract's layout analysis only takes information away from it.
func (c candidate) opinion(columns int) opinion {
	var o opinion
	for _, strip := range c.plainLines() {
		l := ocrb.Default().Line(strip, columns)
		o.lines = append(o.lines, l)
		o.text = append(o.text, l.Best())
	}
	return o
}

// fit of the worst line.
func (o opinion) fit() float64 {
	if len(o.lines) == 0 {
		return 0
	}
	worst := 1.0
	for _, l := range o.lines {
		worst = min(worst, l.Fit)
	}
	return worst
}

// supports says whether no character of a zone is out of the question.
func (o opinion) supports(lines []string) bool {
	if len(lines) != len(o.lines) || o.fit() < fits {
		return false
	}
	for i, l := range o.lines {
		if !l.Agrees(lines[i], leastDoubt) {
			return false
		}
	}
	return true
}

// ballots are the second reader's votes on a zone of this many lines.
func (o opinion) ballots(lines int) [][]string {
	if o.fit() < fits || len(o.text) != lines {
		return nil
	}
	return [][]string{o.text}
}

// doubt halves the confidence of fields that the second reader reads otherwise:
// it has one vote of many there, and ocr.Confirm, which settles disputes about
// names, must not settle one about a number beside them.
func (o opinion) doubt(m *ocr.MRZ) {
	if o.fit() < fits {
		return
	}
	for field, half := range ocr.Confidence(*m, [][]string{m.Lines, o.text}) {
		m.Confidence[field] = min(m.Confidence[field], half)
	}
}

// interpretation of what the second reader reads by itself.
func (o opinion) interpretation() (interpretation, bool) {
	if o.fit() < fitsForSure {
		return interpretation{}, false
	}
	i, ok := parse(o.text)
	return i, ok && i.plausible()
}

// columns that lines of the band's proportions may have, likelier first.
func (c candidate) columns() []int {
	if len(c.band.lines) == 3 {
		return []int{30}
	}
	if l := c.band.lines[0]; l.width() > 36.5*c.band.height() {
		return []int{44, 36}
	}
	return []int{36, 44}
}

// likeness is how well the candidate's second line fits a zone, this way up, and
// with how many columns. In no format but the French card is it a name, and it has
// few fillers.
func (c candidate) likeness() (fit float64, columns int) {
	lines := c.plainLines()
	if len(lines) == 0 {
		return 0, 0
	}
	for _, n := range c.columns() {
		if f := ocrb.Default().Line(lines[min(1, len(lines)-1)], n).Fit; f > fit {
			fit, columns = f, n
		}
		if fit > fits {
			break
		}
	}
	return fit, columns
}

// plainLines are the straightened lines in reading order; none where the band
// cannot be cut out.
func (c candidate) plainLines() []*image.Gray {
	m, ok := c.band.picture(c.gray, c.flip, secondInk)
	if !ok {
		return nil
	}
	defer m.Close()
	var out []*image.Gray
	tall := stripHeight * secondInk
	margin, h := secondInk/2, int(tall)
	for i := range c.band.lines {
		strip := m.Region(image.Rect(margin, margin+i*h, m.Cols()-margin, margin+(i+1)*h)) // as picture lays them
		out = append(out, grayImage(strip))
		strip.Close()
	}
	return out
}

// grayImage copies an 8-bit grey picture.
func grayImage(m gocv.Mat) *image.Gray {
	whole := m.Clone() // continuous
	defer whole.Close()
	out := image.NewGray(image.Rect(0, 0, m.Cols(), m.Rows()))
	if pix, err := whole.DataPtrUint8(); err == nil && len(pix) == len(out.Pix) {
		out.Pix = bytes.Clone(pix)
	}
	return out
}
