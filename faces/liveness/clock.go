package liveness

// clock holds the frame's times against those before. The browser's clock is
// believed only as far as it makes the session harder: what is claimed to be
// taken later than it arrived, before the frame in front of it, or in a time
// that ran faster than the server's, was made and not filmed.
func (s *Session) clock(f Frame) End {
	w := s.Watch
	delay := f.Arrived - f.Taken
	switch {
	case f.Taken < 0 || delay < -clockSlack:
		return BadClock
	case w.Seen == 0:
		return ""
	case f.Taken <= w.Taken || delay < w.FirstDelay-maxHurry:
		return BadClock
	case len(s.Steps) == 0:
		return ""
	case f.Taken-w.Taken > maxGap || delay > w.LeastDelay+maxDelay:
		return Cut // a slow network or a covered tab, no sign of an attack
	}
	return ""
}

// after reports whether the frame was taken after the step's prompt was
// made. Its true delay is unknown, and at least that of the fastest frame.
func (s *Session) after(f Frame, step *Step) bool { return f.Taken+s.Watch.LeastDelay > step.Began }
