package tesseract

import (
	"image"
	"image/color"
	"math"
	"slices"

	"gocv.io/x/gocv"
)

// Sizes of a straightened sheet, in pixels.
const (
	letterHeight = 44.0
	mostSheet    = 2_000_000
	strokeWidth  = 0.13 // of a printed letter, in its heights: what Tesseract knows best
)

// sheet is a block straightened: its ink, and the pieces of it.
type sheet struct {
	ink, labels gocv.Mat
	marks       []mark
	height      float64 // of its letters
}

func (s *sheet) close() {
	s.ink.Close()
	s.labels.Close()
}

// straightenBlock cuts a block out, with its lines level and its letters of
// letterHeight. scale is how many pixels of gray a pixel of the block is.
func straightenBlock(gray gocv.Mat, b block, scale float64) (*sheet, bool) {
	quad := b.area()
	for i := range quad {
		quad[i] = pt{quad[i].x * scale, quad[i].y * scale}
	}
	f := letterHeight / (b.height * scale)
	size := image.Pt(int(distance(quad[0], quad[1])*f), int(distance(quad[0], quad[3])*f))
	if size.X < minSide || size.Y < minSide || size.X*size.Y > mostSheet {
		return nil, false
	}
	flat := warpQuad(gray, quad, size)
	defer flat.Close()
	if flat.Empty() {
		return nil, false
	}
	if b.inverted {
		_ = gocv.BitwiseNot(flat, &flat)
	}
	s := &sheet{ink: ink(flat, int(letterHeight)|1), labels: gocv.NewMat()}
	mask := sharpen(&s.ink)
	defer mask.Close()
	s.marks = marks(mask, &s.labels)
	s.marks = slices.DeleteFunc(s.marks, func(m mark) bool {
		return m.height() > 2.6*letterHeight || float64(m.box.Dx()) > 12*letterHeight || m.area < 14
	})
	var letters []mark
	for _, m := range s.marks {
		if m.height() > 0.5*letterHeight && m.height() < 1.9*letterHeight {
			letters = append(letters, m)
		}
	}
	if len(letters) < 3 {
		s.close()
		return nil, false
	}
	s.height = middleHeight(letters)
	return s, true
}

// sharpen stretches the ink about the level at which it is told from paper, and
// returns where it is above.
func sharpen(strength *gocv.Mat) gocv.Mat {
	soft := gocv.NewMat()
	_ = gocv.GaussianBlur(*strength, &soft, image.Pt(5, 5), 0, 0, gocv.BorderDefault)
	strength.Close()
	*strength = soft
	mask := soft.Clone()
	v, err := soft.DataPtrUint8()
	on, err2 := mask.DataPtrUint8()
	if err != nil || err2 != nil || len(v) != len(on) {
		return mask
	}
	level := inkLevel(v)
	for i, x := range v {
		on[i] = 0
		if float64(x) > level {
			on[i] = 255
		}
		v[i] = uint8(255 * min(1, max(0, float64(x)/level-0.5))) //nolint:gosec // between 0 and 255
	}
	return mask
}

// inkLevel is Otsu's threshold of what is not plainly paper.
func inkLevel(v []uint8) float64 {
	var histogram [256]float64
	for _, x := range v {
		histogram[x]++
	}
	const least = 20
	var n, sum float64
	for x := int(least); x < 256; x++ {
		n += histogram[x]
		sum += float64(x) * histogram[x]
	}
	best, top := 2.0*least, 0.0
	var below, belowSum float64
	for x := int(least); x < 255; x++ {
		below += histogram[x]
		belowSum += float64(x) * histogram[x]
		if below == 0 || below == n {
			continue
		}
		d := belowSum/below - (sum-belowSum)/(n-below)
		if s := below * (n - below) * d * d; s > top {
			best, top = float64(x), s
		}
	}
	return max(best, leastInk*255)
}

// line is the marks of one line of writing, from left to right, and the slope
// its centres have.
type line struct {
	marks []mark
	slope float64
}

// lines chains marks that stand side by side.
func (s *sheet) lines() []line {
	var tall, rest []mark
	for _, m := range s.marks {
		if r := m.height() / s.height; r > 0.5 && r < 1.8 {
			tall = append(tall, m)
		} else {
			rest = append(rest, m)
		}
	}
	slices.SortFunc(tall, func(a, b mark) int { return a.box.Min.X - b.box.Min.X })
	var out []line
	for _, m := range tall {
		best, least := -1, math.Inf(1)
		for i, l := range out {
			last := l.marks[len(l.marks)-1]
			gap := float64(m.box.Min.X - last.box.Max.X)
			rise := math.Abs(m.middle().y - l.recent())
			if gap < 3*s.height && rise < 0.5*s.height && rise+0.2*gap < least {
				best, least = i, rise+0.2*gap
			}
		}
		if best < 0 {
			out = append(out, line{marks: []mark{m}})
		} else {
			out[best].marks = append(out[best].marks, m)
		}
	}
	out = slices.DeleteFunc(out, func(l line) bool { return l.width() < 1.2*s.height })
	for i := range out {
		out[i].fit()
	}
	for _, m := range rest {
		attach(out, m, s.height)
	}
	for i := range out {
		slices.SortFunc(out[i].marks, func(a, b mark) int { return a.box.Min.X - b.box.Min.X })
	}
	slices.SortStableFunc(out, func(a, b line) int { return compareFloat(a.y(0), b.y(0)) })
	return out
}

