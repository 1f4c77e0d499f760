package outline

import (
	"encoding/binary"
	"errors"
)

// cff is what drawing needs of a Compact Font Format table.
type cff struct{ glyphs, global, local [][]byte }

var errCFF = errors.New("outline: broken CFF table")

// findCFF returns the CFF table of an OpenType file; not ok where there is none.
func findCFF(file []byte) ([]byte, bool) {
	if len(file) < 12 {
		return nil, false
	}
	for i := range int(binary.BigEndian.Uint16(file[4:])) {
		entry := file[12+16*i:]
		if string(entry[:4]) == "CFF " {
			at, n := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
			return file[at : at+n], true
		}
	}
	return nil, false
}

// Operators of a DICT (Technical Note 5176, tables 9, 10 and 23).
const (
	opCharStrings = 17
	opPrivate     = 18
	opSubrs       = 19
)

func parseCFF(table []byte) (cff, error) {
	if len(table) < 4 {
		return cff{}, errCFF
	}
	rest := table[table[2]:]
	_, rest = index(rest) // names
	tops, rest := index(rest)
	_, rest = index(rest) // strings
	global, _ := index(rest)
	if len(tops) != 1 {
		return cff{}, errCFF
	}
	top := dict(tops[0])
	if len(top[opCharStrings]) != 1 || len(top[opPrivate]) != 2 {
		return cff{}, errCFF
	}
	out := cff{global: global}
	out.glyphs, _ = index(table[top[opCharStrings][0]:])
	size, at := top[opPrivate][0], top[opPrivate][1]
	if subrs := dict(table[at : at+size])[opSubrs]; len(subrs) == 1 {
		out.local, _ = index(table[at+subrs[0]:])
	}
	return out, nil
}

// index reads an INDEX and returns what comes after it.
func index(b []byte) (objects [][]byte, rest []byte) {
	n := int(binary.BigEndian.Uint16(b))
	if n == 0 {
		return nil, b[2:]
	}
	size := int(b[2])
	offset := func(i int) int {
		v := 0
		for _, c := range b[3+i*size : 3+(i+1)*size] {
			v = v<<8 | int(c)
		}
		return v
	}
	data := b[3+(n+1)*size-1:] // offsets count from one
	for i := range n {
		objects = append(objects, data[offset(i):offset(i+1)])
	}
	return objects, data[offset(n):]
}

// dict reads the integers of a DICT; real numbers, which nothing here needs,
// count as zero.
func dict(b []byte) map[int][]int {
	out := map[int][]int{}
	var operands []int
	for i := 0; i < len(b); {
		v := int(b[i])
		switch {
		case v == 12:
			operands = nil
			i += 2
		case v <= 21:
			out[v], operands = operands, nil
			i++
		case v == 29:
			operands = append(operands, int(int32(binary.BigEndian.Uint32(b[i+1:]))))
			i += 5
		case v == 30:
			for i++; b[i]&0xf != 0xf; i++ {
			}
			operands = append(operands, 0)
			i++
		default:
			n, used := number(b[i:])
			operands = append(operands, int(n))
			i += used
		}
	}
	return out
}
