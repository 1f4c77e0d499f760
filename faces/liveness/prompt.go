package liveness

import (
	"time"

	"github.com/vouchline/vouchline/faces"
)

// Prompt is what the page shows at the server's time now.
func (s Session) Prompt(now time.Duration) Prompt {
	p := Prompt{Steps: len(s.Script), End: s.End}
	for _, step := range s.Steps {
		if step.Ended > 0 {
			p.Step++
		}
	}
	if s.End != "" {
		return p
	}
	if step := s.step(); step != nil {
		p.Action = step.Action
		p.Left = max(0, step.Action.Window()-(now-step.Began))
	}
	p.Advice = s.advice()
	return p
}

// advice is what to mend in the newest picture, if that is in the way of what
// is asked for.
func (s Session) advice() faces.Advice {
	if len(s.Frames) == 0 {
		return ""
	}
	f := s.Frames[len(s.Frames)-1]
	step := s.step()
	switch {
	case f.Several:
		return faces.AdviceOnePerson
	case step == nil:
		return f.hindrance()
	case !f.seen():
		return faces.AdviceNoFace
	case step.Action == Words:
		return "" // to read the words from a sheet, one looks at the sheet
	}
	return s.adviceForHead(step, f)
}

// adviceForHead says what keeps the head from rest where rest is what is
// missing. During the action itself the prompt says enough.
func (s Session) adviceForHead(step *Step, f Frame) faces.Advice {
	switch wrong := s.turned(f) && s.extent(step, f) < 1; {
	case len(step.Proof) == 1 && s.beyond(f):
		return faces.AdviceStraight
	case len(step.Proof) == 1 && !wrong:
		return ""
	case len(step.Proof) == 0 && s.extent(step, f) >= 1, !s.straight(f):
		return faces.AdviceStraight
	case s.eyesBelow(f, openEyes):
		return faces.AdviceEyes
	case s.rests(step, f):
		return ""
	case f.size() > s.Watch.Base.Size:
		return faces.AdviceFarther
	}
	return faces.AdviceCloser
}

// roomToCome is how much larger the face must still fit into the picture, for
// who is asked to come closer.
const roomToCome = 1.35

// hindrance is what keeps a frame from being one of the first. Some faults of a
// portrait do not: a beard may be taken for a cover, and a room has the light it
// has.
func (f Frame) hindrance() faces.Advice {
	x := faces.Examination{Quality: f.Quality, Width: f.Width, Height: f.Height}
	x.Quality.Uneven, x.Quality.Occlusion, x.Quality.Mouth = 0, -1, -1
	if f.seen() {
		x.Faces = []faces.Face{f.Face}
	}
	advice, wrong := x.Advice()
	switch {
	case f.Several:
		return faces.AdviceOnePerson
	case wrong:
		return advice
	case roomToCome*f.Face.Box.W > float64(f.Width), roomToCome*f.Face.Box.H > float64(f.Height):
		return faces.AdviceFarther
	case f.Quality.Yaw > startYaw, f.Quality.Yaw < -startYaw:
		return faces.AdviceStraight
	}
	return ""
}
