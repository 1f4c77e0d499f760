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

// Bounds of ReadWords.
const (
	maxPapers      = 3
	frameWidth     = 1000 // of the whole picture, when no paper is seen
	minPaperShare  = 0.015
	minWordLetters = 2
	minConfidence  = 50.0
)

// paperWidths are the sizes, in pixels, in which a paper is read: all papers in
// the first, then only the one that had most words.
var paperWidths = []int{600, 900}

// readWords looks for bright papers first, straightens them and reads each; the
// reading with most letters wins. A paper that does not stand out from its
// surroundings is read in the whole picture.
func readWords(ctx context.Context, c *client, colour gocv.Mat, avoid []ocr.Rect) ([]string, error) {
	gray := gocv.NewMat()
	defer gray.Close()
	_ = gocv.CvtColor(colour, &gray, gocv.ColorBGRToGray)
	if gray.Empty() {
		return nil, errPicture
	}
	blank(&gray, avoid)
	var best []string
	sheets := papers(gray)
	for _, width := range paperWidths {
		for _, quad := range sheets {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			words, err := c.paperWords(gray, quad, width)
			if err != nil {
				return nil, err
			}
			if letters(words) > letters(best) {
				best, sheets = words, [][]pt{quad}
			}
		}
	}
	if len(best) > 0 || ctx.Err() != nil {
		return best, ctx.Err()
	}
	f := min(1, float64(frameWidth)/float64(max(gray.Cols(), gray.Rows())))
	_ = gocv.Resize(gray, &gray, image.Point{}, f, f, gocv.InterpolationArea)
	return c.confidentWords(gray)
}

func (c *client) paperWords(gray gocv.Mat, quad []pt, width int) ([]string, error) {
	w, h := distance(quad[0], quad[1]), distance(quad[0], quad[3])
	size := image.Pt(width, int(float64(width)*h/w))
	if size.X*size.Y > maxPixels {
		return nil, nil // a lamp or the edge of a door: no paper is so narrow
	}
	paper := warpQuad(gray, quad, size)
	defer paper.Close()
	return c.confidentWords(paper)
}

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

func letters(words []string) int { return len(strings.Join(words, "")) }

func distance(a, b pt) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// confidentWords reads a picture and keeps words Tesseract is fairly sure of, in
// reading order. There is no list of allowed letters: with one, Tesseract makes
// letters of stripes and fingers, and is unsure of the true ones beside them.
func (c *client) confidentWords(m gocv.Mat) ([]string, error) {
	if min(m.Cols(), m.Rows()) < minSide {
		return nil, nil
	}
	boxes, err := c.words(m)
	if err != nil {
		return nil, err
	}
	boxes = slices.DeleteFunc(boxes, func(b gosseract.BoundingBox) bool {
		return b.Confidence < minConfidence || len(plainWord(b.Word)) < minWordLetters
	})
	readingOrder(boxes)
	var out []string
	for _, b := range boxes {
		out = append(out, plainWord(b.Word))
	}
	return out, nil
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

// papers returns the corners of bright, four-sided areas, largest first. Two
// thresholds: one between dark and bright, one for a paper before a bright wall.
func papers(gray gocv.Mat) [][]pt {
	type paper struct {
		quad []pt
		area float64
	}
	var found []paper
	frame := float64(gray.Cols() * gray.Rows())
	soft := gocv.NewMat()
	defer soft.Close()
	_ = gocv.GaussianBlur(gray, &soft, image.Pt(5, 5), 0, 0, gocv.BorderDefault)
	for _, level := range brightLevels(soft) {
		mask := gocv.NewMat()
		_ = gocv.Threshold(soft, &mask, float32(level), 255, gocv.ThresholdBinary)
		contours := gocv.FindContours(mask, gocv.RetrievalExternal, gocv.ChainApproxSimple)
		for i := range contours.Size() {
			c := contours.At(i)
			area := gocv.ContourArea(c)
			if area < minPaperShare*frame {
				continue
			}
			quad, size := levelRect(gocv.MinAreaRect(c))
			// A hand in front costs a paper some of its area, not half.
			if area > 0.6*size && size < 0.9*frame {
				found = append(found, paper{quad, area})
			}
		}
		contours.Close()
		mask.Close()
	}
	slices.SortFunc(found, func(a, b paper) int { return compareFloat(b.area, a.area) })
	var out [][]pt
	for _, p := range found[:min(len(found), maxPapers)] {
		out = append(out, p.quad)
	}
	return out
}

// brightLevels are grey values above which a pixel may be paper.
func brightLevels(soft gocv.Mat) []float64 {
	mask := gocv.NewMat()
	defer mask.Close()
	otsu := gocv.Threshold(soft, &mask, 0, 255, gocv.ThresholdBinary|gocv.ThresholdOtsu)
	_, top, _, _ := gocv.MinMaxLoc(soft)
	return []float64{float64(otsu), float64(otsu) + 0.6*(float64(top)-float64(otsu))}
}

// levelRect orders the corners of a turned rectangle from the top left one,
// with the side nearest to level on top, and returns its area.
func levelRect(r gocv.RotatedRect) ([]pt, float64) {
	w, h, angle := float64(r.Width), float64(r.Height), r.Angle
	for angle > 45 {
		angle -= 90
		w, h = h, w
	}
	for angle < -45 {
		angle += 90
		w, h = h, w
	}
	s, c := math.Sincos(angle * math.Pi / 180)
	cx, cy := float64(r.Center.X), float64(r.Center.Y)
	// A little inside: the paper's edge is no letter.
	x, y := 0.48*w, 0.48*h
	corner := func(dx, dy float64) pt { return pt{cx + dx*c - dy*s, cy + dx*s + dy*c} }
	return []pt{corner(-x, -y), corner(x, -y), corner(x, y), corner(-x, y)}, w * h
}
