package ocrb

// Alphabet is what a cell may hold, in the order of Cell.P.
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// Cell is what the network sees in one cell of a line.
type Cell struct {
	// P is the probability of each character of Alphabet, given that the
	// cell holds one; it sums to 1.
	P [len(Alphabet)]float32
	// None is the probability that the cell holds no whole character.
	None float32
	// Font is the probability that it is printed in OCR-B.
	Font float32
}

// Of returns the probability of a character, zero for one that no zone holds.
func (c Cell) Of(char byte) float32 {
	if i := index(char); i >= 0 {
		return c.P[i]
	}
	return 0
}

// Best returns the likeliest character and its probability.
func (c Cell) Best() (byte, float32) {
	best := 0
	for i, p := range c.P {
		if p > c.P[best] {
			best = i
		}
	}
	return Alphabet[best], c.P[best]
}

func index(char byte) int {
	switch {
	case char >= '0' && char <= '9':
		return int(char - '0')
	case char >= 'A' && char <= 'Z':
		return int(char-'A') + 10
	case char == '<':
		return len(Alphabet) - 1
	}
	return -1
}

// Line is what the network sees in a line, cell by cell.
type Line struct {
	Cells []Cell
	// Fit is how well the cells sit on characters, from 0 to 1: the geometric
	// mean of the probabilities that they hold one.
	Fit float64
}

// Best returns the likeliest text.
func (l Line) Best() string {
	out := make([]byte, len(l.Cells))
	for i, c := range l.Cells {
		out[i], _ = c.Best()
	}
	return string(out)
}

// Least returns the lowest probability that a cell gives its character of text,
// zero where text has another length. Text that ocr.Coerce has brought to what
// its positions allow is worth asking about: 0 and O alone differ by little.
func (l Line) Least(text string) float64 {
	if len(text) != len(l.Cells) || len(text) == 0 {
		return 0
	}
	least := float32(1)
	for i, c := range l.Cells {
		least = min(least, c.Of(text[i]))
	}
	return float64(least)
}

// Agrees says whether every cell gives its character of text at least this
// probability. An empty line agrees with nothing.
func (l Line) Agrees(text string, threshold float64) bool {
	return len(text) > 0 && len(text) == len(l.Cells) && l.Least(text) >= threshold
}

// OCRB is how much the line looks printed in OCR-B, from 0 to 1. Fillers count
// too: their angle differs from font to font.
func (l Line) OCRB() float64 {
	if len(l.Cells) == 0 {
		return 0
	}
	sum := 0.0
	for _, c := range l.Cells {
		sum += float64(c.Font)
	}
	return sum / float64(len(l.Cells))
}
