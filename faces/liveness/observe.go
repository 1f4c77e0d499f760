package liveness

import (
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
)

// Observe takes the next frame of the film, in the order in which they were
// taken. Once the session has ended it changes nothing.
func (s *Session) Observe(f Frame, t faces.Template, rules Rules) {
	f = f.clean()
	// Servers that share the work may differ a little in their clocks.
	f.Arrived = max(f.Arrived, s.Watch.Arrived)
	s.Tick(f.Arrived)
	if s.End != "" {
		return
	}
	end := s.clock(f)
	repeated := s.Watch.Seen > 0 && f.Digest == s.Watch.Digest
	if end == "" {
		end = s.repeats(f, repeated, rules)
	}
	s.note(f)
	if end == "" && repeated { // the same picture says nothing new
		s.end(s.lost(s.Frames[len(s.Frames)-1], f.Taken), f.Arrived)
		return
	}
	var d faces.Decision
	if end == "" {
		end = s.follow(f)
		d = s.compare(&f, t, rules)
	}
	s.keep(f)
	if end == "" {
		end = s.recognise(f, d)
	}
	if end == "" {
		end = s.advance(d, t, rules)
	}
	s.end(end, f.Arrived)
}

// Tick ends the session when its time, or that of the present action, is over
// at the server's time now, whether or not frames arrive.
func (s *Session) Tick(now time.Duration) {
	switch step := s.step(); {
	case now >= Lifetime:
		s.end(TimeIsUp, now)
	case step != nil && now-step.Began > step.Action.Window():
		s.end(TooLate, now)
	}
}

// Told begins the time of an action that was asked for by the newest frame at
// now, when the page is about to be told of it: what an engine takes to examine
// a batch is nobody's time. Frames taken before do not count either way.
func (s *Session) Told(now time.Duration) {
	if step := s.step(); step != nil && step.Began == s.Watch.Arrived {
		step.Began = max(step.Began, now)
	}
}

// end ends the session; the first end stands.
func (s *Session) end(e End, now time.Duration) {
	if s.End == "" && e != "" {
		s.End, s.Ended = e, now
	}
}

// step is the present action, or nil before the first and after the last.
func (s *Session) step() *Step {
	if n := len(s.Steps); n > 0 && s.Steps[n-1].Ended == 0 {
		return &s.Steps[n-1]
	}
	return nil
}

// note remembers of every frame, kept or not, what the next is held against.
func (s *Session) note(f Frame) {
	w := &s.Watch
	delay := f.Arrived - f.Taken
	if w.Seen == 0 {
		w.FirstDelay, w.LeastDelay, w.Held = delay, delay, f.Taken
	}
	w.LeastDelay = min(w.LeastDelay, delay)
	w.Seen++
	w.Taken, w.Arrived, w.Digest = f.Taken, f.Arrived, f.Digest
}

// keep adds the frame and lets the oldest go that proves nothing. Without
// that, a session would grow with the browser's haste. What is lost is the
// comparison with pictures of a minute ago by their look; their digests stay.
func (s *Session) keep(f Frame) {
	s.Frames = append(s.Frames, f)
	limit := maxFrames
	if len(s.Steps) == 0 {
		limit = maxFinding
	}
	if len(s.Frames) > limit {
		s.drop(s.oldest())
	}
}

// oldest is the place of the oldest frame that proves nothing.
func (s *Session) oldest() int {
	at := 0
	for s.proves(at) {
		at++
	}
	return at
}

func (s *Session) proves(i int) bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool { return slices.Contains(step.Proof, i) })
}

// drop takes a frame out and moves the places of the proofs behind it.
func (s *Session) drop(at int) {
	if s.Frames[at].seen() {
		s.Dropped = append(s.Dropped, s.Frames[at].Digest)
	}
	s.Frames = slices.Delete(s.Frames, at, at+1)
	for _, step := range s.Steps {
		for i, place := range step.Proof {
			if place > at {
				step.Proof[i]--
			}
		}
	}
}
