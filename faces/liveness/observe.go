package liveness

import (
	"time"

	"github.com/vouchline/vouchline/faces"
)

// Observe takes the next frame of the film, in the order in which they were
// taken. Once the session has ended it changes nothing.
func (s *Session) Observe(f Frame, _ faces.Template, rules Rules) {
	s.Tick(f.Arrived, rules)
	if s.End != "" {
		return
	}
	if rules.Seen != nil && rules.Seen(f.Digest) {
		s.end(Replayed, f.Arrived)
		return
	}
	s.Frames = append(s.Frames, f)
}

// Tick ends the session when its time, or that of the present action, is over
// at the server's time now, whether or not frames arrive.
func (s *Session) Tick(now time.Duration, _ Rules) {
	switch step := s.step(); {
	case now >= Lifetime:
		s.end(TimeIsUp, now)
	case step != nil && now-step.Began > step.Action.Window():
		s.end(TooLate, now)
	}
}

// end ends the session; the first end stands.
func (s *Session) end(e End, now time.Duration) {
	if s.End == "" {
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
