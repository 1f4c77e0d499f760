package tesseract

import (
	"image"
	"math"
	"slices"

	"gocv.io/x/gocv"
)

// block is marks close together, which may be the words on a sheet. Its places
// are in the working copy.
type block struct {
	marks  []mark
	height float64 // of its middle mark
	angle  float64 // of its lines, radians clockwise

	inverted bool // written light on dark
}

// Bounds of blocks.
const (
	leastMarks = 5   // of three words of four letters, many of them joined
	blockGap   = 1.5 // between its marks, in heights of the taller one
	blockAlike = 3.0 // how much taller
	mostTurn   = 40  // degrees
)

// blocks finds the groups of letters, the one with most writing first.
func blocks(all []mark) []block {
	letters := slices.DeleteFunc(slices.Clone(all), func(m mark) bool { return !m.likeLetter() })
	slices.SortFunc(letters, func(a, b mark) int { return b.area - a.area })
	letters = letters[:min(len(letters), 600)]
	group := make([]int, len(letters))
	for i := range group {
		group[i] = i
	}
	root := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	for i, a := range letters {
		for j, b := range letters[:i] {
			if neighbours(a, b) {
				group[root(i)] = root(j)
			}
		}
	}
	members := map[int][]mark{}
	for i, m := range letters {
		members[root(i)] = append(members[root(i)], m)
	}
	var out []block
	for _, ms := range members {
		if len(ms) >= leastMarks {
			out = append(out, block{marks: ms, height: middleHeight(ms)})
		}
	}
	slices.SortFunc(out, func(a, b block) int {
		if c := compareFloat(b.writing(), a.writing()); c != 0 {
			return c
		}
		return int(a.marks[0].label) - int(b.marks[0].label)
	})
	return out
}

func neighbours(a, b mark) bool {
	h := math.Max(a.height(), b.height())
	if h > blockAlike*math.Min(a.height(), b.height()) {
		return false
	}
	gap := max(max(a.box.Min.X, b.box.Min.X)-min(a.box.Max.X, b.box.Max.X), max(a.box.Min.Y, b.box.Min.Y)-min(a.box.Max.Y, b.box.Max.Y))
	return float64(gap) < blockGap*h
}

func middleHeight(ms []mark) float64 {
	heights := make([]int, len(ms))
	for i, m := range ms {
		heights[i] = m.box.Dy()
	}
	slices.Sort(heights)
	return float64(heights[len(heights)*6/10])
}

// writing is how many of the marks are of one height, times that height.
func (b block) writing() float64 {
	n := 0.0
	for _, m := range b.marks {
		if r := m.height() / b.height; r > 0.6 && r < 1.6 {
			n++
		}
	}
	return n * math.Sqrt(b.height)
}

// findAngle turns the block's ink until its rows stand out best.
func (b *block) findAngle(labels gocv.Mat) {
	points := b.ink(labels)
	best, top := 0.0, math.Inf(-1)
	try := func(degrees float64) {
		if s := rowContrast(points, degrees*math.Pi/180, b.height/6); s > top {
			best, top = degrees, s
		}
	}
	for d := -float64(mostTurn); d <= mostTurn; d += 2.5 {
		try(d)
	}
	for coarse, d := best, -2.0; d <= 2; d += 0.5 {
		try(coarse + d)
	}
	b.angle = best * math.Pi / 180
}

// ink is some of the points of the block's marks.
func (b block) ink(labels gocv.Mat) []pt {
	id, err := labels.DataPtrUint16()
	if err != nil {
		return nil
	}
	total := 0
	for _, m := range b.marks {
		total += m.area
	}
	step, n := max(1, total/2500), 0
	var out []pt
	for _, m := range b.marks {
		for y := m.box.Min.Y; y < m.box.Max.Y; y++ {
			row := id[y*labels.Cols():]
			for x := m.box.Min.X; x < m.box.Max.X; x++ {
				if row[x] != m.label {
					continue
				}
				if n++; n%step == 0 {
					out = append(out, pt{float64(x), float64(y)})
				}
			}
		}
	}
	return out
}

// rowContrast says how sharply lines of writing begin and end when the points
// are turned: the squared differences of the ink in rows of that height. It
// favours sheets that are held level.
func rowContrast(points []pt, angle, height float64) float64 {
	sin, cos := math.Sincos(angle)
	height = math.Max(height, 1)
	low, high := math.Inf(1), math.Inf(-1)
	at := make([]float64, len(points))
	for i, p := range points {
		at[i] = (p.y*cos - p.x*sin) / height
		low, high = math.Min(low, at[i]), math.Max(high, at[i])
	}
	if len(points) == 0 {
		return 0
	}
	rows := make([]float64, int(high-low)+5)
	for _, y := range at {
		rows[int(y-low)+2]++
	}
	sum := 0.0
	for i := 2; i < len(rows); i++ {
		d := rows[i] - rows[i-2]
		sum += d * d
	}
	return sum * (1 - 0.2*math.Abs(angle))
}

// area is the block's frame along its lines, with some room: its corners from
// the top left one clockwise.
func (b block) area() []pt {
	sin, cos := math.Sincos(b.angle)
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, m := range b.marks {
		for _, c := range []image.Point{m.box.Min, m.box.Max, {X: m.box.Min.X, Y: m.box.Max.Y}, {X: m.box.Max.X, Y: m.box.Min.Y}} {
			x, y := float64(c.X)*cos+float64(c.Y)*sin, float64(c.Y)*cos-float64(c.X)*sin
			x0, y0, x1, y1 = math.Min(x0, x), math.Min(y0, y), math.Max(x1, x), math.Max(y1, y)
		}
	}
	room := 0.6 * b.height
	x0, y0, x1, y1 = x0-room, y0-room, x1+room, y1+room
	back := func(x, y float64) pt { return pt{x*cos - y*sin, x*sin + y*cos} }
	return []pt{back(x0, y0), back(x1, y0), back(x1, y1), back(x0, y1)}
}

// covers tells whether the other block lies within this one: what is light
// between dark letters looks like letters, too.
func (b block) covers(o block) bool {
	outer, inner := b.bounds(), o.bounds()
	common := outer.Intersect(inner)
	return 2*common.Dx()*common.Dy() > inner.Dx()*inner.Dy()
}

func (b block) bounds() image.Rectangle {
	var r image.Rectangle
	for _, m := range b.marks {
		r = r.Union(m.box)
	}
	return r
}
