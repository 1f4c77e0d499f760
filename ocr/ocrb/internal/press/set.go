package press

import (
	"math"
	"math/rand/v2"
	"strings"
)

// The plate is a line as printed: characters platePitch apart, the first in the
// middle of its cell after a margin of two.
const (
	platePitch  = 24
	plateHeight = 60
	plateMiddle = plateHeight / 2
	margin      = 2
	capHeight   = 1.0 // of OCR-B, in pitches
)

func centre(cell int) float64 { return platePitch * (float64(cell) + margin + 0.5) }

// alike are the characters that differ least in OCR-B. Of a digit and a letter
// the digit comes twice as often: it does where a zone allows both, and where it
// allows one alone ocr.Coerce needs no likelihood.
const alike = "00O00OODQ" + "11I11IL" + "22Z22Z7" + "55S55S" + "88B88B3" + "66G66GC" + "MNHMNWUV" + "JKXYVPREF4A"

// text draws characters at random, all equally often, but fillers, which come in runs,
// and those that are hard to tell apart more often, and now and then nothing.
func text(r *rand.Rand, n int) []int {
	out := make([]int, 0, n)
	for len(out) < n {
		switch k := r.IntN(20); {
		case k == 0:
			for range 1 + r.IntN(6) {
				out = append(out, len(Alphabet)-1)
			}
		case k == 1 && r.IntN(3) == 0:
			out = append(out, Blank)
		case k < 7:
			out = append(out, strings.IndexByte(Alphabet, alike[r.IntN(len(alike))]))
		default:
			out = append(out, r.IntN(len(Alphabet)))
		}
	}
	return out[:n]
}

// cut is how one line's font differs from its master.
type cut struct {
	threshold, hardness float64
	wide, high          float64
	slant               float64
	wave, phase, length float64 // strokes that are nowhere quite straight
}

func uniform(r *rand.Rand, from, to float64) float64 { return from + (to-from)*r.Float64() }

func newCut(r *rand.Rand) cut {
	return cut{
		threshold: uniform(r, 0.26, 0.66),
		hardness:  uniform(r, 3, 8),
		wide:      uniform(r, 0.88, 1.08),
		high:      uniform(r, 0.88, 1.08),
		slant:     uniform(r, -0.06, 0.06),
		wave:      uniform(r, 0, 0.9),
		phase:     uniform(r, 0, 2*math.Pi),
		length:    uniform(r, 14, 40),
	}
}

// set prints a text; 1 is full ink.
func (f face) set(r *rand.Rand, chars []int) grid {
	out := newGrid(platePitch*(len(chars)+2*margin), plateHeight)
	line := newCut(r)
	cuts := map[int]cut{} // one character looks the same all along a line
	for i, char := range chars {
		if char == Blank {
			continue
		}
		c, known := cuts[char]
		if !known {
			c = line
			c.wide *= uniform(r, 0.95, 1.05)
			c.high *= uniform(r, 0.96, 1.04)
			c.threshold += uniform(r, -0.03, 0.03)
			c.phase = uniform(r, 0, 2*math.Pi)
			cuts[char] = c
		}
		c.draw(out, f.glyphs[char], centre(i)+uniform(r, -0.5, 0.5), uniform(r, -0.4, 0.4))
	}
	return out
}

// draw prints a glyph around x, its middle dy below the middle of the line.
func (c cut) draw(out, master grid, x, dy float64) {
	const scale = float64(masterPitch) / platePitch
	const middle = masterBase - capHeight*masterPitch/2
	for row := range out.h {
		v := (float64(row) + 0.5 - plateMiddle - dy) * scale / c.high
		lean := c.slant*v + c.wave*math.Sin(v/c.length*2+c.phase)
		for col := max(int(x)-platePitch*2/3, 0); col < min(int(x)+platePitch*2/3+1, out.w); col++ {
			u := (float64(col)+0.5-x)*scale/c.wide + lean
			w := v + c.wave*math.Sin(u/c.length*2+c.phase)
			a := float64(master.at(u+masterWidth/2-0.5, w+middle-0.5))
			ink := float32(min(max((a-c.threshold)*c.hardness+0.5, 0), 1))
			out.pix[row*out.w+col] = max(out.pix[row*out.w+col], ink)
		}
	}
}
