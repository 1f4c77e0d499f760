package specimen

import (
	"math"
	"time"
)

// HeadPose says how an [Actor] stands before the camera at one moment. The zero
// value looks into the camera with open eyes, an arm's length away.
type HeadPose struct {
	// Yaw, Pitch and Roll are degrees: Yaw positive towards the person's left,
	// Pitch positive upwards, Roll clockwise in the picture.
	Yaw, Pitch, Roll float64
	// EyesClosed is how far the lids have come down, 0 to 1.
	EyesClosed float64
	// Nearer is how much larger than usual the face is seen: 0.5 is half as
	// large again.
	Nearer float64
	// Paper is how far the paper with the words is held up, 0 to 1.
	Paper float64
	// X and Y move the face, as parts of the picture's size.
	X, Y float64
	// Dark is the part of the light that is missing, 0 to 1.
	Dark float64
}

// towards returns the pose a part of the way to another.
func (p HeadPose) towards(o HeadPose, part float64) HeadPose {
	mix := func(a, b float64) float64 { return a + (b-a)*part }
	return HeadPose{
		Yaw: mix(p.Yaw, o.Yaw), Pitch: mix(p.Pitch, o.Pitch), Roll: mix(p.Roll, o.Roll),
		EyesClosed: mix(p.EyesClosed, o.EyesClosed), Nearer: mix(p.Nearer, o.Nearer), Paper: mix(p.Paper, o.Paper),
		X: mix(p.X, o.X), Y: mix(p.Y, o.Y), Dark: mix(p.Dark, o.Dark),
	}
}

// sway is what nobody can help doing: head and hands move by a degree and a few
// pixels. The rates have no common period, so that no moment comes again.
func (p HeadPose) sway(at time.Duration, phase float64) HeadPose {
	wave := func(rate, shift float64) float64 {
		return math.Sin(rate*at.Seconds() + phase*shift)
	}
	p.Yaw += 1.1*wave(0.83, 1) + 0.4*wave(2.71, 5)
	p.Pitch += 0.8*wave(0.67, 2) + 0.4*wave(3.13, 6)
	p.Roll += 0.8*wave(0.59, 3) + 0.3*wave(2.23, 7)
	p.X += 0.006*wave(0.71, 4) + 0.0015*wave(4.1, 8)
	p.Y += 0.004*wave(0.97, 9) + 0.0015*wave(3.7, 10)
	return p
}
