package specimen

import (
	"image"
	"math"
	"strings"
)

// sheet is a paper with words, and the colour of the hands that hold it.
type sheet struct {
	paper *image.RGBA
	skin  rgb
}

// hold draws the paper around a middle, turned by an angle, with a thumb at
// either edge.
func (s sheet) hold(out *image.RGBA, middle point, angle float64) {
	sin, cos := math.Sincos(angle)
	w, h := float64(s.paper.Rect.Dx()), float64(s.paper.Rect.Dy())
	place := func(x, y float64) point {
		return point{middle.x + x*cos - y*sin, middle.y + x*sin + y*cos}
	}
	lay(out, s.paper, quad{place(-w/2, -h/2), place(w/2, -h/2), place(w/2, h/2), place(-w/2, h/2)}, 0)
	for _, side := range []float64{-1, 1} {
		thumb := place(side*(w/2-0.01*w), 0.12*h)
		ellipse(out, thumb.x+side*0.035*w, thumb.y+0.1*h, 0.055*w, 0.2*h, s.skin.scale(0.9))
		ellipse(out, thumb.x, thumb.y, 0.035*w, 0.07*h, s.skin)
	}
}

// paper is a white sheet with the words in capitals as large as fit, one to a
// line up to three words and two to a line above.
func paper(words []string, w, h int) *image.RGBA {
	sheet := image.NewRGBA(image.Rect(0, 0, w, h))
	rectangle(sheet, sheet.Rect, rgb{240, 240, 236})
	lines := make([]string, 0, len(words))
	for i, word := range words {
		word = strings.ToUpper(word)
		if len(words) > 3 && i%2 == 1 {
			lines[len(lines)-1] += "  " + word
			continue
		}
		lines = append(lines, word)
	}
	step := float64(h) * 0.92 / float64(len(lines))
	size := step * 1.05
	for _, line := range lines {
		size = math.Min(size, size*0.82*float64(w)/math.Max(1, width(face(boldText, size), line)))
	}
	f := face(boldText, size)
	for i, line := range lines {
		x := (float64(w) - width(f, line)) / 2
		y := float64(h)*0.04 + step*(float64(i)+0.5) + 0.365*size
		write(sheet, f, x, y, line, rgb{24, 24, 30}.opaque())
	}
	return blur(sheet, 0.6)
}
