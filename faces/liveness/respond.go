package liveness

import "github.com/vouchline/vouchline/faces"

// bestFrames bounds the templates kept for the comparison with document and
// selfie: one of the beginning, one before and one after each action.
const bestFrames = 8

// respond holds the newest frame against the action that was asked for. Only
// frames taken after the prompt count. Those at rest have to be known as the
// same person, those of the action itself not to be somebody else's: a turned
// face is less like itself. One turned too far for any comparison proves
// nothing: it could be anybody's between two rests of a photograph.
func (s *Session) respond(step *Step, d faces.Decision, t faces.Template, rules Rules) End {
	place := len(s.Frames) - 1
	f := s.Frames[place]
	if !f.seen() || f.Several || !s.after(f, step) {
		return ""
	}
	known, before, done := d == faces.Same, len(step.Proof), false
	switch {
	case s.astray(step, f):
		step.Proof = nil
		if s.misses() > maxMisses {
			return TooLate
		}
	case d == faces.Different, d == "": // or turned too far to be compared
	case step.Action == Words:
		done = step.words(place, f.Words >= rules.Words && rules.Words > 0, known)
	default:
		done = s.head(step, place, known && s.rests(step, f))
	}
	if known && (done || before == 0 && len(step.Proof) == 1) && len(s.Best) < bestFrames {
		s.Best = append(s.Best, t)
	}
	if !done {
		return ""
	}
	step.Ended = f.Arrived
	return s.next(f)
}

// next asks for the next action, if there is one.
func (s *Session) next(f Frame) End {
	if len(s.Steps) == len(s.Script) {
		return Done
	}
	s.Steps = append(s.Steps, Step{Action: s.Script[len(s.Steps)], Began: f.Arrived})
	return ""
}

// head proves an action of the head by three frames: at rest, the action, at
// rest again. A film that is in the pose already proves nothing. The clearest
// frame of the action stands for it. Whoever did something else first, as one
// who takes right for left, shows the action once more for each time: a film
// that does everything in turn will do something else in between.
func (s *Session) head(step *Step, place int, rests bool) (done bool) {
	f := s.Frames[place]
	extent := s.extent(step, f)
	switch n := len(step.Proof); {
	case n == 0 && rests:
		step.Proof = []int{place}
	case n == 1 && extent >= 1:
		step.Proof = append(step.Proof, place)
	case n == 2 && extent > s.extent(step, s.Frames[step.Proof[1]]):
		step.Proof[1] = place
	case n == 2 && rests && step.Again < step.Misses:
		step.Again++
		step.Proof = []int{place}
	case n == 2 && rests:
		step.Proof = append(step.Proof, place)
		return true
	}
	return false
}

// words proves the words by frames that show them with the face, and one of the
// known person with or after them: a sheet may hide the chin.
func (step *Step) words(place int, shown, known bool) (done bool) {
	if shown && len(step.Proof) < wordsFrames {
		step.Proof = append(step.Proof, place)
	}
	if len(step.Proof) < wordsFrames || !known {
		return false
	}
	if step.Proof[wordsFrames-1] != place {
		step.Proof = append(step.Proof, place)
	}
	return true
}

// extent is how far the frame shows the action: 1 and more is enough.
func (s *Session) extent(step *Step, f Frame) float64 {
	switch step.Action {
	case TurnLeft:
		return s.yaw(f) / turnedYaw
	case TurnRight:
		return -s.yaw(f) / turnedYaw
	case Blink:
		if s.straight(f) && s.steady(f) && s.eyesBelow(f, closedEyes) {
			return closedEyes * s.Watch.Base.Eyes / max(f.Quality.Eyes, 0.01)
		}
	case Closer:
		if len(step.Proof) > 0 && !s.turned(f) {
			return f.size() / s.Frames[step.Proof[0]].size() / nearSize
		}
	case Words:
	}
	return 0
}

// rests reports whether the head does nothing: it looks straight ahead with
// open eyes from where it was.
func (s *Session) rests(step *Step, f Frame) bool {
	near := s.steady(f)
	if step.Action == Closer {
		near = f.size() <= backSize*s.Watch.Base.Size
		if len(step.Proof) > 0 {
			near = f.size() <= backSize*s.Frames[step.Proof[0]].size()
		}
	}
	return near && s.straight(f) && !s.eyesBelow(f, openEyes)
}

// astray reports whether the head does another action than the one asked for,
// and counts it once. A head, or a film of one, that does everything in turn
// would show each action within its window.
func (s *Session) astray(step *Step, f Frame) bool {
	if step.Action == Words {
		return false // one looks at a sheet, and about for it
	}
	wrong := s.turned(f) && s.extent(step, f) < 1
	if step.Action != Closer && len(step.Proof) > 0 {
		wrong = wrong || f.size() >= nearSize*s.Frames[step.Proof[0]].size()
	}
	if wrong && !s.Watch.Astray {
		step.Misses++
	}
	s.Watch.Astray = wrong
	return wrong
}

func (s *Session) turned(f Frame) bool { return max(s.yaw(f), -s.yaw(f)) >= turnedYaw }

func (s *Session) misses() int {
	n := 0
	for _, step := range s.Steps {
		n += step.Misses
	}
	return n
}
