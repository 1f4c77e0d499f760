package specimen

import (
	"math"
	"time"
)

// actions are what a person does who is asked for it, once; Yaw and the rest
// are those of the extreme.
var actions = map[string]struct {
	extreme HeadPose
	hold    time.Duration
}{
	"turn_left":  {HeadPose{Yaw: 36, Roll: 2}, 900 * time.Millisecond},
	"turn_right": {HeadPose{Yaw: -36, Roll: -2}, 900 * time.Millisecond},
	"blink":      {HeadPose{EyesClosed: 1}, 800 * time.Millisecond},
	"closer":     {HeadPose{Nearer: 0.5}, 1200 * time.Millisecond},
	"words":      {HeadPose{Paper: 1}, time.Hour}, // for as long as they are asked for
}

// How long a person takes.
const (
	reaction = 500 * time.Millisecond // from being asked to moving
	movement = 450 * time.Millisecond // to the extreme, and back
	pause    = 900 * time.Millisecond // before doing it once more
	settle   = 350 * time.Millisecond // from whatever was being done
)

// Act is the pose of a person who was asked for an action some time ago: they
// do it and go back, and do it again while they are still asked. Words are held
// up for as long as they are asked for. Whoever is asked for nothing, or for
// something unknown, looks into the camera.
func Act(action string, since time.Duration) HeadPose { return act(action, since, 1) }

// act is Act with extremes that are held so many times as long.
func act(action string, since time.Duration, calm int) HeadPose {
	what, known := actions[action]
	if !known || since < reaction {
		return HeadPose{}
	}
	hold := time.Duration(calm) * what.hold
	since = (since - reaction) % (2*movement + hold + time.Duration(calm)*pause)
	share := 1.0
	switch {
	case since < movement:
		share = float64(since) / float64(movement)
	case since < movement+hold:
	case since < 2*movement+hold:
		share = 1 - float64(since-movement-hold)/float64(movement)
	default:
		share = 0
	}
	return HeadPose{}.towards(what.extreme, 0.5-0.5*math.Cos(math.Pi*share))
}

// A Performance is a person who does one thing after the other without jumping
// between them. The zero value looks into the camera.
type Performance struct {
	// Calm is how many times as long as others the person stays in a pose, for
	// cameras of which few pictures arrive; 1 when zero.
	Calm   int
	action string
	asked  time.Duration
	from   HeadPose
}

// Ask asks for an action from a time on. Asking again for the same changes
// nothing.
func (p *Performance) Ask(action string, at time.Duration) {
	if action == p.action {
		return
	}
	p.from = p.Pose(at)
	p.action, p.asked = action, at
}

// Pose is what the person does at a time.
func (p *Performance) Pose(at time.Duration) HeadPose {
	since := at - p.asked
	return p.from.towards(act(p.action, since, max(p.Calm, 1)), math.Min(1, float64(since)/float64(settle)))
}
