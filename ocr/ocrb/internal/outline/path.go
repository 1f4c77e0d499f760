package outline

// path draws with the operators that neither move nor escape.
func (c *charstring) path(op int) {
	a := c.stack
	switch op {
	case 5: // rlineto
		for ; len(a) >= 2; a = a[2:] {
			c.line(a[0], a[1])
		}
	case 6, 7: // hlineto, vlineto
		for horizontal := op == 6; len(a) > 0; a, horizontal = a[1:], !horizontal {
			if horizontal {
				c.line(a[0], 0)
			} else {
				c.line(0, a[0])
			}
		}
	case 8, 24: // rrcurveto, rcurveline
		for ; len(a) >= 6; a = a[6:] {
			c.curve(a[0], a[1], a[2], a[3], a[4], a[5])
		}
		if op == 24 && len(a) >= 2 {
			c.line(a[0], a[1])
		}
	case 25: // rlinecurve
		for ; len(a) >= 8; a = a[2:] {
			c.line(a[0], a[1])
		}
		if len(a) >= 6 {
			c.curve(a[0], a[1], a[2], a[3], a[4], a[5])
		}
	case 26, 27: // vvcurveto, hhcurveto
		c.parallel(a, op == 27)
	case 30, 31: // vhcurveto, hvcurveto
		c.alternate(a, op == 31)
	}
}

// parallel draws curves that begin and end in one direction.
func (c *charstring) parallel(a []float64, horizontal bool) {
	across := 0.0
	if len(a)%4 == 1 {
		across, a = a[0], a[1:]
	}
	for ; len(a) >= 4; a = a[4:] {
		if horizontal {
			c.curve(a[0], across, a[1], a[2], a[3], 0)
		} else {
			c.curve(across, a[0], a[1], a[2], 0, a[3])
		}
		across = 0
	}
}

// alternate draws curves that begin in one direction and end in the other; the
// last one may end in any.
func (c *charstring) alternate(a []float64, horizontal bool) {
	for ; len(a) >= 4; a, horizontal = a[4:], !horizontal {
		end := 0.0
		if len(a) == 5 {
			end = a[4]
		}
		if horizontal {
			c.curve(a[0], 0, a[1], a[2], end, a[3])
		} else {
			c.curve(0, a[0], a[1], a[2], a[3], end)
		}
	}
}
