package tesseract

import (
	"context"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/otiai10/gosseract/v2"
	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

// Bounds of the work on one picture: the groups of letters that are read, and
// the lines of each. Words are asked for by threes.
const (
	mostBlocks = 2
	mostLines  = 8
)

// readWords finds writing by its strokes, dark on light and light on dark,
// straightens each block of it, and reads it line by line, with all that is not
// of the line taken away.
func readWords(ctx context.Context, c *client, colour gocv.Mat, avoid []ocr.Rect) ([]string, error) {
	gray := gocv.NewMat()
	defer gray.Close()
	_ = gocv.CvtColor(colour, &gray, gocv.ColorBGRToGray)
	if gray.Empty() {
		return nil, errPicture
	}
	blank(&gray, avoid)
	f := min(1, float64(inkSide)/float64(max(gray.Cols(), gray.Rows())))
	small := gocv.NewMat()
	defer small.Close()
	_ = gocv.Resize(gray, &small, image.Point{}, f, f, gocv.InterpolationArea)
	if small.Empty() {
		return nil, errPicture
	}
	var found []block
	for _, inverted := range []bool{false, true} {
		if inverted {
			_ = gocv.BitwiseNot(small, &small)
		}
		found = append(found, findBlocks(small, inverted)...)
	}
	slices.SortStableFunc(found, func(a, b block) int { return compareFloat(b.writing(), a.writing()) })
	var out []string
	for i, b := range found[:min(len(found), mostBlocks)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(found[:i], func(o block) bool { return o.covers(b) }) {
			continue
		}
		words, err := c.readBlock(ctx, gray, b, 1/f)
		if err != nil {
			return nil, err
		}
		out = append(out, words...)
	}
	return out, nil
}

// findBlocks finds what is written darker than its ground, or with the picture
// inverted, lighter.
func findBlocks(small gocv.Mat, inverted bool) []block {
	strength := ink(small, paperReach)
	defer strength.Close()
	mask := inkMask(strength)
	defer mask.Close()
	labels := gocv.NewMat()
	defer labels.Close()
	found := blocks(marks(mask, &labels))
	found = found[:min(len(found), mostBlocks)]
	for i := range found {
		found[i].inverted = inverted
		found[i].findAngle(labels)
	}
	return found
}

func (c *client) readBlock(ctx context.Context, gray gocv.Mat, b block, scale float64) ([]string, error) {
	s, ok := straightenBlock(gray, b, scale)
	if !ok {
		return nil, nil
	}
	defer s.close()
	var out []string
	lines := s.lines()
	for _, l := range lines[:min(len(lines), mostLines)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		words, err := c.readLine(s, l)
		if err != nil {
			return nil, err
		}
		out = append(out, words...)
	}
	return out, nil
}

// readLine reads a line once, and where Tesseract is unsure once more at another
// size, since its mistakes on handwriting are not the same at all sizes. Both
// readings are told: which is right only the wanted words can say.
func (c *client) readLine(s *sheet, l line) ([]string, error) {
	strip := s.picture(l)
	defer strip.Close()
	words, sure, err := c.lineWords(strip)
	if err != nil || sure >= sureLine {
		return words, err
	}
	_ = gocv.Resize(strip, &strip, image.Point{}, 0.8*secondSize, secondSize, gocv.InterpolationArea)
	again, _, err := c.lineWords(strip)
	if slices.Equal(words, again) {
		return words, err
	}
	return append(words, again...), err
}

// Of readLine: the confidence below which a line is read again, and the size of
// that reading's letters, a little narrower.
const (
	sureLine   = 85.0
	secondSize = 0.7
)

// minWordLetters leaves out what single letters the edges of things look like.
const minWordLetters = 2

// blank paints what must not be read, such as a face, in the mean grey.
func blank(gray *gocv.Mat, avoid []ocr.Rect) {
	mean := uint8(gray.Mean().Val1)
	frame := image.Rect(0, 0, gray.Cols(), gray.Rows())
	for _, a := range avoid {
		r := image.Rect(a.X, a.Y, a.X+a.W, a.Y+a.H).Intersect(frame)
		if !r.Empty() {
			_ = gocv.Rectangle(gray, r, color.RGBA{mean, mean, mean, 0}, -1)
		}
	}
}

func distance(a, b pt) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// minConfidence is Tesseract's, of a word of print, from 0 to 100. Of
// handwriting it is sure too seldom for that to decide.
const minConfidence = 50.0

// lineWords reads a picture of a line and says how sure Tesseract is of the
// worst of its words, from 0 to 100. There is no list of allowed letters: with
// one, Tesseract makes letters of stripes and fingers.
func (c *client) lineWords(m gocv.Mat) (words []string, sure float64, err error) {
	if min(m.Cols(), m.Rows()) < minSide {
		return nil, 100, nil
	}
	boxes, err := c.words(m)
	if err != nil {
		return nil, 0, err
	}
	boxes = slices.DeleteFunc(boxes, func(b gosseract.BoundingBox) bool {
		return len(plainWord(b.Word)) < minWordLetters
	})
	readingOrder(boxes)
	sure = 100
	for _, b := range boxes {
		words, sure = append(words, plainWord(b.Word)), min(sure, b.Confidence)
	}
	if len(words) == 0 {
		sure = 0
	}
	return words, sure, nil
}

// plainWord keeps letters and digits, in upper case; nothing of a word without
// letters.
func plainWord(s string) string {
	hasLetter := false
	s = strings.Map(func(r rune) rune {
		hasLetter = hasLetter || unicode.IsLetter(r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
	if !hasLetter {
		return ""
	}
	return s
}

// readingOrder sorts words by lines, then from left to right.
func readingOrder(boxes []gosseract.BoundingBox) {
	slices.SortStableFunc(boxes, func(a, b gosseract.BoundingBox) int { return middle(a) - middle(b) })
	for from := 0; from < len(boxes); {
		to := from + 1
		for to < len(boxes) && middle(boxes[to]) < boxes[from].Box.Max.Y {
			to++
		}
		slices.SortStableFunc(boxes[from:to], func(a, b gosseract.BoundingBox) int { return a.Box.Min.X - b.Box.Min.X })
		from = to
	}
}

func middle(b gosseract.BoundingBox) int { return (b.Box.Min.Y + b.Box.Max.Y) / 2 }