// recent is where the line's last marks stand.
func (l line) recent() float64 {
	last := l.marks[max(0, len(l.marks)-3):]
	sum := 0.0
	for _, m := range last {
		sum += m.middle().y
	}
	return sum / float64(len(last))
}

func (l line) width() float64 {
	x0, x1 := l.ends()
	return x1 - x0
}

func (l line) ends() (x0, x1 float64) {
	x0, x1 = math.Inf(1), math.Inf(-1)
	for _, m := range l.marks {
		x0, x1 = math.Min(x0, float64(m.box.Min.X)), math.Max(x1, float64(m.box.Max.X))
	}
	return x0, x1
}

// fit finds the slope of a line of several marks.
func (l *line) fit() {
	var n, sx, sy, sxx, sxy float64
	for _, m := range l.marks {
		w, p := float64(m.box.Dx()), m.middle()
		n, sx, sy, sxx, sxy = n+w, sx+w*p.x, sy+w*p.y, sxx+w*p.x*p.x, sxy+w*p.x*p.y
	}
	if d := n*sxx - sx*sx; len(l.marks) > 2 && d > 0 {
		l.slope = min(0.2, max(-0.2, (n*sxy-sx*sy)/d))
	}
}

// y is where the line's centre is.
func (l line) y(x float64) float64 {
	var n, sx, sy float64
	for _, m := range l.marks {
		w, p := float64(m.box.Dx()), m.middle()
		n, sx, sy = n+w, sx+w*p.x, sy+w*p.y
	}
	return sy/n + l.slope*(x-sx/n)
}

// attach gives a mark of another height to the line it stands in: a dot, a part
// of a broken letter, or letters grown together.
func attach(lines []line, m mark, height float64) {
	p := m.middle()
	for i, l := range lines {
		x0, x1 := l.ends()
		if p.x > x0-height && p.x < x1+height && math.Abs(p.y-l.y(p.x)) < 0.7*height && m.height() < 2.2*height {
			lines[i].marks = append(lines[i].marks, m)
			return
		}
	}
}

// picture draws the ink of one line alone, level, black on white, with strokes
// as thick as those of print.
func (s *sheet) picture(l line) gocv.Mat {
	only := s.only(l)
	defer only.Close()
	x0, x1 := l.ends()
	room, half := 0.6*s.height, 1.2*s.height
	quad := []pt{{x0 - room, l.y(x0-room) - half}, {x1 + room, l.y(x1+room) - half}, {x1 + room, l.y(x1+room) + half}, {x0 - room, l.y(x0-room) + half}}
	f := letterHeight / s.height
	strip := gocv.NewMat()
	to := image.Pt(int((x1-x0+2*room)*f), int(2*half*f))
	t := perspective(quad, rectangle(float64(to.X), float64(to.Y)))
	defer t.Close()
	_ = gocv.WarpPerspectiveWithParams(only, &strip, t, to, gocv.InterpolationLinear, gocv.BorderConstant, color.RGBA{})
	thicken(&strip)
	_ = gocv.BitwiseNot(strip, &strip)
	return strip
}

// only is the ink of the line's marks without all other.
func (s *sheet) only(l line) gocv.Mat {
	out := gocv.NewMatWithSizeFromScalar(gocv.Scalar{}, s.ink.Rows(), s.ink.Cols(), gocv.MatTypeCV8U)
	id, err := s.labels.DataPtrUint16()
	on, err2 := out.DataPtrUint8()
	if err != nil || err2 != nil || len(id) != len(on) {
		return out
	}
	for _, m := range l.marks {
		for y := m.box.Min.Y; y < m.box.Max.Y; y++ {
			for i := y*out.Cols() + m.box.Min.X; i < y*out.Cols()+m.box.Max.X; i++ {
				if id[i] == m.label {
					on[i] = 255
				}
			}
		}
	}
	kernel := gocv.GetStructuringElement(gocv.MorphRect, image.Pt(5, 5))
	defer kernel.Close()
	_ = gocv.Dilate(out, &out, kernel)
	_ = gocv.BitwiseAnd(out, s.ink, &out)
	return out
}

// thicken makes strokes about as thick as print has them.
func thicken(strip *gocv.Mat) {
	wide := meanStroke(*strip)
	if wide == 0 {
		return
	}
	want := strokeWidth * letterHeight
	by := int(math.Round(want - wide))
	if by >= 1 {
		kernel := gocv.GetStructuringElement(gocv.MorphEllipse, image.Pt(by+1, by+1))
		defer kernel.Close()
		_ = gocv.Dilate(*strip, strip, kernel)
	} else if by <= -3 {
		kernel := gocv.GetStructuringElement(gocv.MorphEllipse, image.Pt(3, 3))
		defer kernel.Close()
		_ = gocv.Erode(*strip, strip, kernel)
	}
}

// meanStroke is the mean width of strokes: twice their area by their outline.
func meanStroke(strip gocv.Mat) float64 {
	v, err := strip.DataPtrUint8()
	if err != nil {
		return 0
	}
	w := strip.Cols()
	area, edge := 0, 0
	for i := w; i < len(v)-w; i++ {
		if v[i] < 128 {
			continue
		}
		area++
		if v[i-1] < 128 || v[i+1] < 128 || v[i-w] < 128 || v[i+w] < 128 {
			edge++
		}
	}
	if edge == 0 {
		return 0
	}
	return 2 * float64(area) / float64(edge)
}
