package ocr

import (
	"cmp"
	"math"
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
	end := s.columnEnd(h)
	var row []token
	for _, t := range s.tokens {
		if t.line != h.line && level(t.box, h.box) && t.box.X >= h.box.X+h.box.W && t.box.X < end {
			row = append(row, t)
		}
	}
	slices.SortStableFunc(row, func(a, b token) int { return cmp.Compare(a.box.X, b.box.X) })
	return s.contiguous(row)
}

// level says whether the middle of one box is at the height of the other.
func level(a, b Rect) bool {
	within := func(y int, r Rect) bool { return y > r.Y && y < r.Y+r.H }
	return within(a.Y+a.H/2, b) || within(b.Y+b.H/2, a)
}

// columnEnd is where the next label at the same height begins.
func (s *sheet) columnEnd(h heading) int {
	end := math.MaxInt
	for i, t := range s.tokens {
		if s.used[i] && t.box.X >= h.box.X+h.box.W && (t.line == h.line && i >= h.to || level(t.box, h.box)) {
			end = min(end, t.box.X-s.height/2)
		}
	}
	return end
}

// below is the nearest line under a label, from the label's column to the next
// label's; nothing, where that line is a label itself.
func (s *sheet) below(h heading) []token {
	if !s.placed {
		return s.nextLine(h)
	}
	left, right := h.box.X-2*s.height, s.columnEnd(h)
	nearest := -1
	for i, t := range s.tokens {
		inColumn := t.box.X >= left && t.box.X < right && t.right() > h.box.X
		if t.text == "" || t.line == h.line || !inColumn || !under(t.box, h.box) {
			continue
		}
		if nearest < 0 || t.box.Y < s.tokens[nearest].box.Y-s.height/2 {
			nearest = i
		}
	}
	if nearest < 0 || s.used[nearest] {
		return nil
	}
	var out []token
	for i, t := range s.tokens {
		if t.line != s.tokens[nearest].line || t.box.X < left || t.box.X >= right {
			continue
		}
		if s.used[i] {
			break
		}
		out = append(out, t)
	}
	return s.contiguous(out)
}

// under says whether a box stands below a label, no more than two lines away.
func under(box, label Rect) bool {
	gap := box.Y - (label.Y + label.H)
	return gap > -label.H/3 && gap <= 2*max(box.H, label.H) && box.Y > label.Y+label.H/3
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
