package ocr

import "strings"

// number looks for a number: exactly, or but for characters that look alike.
// Anything less finds a neighbour's.
func (c *corroborator) number(field, label, number string) {
	number = normalNumber(number)
	if number == "" {
		return
	}
	out := c.add(field, number)
	own := c.labelled(label)
	for _, f := range own {
		if a := sameNumber(f.Value, number, true); a != Differ {
			out.set(a, f.Value, f.Confidence, true)
			return
		}
	}
	if c.numberAnywhere(out, number) {
		return
	}
	c.doubt(own, func(f PrintedField) bool {
		printed := normalNumber(f.Value)
		d := editDistance([]rune(likeness.Replace(printed)), []rune(likeness.Replace(number)))
		return abs(len(printed)-len(number)) <= 1 && (d > 1 || d == 1 && f.Confidence >= certain)
	})
}

// minFoundNumber is as minFoundName.
const minFoundNumber = 5

func (c *corroborator) numberAnywhere(out *Corroboration, number string) bool {
	if len(number) < minFoundNumber {
		return false
	}
	for tokens := range c.sheet.lines() {
		for from := range tokens {
			for to := from + 1; to <= min(len(tokens), from+4); to++ {
				window := textOf(tokens[from:to])
				if a := sameNumber(window, number, false); a != Differ {
					out.set(a, window, confidenceOf(tokens[from:to]), false)
					return true
				}
			}
		}
	}
	return false
}

// likeness makes one of characters that an engine confuses in print.
var likeness = strings.NewReplacer("0", "O", "Q", "O", "D", "O", "1", "I", "L", "I", "2", "Z", "5", "S", "6", "G", "8", "B")

// sameNumber: beside a label, more may be printed than fits the zone, or a
// check digit with it.
func sameNumber(printed, number string, labelled bool) Agreement {
	printed = normalNumber(printed)
	a, b := likeness.Replace(printed), likeness.Replace(number)
	switch {
	case printed == "":
		return Differ
	case printed == number:
		return Agree
	case labelled && len(number) >= 8 && (strings.HasPrefix(printed, number) || strings.HasPrefix(number, printed) && len(printed) >= 8):
		return Agree
	case a == b:
		return Misread
	}
	return Differ
}

// personal looks for what the optional data has: often a personal number, but a
// state may put there what it likes, so that nothing missing says nothing.
func (c *corroborator) personal(field, data string) {
	if number := normalNumber(data); len(number) < 6 || digitsIn(number) < 3 {
		return
	}
	c.number(field, fieldPersonal, data)
	if last := len(c.out) - 1; !c.out[last].found() {
		delete(c.doubts, last)
		c.out = c.out[:last]
	}
}
