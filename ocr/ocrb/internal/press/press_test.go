package press

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/testenv"
)

func newPress(t *testing.T, seed uint64) *Press {
	t.Helper()
	p, err := New(seed)
	testenv.Need(t, "fonts-ocr-b", err)
	return p
}

func TestExampleReproducible(t *testing.T) {
	a, b, other := newPress(t, 5), newPress(t, 5), newPress(t, 6)
	for i := range 6 {
		x, y, z := a.Example(12), b.Example(12), other.Example(12)
		if diff := cmp.Diff(x, y); diff != "" {
			t.Fatalf("example %d of one seed differs:\n%s", i, diff)
		}
		if cmp.Equal(x.Plane, z.Plane) {
			t.Fatalf("example %d of two seeds is the same", i)
		}
	}
}

// TestLineCentres: ink stands where the centres say.
func TestLineCentres(t *testing.T) {
	p := newPress(t, 7)
	const lines = 40
	darker := 0
	for range lines {
		img, chars, centres, _ := p.Line(16)
		column := func(x float64) (sum int) {
			for y := img.Rect.Dy() / 4; y < img.Rect.Dy()*3/4; y++ {
				for u := int(x) - 3; u <= int(x)+3; u++ {
					sum += int(img.Pix[y*img.Stride+u])
				}
			}
			return sum
		}
		at, between := 0, 0
		for i := range chars[:len(chars)-1] {
			if chars[i] != Blank && chars[i+1] != Blank {
				at += column(centres[i])
				between += column((centres[i] + centres[i+1]) / 2)
			}
		}
		if at < between {
			darker++
		}
	}
	if darker < lines*9/10 {
		t.Errorf("%d of %d lines are darker at their centres than between them", darker, lines)
	}
}

func TestFlip(t *testing.T) {
	char := func(c byte) int {
		for i := range Alphabet {
			if Alphabet[i] == c {
				return i
			}
		}
		return Blank
	}
	p := newPress(t, 8)
	e := p.Example(4)
	e.Chars = []int{char('A'), char('0'), Blank, char('<')}
	width, first := float64(e.Plane.Width), e.Centres[0]
	e.flip()
	if diff := cmp.Diff([]int{Blank, Blank, Unasked, Blank}, e.Chars); diff != "" {
		t.Errorf("Chars (-want +got):\n%s", diff)
	}
	if e.Centres[3] != width-first {
		t.Errorf("the first centre went from %v to %v of %v", first, e.Centres[3], width)
	}
}
