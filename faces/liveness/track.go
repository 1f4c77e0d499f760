package liveness

import (
	"math"
	"time"

	"github.com/vouchline/vouchline/faces"
)

// follow holds the frame against the track so far: one face that moves as
// heads do. Before the actions begin there is no track, only advice.
func (s *Session) follow(f Frame) End {
	if end := s.crowd(f); end != "" {
		return end
	}
	if last, ok := s.lastFace(); len(s.Steps) > 0 && f.seen() && ok && jumps(last, f) {
		return Cut
	}
	return s.lost(f, f.Taken)
}

// lost ends the track of a face that is out of sight for too long.
func (s *Session) lost(f Frame, taken time.Duration) End {
	if len(s.Steps) > 0 && !f.seen() && taken-s.Watch.Held > s.patience() {
		return Cut
	}
	return ""
}

// crowd counts frames with a second face.
func (s *Session) crowd(f Frame) End {
	w := &s.Watch
	if !f.Several {
		w.Crowd = 0
		return ""
	}
	if w.Crowd++; w.Crowd == 1 {
		w.CrowdSince = f.Taken
	}
	if len(s.Steps) > 0 && w.Crowd >= crowdFrames || f.Taken-w.CrowdSince >= crowdPatience {
		return TwoFaces
	}
	return ""
}

// patience is how long the face may be out of sight.
func (s *Session) patience() time.Duration {
	if step := s.step(); step != nil && step.Action == Words {
		return maxLostWords
	}
	return maxLost
}

// lastFace is the newest frame with a face.
func (s *Session) lastFace() (Frame, bool) {
	for i := len(s.Frames) - 1; i >= 0; i-- {
		if s.Frames[i].seen() {
			return s.Frames[i], true
		}
	}
	return Frame{}, false
}

// jumps reports whether no head moves so from one frame to the next: another
// picture was put in its place.
func jumps(from, to Frame) bool {
	seconds := min(1, (to.Taken - from.Taken).Seconds())
	a, b := from.Face.Box, to.Face.Box
	shift := math.Hypot(b.X+b.W/2-a.X-a.W/2, b.Y+b.H/2-a.Y-a.H/2) / max(from.size(), to.size())
	growth := math.Abs(math.Log(to.size() / from.size()))
	return shift > shiftSlack+maxShift*seconds || growth > growthSlack+maxGrowth*seconds
}

// compare says whether the face is still that of the beginning, and notes the
// score. Faces turned further than an action asks for are not compared: they
// are unlike everybody, the person themselves above all.
func (s *Session) compare(f *Frame, t faces.Template, rules Rules) faces.Decision {
	if len(s.Steps) == 0 || !f.seen() || f.Several || s.beyond(*f) {
		return ""
	}
	c := rules.Matcher.Compare(s.Reference, t)
	f.Identity = c.Score
	return c.Decision
}

// recognise ends the session once somebody else's face has shown itself. Only
// good pictures of a straight face with open eyes accuse.
func (s *Session) recognise(f Frame, d faces.Decision) End {
	w := &s.Watch
	switch {
	case d == faces.Same:
		w.Strange = 0
	case d == faces.Different && s.straight(f) && !s.eyesBelow(f, closedEyes) && len(f.Quality.Faults()) == 0:
		w.Strange++
	}
	if f.seen() {
		w.Held = f.Taken
	}
	switch {
	case w.Strange >= strangeFrames:
		return Changed
	case s.still():
		return Still
	case s.looped():
		return Replayed
	}
	return ""
}

// The poses, measured from how the person looked at the beginning.

func (s *Session) yaw(f Frame) float64 { return f.Quality.Yaw - s.Watch.Base.Yaw }

func (s *Session) straight(f Frame) bool {
	return math.Abs(s.yaw(f)) <= straightYaw && math.Abs(f.Quality.Pitch-s.Watch.Base.Pitch) <= straightPitch
}

// beyond reports whether the face is turned too far to be compared.
func (s *Session) beyond(f Frame) bool { return math.Abs(s.yaw(f)) > comparedYaw }

// eyesBelow reports whether the eyes are measured and less open than that part
// of what they were.
func (s *Session) eyesBelow(f Frame, part float64) bool {
	return s.Watch.Base.Eyes > 0 && f.Quality.Eyes >= 0 && f.Quality.Eyes < part*s.Watch.Base.Eyes
}

// steady reports whether the face is about as near as it was.
func (s *Session) steady(f Frame) bool {
	ratio := f.size() / s.Watch.Base.Size
	return ratio >= steadyFar && ratio <= steadyNear
}
