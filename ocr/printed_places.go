package ocr

import (
	"cmp"
	"slices"
)

// beside is what follows on the line up to the next label.
func (s *sheet) beside(h heading) []token {
	to := h.to
	for to < len(s.tokens) && s.tokens[to].line == h.line && !s.used[to] {
		to++
	}
	if to == h.to && s.placed {
		return s.nextColumn(h)
	}
	return s.contiguous(s.tokens[h.to:to])
}

// nextColumn is what stands right of a label at its height in another line of
// the engine's, which ends lines at the gap between columns.
func (s *sheet) nextColumn(h heading) []token {
	var row []token
	for i, t := range s.tokens {
		middle := t.box.Y + t.box.H/2
		level := middle > h.box.Y && middle < h.box.Y+h.box.H || h.box.Y+h.box.H/2 > t.box.Y && h.box.Y+h.box.H/2 < t.bottom()
		if level && t.line != h.line && t.box.X >= h.box.X+h.box.W {
			if s.used[i] {
				t.text = "" // the next label: nothing beyond it
			}
			row = append(row, t)
		}
	}
	slices.SortStableFunc(row, func(a, b token) int { return cmp.Compare(a.box.X, b.box.X) })
	if i := slices.IndexFunc(row, func(t token) bool { return t.text == "" }); i >= 0 {
		row = row[:i]
	}
	return s.contiguous(row)
}

// below is the nearest line under a label, from the label's column to the next
// label's.
func (s *sheet) below(h heading) []token {
	if !s.placed {
		return s.nextLine(h)
	}
	left, right := h.box.X-2*s.height, s.columnEnd(h)
	top, line := 0, -1
	for i, t := range s.tokens {
		gap := t.box.Y - (h.box.Y + h.box.H)
		near := gap > -h.box.H/3 && gap <= max(2*t.box.H, 2*h.box.H) && t.box.Y > h.box.Y+h.box.H/3
		if !near || t.text == "" || t.line == h.line || t.right() <= h.box.X || t.box.X >= right || t.box.X < left {
			continue
		}
		if line < 0 || t.box.Y < top-s.height/2 {
			top, line = t.box.Y, t.line
			if s.used[i] {
				line = -2 // another label comes first
			}
		}
	}
	if line < 0 {
		return nil
	}
	var out []token
	for i, t := range s.tokens {
		if t.line == line && t.box.X >= left && t.box.X < right {
			if s.used[i] {
				break
			}
			out = append(out, t)
		}
	}
	return s.contiguous(out)
}

// columnEnd is where the next label of the line begins.
func (s *sheet) columnEnd(h heading) int {
	for i := h.to; i < len(s.tokens) && s.tokens[i].line == h.line; i++ {
		if s.used[i] {
			return s.tokens[i].box.X - s.height/2
		}
	}
	return int(^uint(0) >> 1)
}

// nextLine is the line after, where nothing has a box. Where several labels
// share a line it is left to each field's form to find its own value in it.
func (s *sheet) nextLine(h heading) []token {
	var out []token
	line := -1
	for i, t := range s.tokens {
		switch {
		case t.line <= h.line || line >= 0 && t.line != line:
			continue
		case s.used[i]:
			return out
		}
		line = t.line
		out = append(out, t)
	}
	return out
}

// contiguous cuts tokens off where a column ends.
func (s *sheet) contiguous(tokens []token) []token {
	if !s.placed {
		return tokens
	}
	for i := 1; i < len(tokens); i++ {
		if tokens[i].box.X-tokens[i-1].right() > 3*max(s.height, tokens[i].box.H) {
			return tokens[:i]
		}
	}
	return tokens
}
