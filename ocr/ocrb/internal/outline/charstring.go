package outline

import (
	"errors"
	"fmt"
)

// pen collects a path in font units, y upwards.
type pen interface {
	moveTo(x, y float64)
	lineTo(x, y float64)
	curveTo(x1, y1, x2, y2, x3, y3 float64)
}

// charstring runs one Type 2 charstring (Technical Note 5177, chapter 4).
type charstring struct {
	global, local [][]byte
	pen           pen
	stack         []float64
	x, y          float64
	stems         int
	started       bool // the first operator that clears the stack may have a width before it
	done          bool
}

// maxDepth is the note's limit for subroutines.
const maxDepth = 10

var errCharstring = errors.New("outline: broken charstring")

func (c *charstring) run(code []byte, depth int) error {
	if depth > maxDepth {
		return errCharstring
	}
	for i := 0; i < len(code) && !c.done; {
		b := int(code[i])
		i++
		switch {
		case b >= 32 || b == 28:
			n, used := number(code[i-1:])
			c.stack = append(c.stack, n)
			i += used - 1
		case b == 10 || b == 29: // callsubr, callgsubr
			if err := c.call(b == 29, depth); err != nil {
				return err
			}
		case b == 11: // return
			return nil
		case b == 19 || b == 20: // hintmask, cntrmask: vertical stems may come before it
			c.hint()
			i += (c.stems + 7) / 8
		case b == 12 && i < len(code):
			if err := c.flex(int(code[i])); err != nil {
				return err
			}
			i++
		default:
			if err := c.operator(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// number decodes an operand and tells how many bytes it has.
func number(b []byte) (value float64, used int) {
	v := int(b[0])
	switch {
	case v == 28:
		return float64(int16(uint16(b[1])<<8 | uint16(b[2]))), 3
	case v <= 246:
		return float64(v - 139), 1
	case v <= 250:
		return float64((v-247)*256 + int(b[1]) + 108), 2
	case v <= 254:
		return float64(-(v-251)*256 - int(b[1]) - 108), 2
	}
	fixed := int32(uint32(b[1])<<24 | uint32(b[2])<<16 | uint32(b[3])<<8 | uint32(b[4]))
	return float64(fixed) / 65536, 5
}

func (c *charstring) call(global bool, depth int) error {
	subroutines := c.local
	if global {
		subroutines = c.global
	}
	bias := 107
	switch {
	case len(subroutines) >= 33900:
		bias = 32768
	case len(subroutines) >= 1240:
		bias = 1131
	}
	if len(c.stack) == 0 {
		return errCharstring
	}
	n := int(c.stack[len(c.stack)-1]) + bias
	c.stack = c.stack[:len(c.stack)-1]
	if n < 0 || n >= len(subroutines) {
		return errCharstring
	}
	return c.run(subroutines[n], depth+1)
}

func (c *charstring) hint() {
	c.stems += len(c.stack) / 2
	c.clear()
}

func (c *charstring) clear() { c.stack, c.started = c.stack[:0], true }

// last returns the last n operands; what is before them is the width.
func (c *charstring) last(n int) []float64 {
	if len(c.stack) < n {
		return make([]float64, n)
	}
	return c.stack[len(c.stack)-n:]
}

func (c *charstring) move(dx, dy float64) {
	c.x, c.y = c.x+dx, c.y+dy
	c.pen.moveTo(c.x, c.y)
	c.clear()
}

func (c *charstring) line(dx, dy float64) {
	c.x, c.y = c.x+dx, c.y+dy
	c.pen.lineTo(c.x, c.y)
}

func (c *charstring) curve(dx1, dy1, dx2, dy2, dx3, dy3 float64) {
	x1, y1 := c.x+dx1, c.y+dy1
	x2, y2 := x1+dx2, y1+dy2
	c.x, c.y = x2+dx3, y2+dy3
	c.pen.curveTo(x1, y1, x2, y2, c.x, c.y)
}

func (c *charstring) operator(op int) error {
	switch op {
	case 1, 3, 18, 23: // hstem, vstem, hstemhm, vstemhm
		c.hint()
	case 4: // vmoveto
		c.move(0, c.last(1)[0])
	case 21: // rmoveto
		a := c.last(2)
		c.move(a[0], a[1])
	case 22: // hmoveto
		c.move(c.last(1)[0], 0)
	case 14: // endchar
		c.done = true
	case 5, 6, 7, 8, 24, 25, 26, 27, 30, 31:
		c.path(op)
		c.clear()
	default:
		return fmt.Errorf("%w: operator %d", errCharstring, op)
	}
	return nil
}
