package outline

import (
	"fmt"
	"math"
)

// flex draws the two curves of an escaped operator.
func (c *charstring) flex(op int) error {
	defer c.clear()
	a := c.stack
	needed := map[int]int{34: 7, 35: 12, 36: 9, 37: 11}
	if n, known := needed[op]; !known || len(a) < n {
		return fmt.Errorf("%w: operator 12 %d", errCharstring, op)
	}
	switch op {
	case 34: // hflex
		c.curve(a[0], 0, a[1], a[2], a[3], 0)
		c.curve(a[4], 0, a[5], -a[2], a[6], 0)
	case 35: // flex
		c.curve(a[0], a[1], a[2], a[3], a[4], a[5])
		c.curve(a[6], a[7], a[8], a[9], a[10], a[11])
	case 36: // hflex1
		c.curve(a[0], a[1], a[2], a[3], a[4], 0)
		c.curve(a[5], 0, a[6], a[7], a[8], -(a[1] + a[3] + a[7]))
	case 37: // flex1: the last point is level with the first in the lesser direction
		dx, dy := a[0]+a[2]+a[4]+a[6]+a[8], a[1]+a[3]+a[5]+a[7]+a[9]
		x, y := a[10], -dy
		if math.Abs(dx) <= math.Abs(dy) {
			x, y = -dx, a[10]
		}
		c.curve(a[0], a[1], a[2], a[3], a[4], a[5])
		c.curve(a[6], a[7], a[8], a[9], x, y)
	}
	return nil
}
