package liveness

import (
	"slices"

	"github.com/vouchline/vouchline/faces"
)

// advance brings the session on by the newest frame.
func (s *Session) advance(d faces.Decision, t faces.Template, rules Rules) End {
	if step := s.step(); step != nil {
		return s.respond(step, d, t, rules)
	}
	s.find(t, rules)
	return ""
}

// find waits for some good frames in a row of one face. They make the
// reference that all later faces are compared with.
func (s *Session) find(t faces.Template, rules Rules) {
	w := &s.Watch
	f := s.Frames[len(s.Frames)-1]
	if len(s.Script) == 0 || f.hindrance() != "" || !known(t, rules.Matcher) {
		s.Best, w.Good = nil, 0
		return
	}
	if w.Good > 0 {
		previous := s.Frames[len(s.Frames)-2]
		if jumps(previous, f) || rules.Matcher.Compare(faces.MeanTemplate(s.Best), t).Decision != faces.Same {
			s.Best, w.Good = nil, 0
		}
	}
	s.Best = append(s.Best, t)
	if w.Good++; w.Good == startFrames {
		s.begin(f)
	}
}

// known reports whether every model has given the face a usable vector: it is
// then the same as itself.
func known(t faces.Template, m faces.Matcher) bool { return m.Compare(t, t).Decision == faces.Same }

// begin asks for the first action.
func (s *Session) begin(f Frame) {
	good := s.Frames[len(s.Frames)-startFrames:]
	s.Reference = faces.MeanTemplate(s.Best)
	s.Best = s.Best[startFrames-1:]
	s.Watch.Base = Pose{
		Yaw:   median(good, func(f Frame) float64 { return f.Quality.Yaw }),
		Pitch: median(good, func(f Frame) float64 { return f.Quality.Pitch }),
		Eyes:  median(good, func(f Frame) float64 { return f.Quality.Eyes }),
		Size:  median(good, Frame.size),
	}
	if s.Watch.Base.Eyes < 0 {
		s.Script = withoutBlink(s.Script)
	}
	s.Steps = []Step{{Action: s.Script[0], Began: f.Arrived}}
}

func median(frames []Frame, of func(Frame) float64) float64 {
	values := make([]float64, len(frames))
	for i, f := range frames {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// withoutBlink puts the action of the head that was not drawn in the place of
// the blink, which the server cannot measure without its landmark model.
func withoutBlink(script []Action) []Action {
	out := slices.Clone(script)
	for i, a := range out {
		if a != Blink {
			continue
		}
		for _, other := range []Action{TurnLeft, TurnRight, Closer} {
			if !slices.Contains(out, other) {
				out[i] = other
			}
		}
	}
	return out
}
