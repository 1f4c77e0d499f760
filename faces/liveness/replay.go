package liveness

import "slices"

// repeats looks for bytes that came before. A camera never gives the same bytes
// twice: its noise does not repeat. One picture that a browser sent twice in a
// row is a camera slower than the browser, many are a picture and no camera.
// Pictures without a face accuse nobody: behind a closed shutter all are black.
func (s *Session) repeats(f Frame, again bool, rules Rules) End {
	if again {
		if !s.Frames[len(s.Frames)-1].seen() {
			return ""
		}
		s.Watch.Stalled++
		if s.Watch.Stalled >= stalledFrames {
			return Still
		}
		return ""
	}
	s.Watch.Stalled = 0
	if rules.Seen != nil && rules.Seen(f.Digest) || slices.Contains(s.Dropped, f.Digest) {
		return Replayed
	}
	if slices.ContainsFunc(s.Frames, func(o Frame) bool { return o.Digest == f.Digest && o.seen() }) {
		return Replayed
	}
	return ""
}

// still reports whether nothing moved in the newest frames, not even by what a
// breath moves: a photograph, held by a stand or fed in place of a camera.
func (s *Session) still() bool {
	last := len(s.Frames) - 1
	for i := last - 1; i >= 0 && s.Frames[last].same(s.Frames[i]); i-- {
		if last-i+1 >= stillFrames && s.Frames[last].Taken-s.Frames[i].Taken >= stillTime {
			return true
		}
	}
	return false
}

// looped reports whether the newest frames show a movement that an earlier run
// of frames showed, picture by picture: a film that began again. Nobody repeats
// a movement so exactly; resting they might, so a run without movement does
// not count.
func (s *Session) looped() bool {
	last := len(s.Frames) - 1
	for j := last - loopApart; j >= loopFrames-1; j-- {
		if s.repeatedAt(last, j) {
			return true
		}
	}
	return false
}

func (s *Session) repeatedAt(last, j int) bool {
	motion := 0.0
	for k := range loopFrames {
		f := s.Frames[last-k]
		if !f.same(s.Frames[j-k]) {
			return false
		}
		if k > 0 {
			motion += f.Signature.Distance(s.Frames[last-k+1].Signature)
		}
	}
	return motion >= loopMotion
}
