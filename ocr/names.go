package ocr

import (
	"slices"
	"strings"
)

// name is a claimed name, split into words of letters that may have several
// forms in an MRZ.
type name struct {
	text  string
	words [][]letter
}

// against says how the name agrees with the words of an identifier; cut tells
// that the identifier ends where its field does.
func (n name) against(read []string, cut bool) Agreement {
	switch {
	case len(n.words) == 0 || len(read) == 0:
		return Missing
	case n.exact(read):
		return n.plainest()
	case cut && n.truncated(read):
		return Truncated
	case n.anyOrder(read):
		return Reordered
	}
	return Differ
}

// againstGiven also accepts that one side has fewer given names: people use one
// of several, and profiles have room for one.
func (n name) againstGiven(read []string, cut bool) Agreement {
	a := n.against(read, cut)
	if a == Differ && n.someOf(read) {
		return Missing
	}
	return a
}

// plainest tells plain agreement (case, hyphens, apostrophes) from one by table.
func (n name) plainest() Agreement {
	for _, w := range n.words {
		for _, l := range w {
			if !l.plain {
				return Transliterated
			}
		}
	}
	return Agree
}

// exact ignores where words are split: hyphens and particles (D'ARC, DE LA CRUZ)
// are written with and without filler by different states.
func (n name) exact(read []string) bool {
	return matches(slices.Concat(n.words...), strings.Join(read, ""), false)
}

// anyOrder says whether the same words stand in another order.
func (n name) anyOrder(read []string) bool {
	if len(read) != len(n.words) {
		return false
	}
	left := slices.Clone(read)
	for _, w := range n.words {
		i := slices.IndexFunc(left, func(s string) bool { return matches(w, s, false) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

// truncated accepts what ICAO 9303-3, 4.6 (and 9303-4, 4.2.3) does to names that
// are too long: the end is cut, or components are shortened.
func (n name) truncated(read []string) bool {
	if matches(slices.Concat(n.words...), strings.Join(read, ""), true) {
		return true
	}
	if len(read) > len(n.words) {
		return false
	}
	for i, s := range read {
		if !matches(n.words[i], s, true) {
			return false
		}
	}
	return true
}

// someOf says whether the names of the side that has fewer all stand, in the
// same order, on the other side.
func (n name) someOf(read []string) bool {
	few, many := len(n.words), len(read)
	same := func(i, j int) bool { return matches(n.words[i], read[j], false) }
	if few > many {
		few, many = many, few
		same = func(i, j int) bool { return matches(n.words[j], read[i], false) }
	}
	if few == 0 || few == many {
		return false
	}
	i := 0
	for j := 0; j < many && i < few; j++ {
		if same(i, j) {
			i++
		}
	}
	return i == few
}

// matches says whether read is one of the forms of the letters, or with prefix,
// the beginning of one. It keeps the set of positions reached, so that many
// alternatives cost no more than one pass.
func matches(letters []letter, read string, prefix bool) bool {
	if read == "" {
		return false
	}
	at := map[int]bool{0: true}
	for _, l := range letters {
		next := map[int]bool{}
		for p := range at {
			for _, f := range l.forms {
				rest := read[p:]
				if strings.HasPrefix(rest, f) {
					next[p+len(f)] = true
				}
				if prefix && strings.HasPrefix(f, rest) {
					return true
				}
			}
		}
		if len(next) == 0 {
			return false
		}
		at = next
	}
	return at[len(read)]
}
