package liveness

import "time"

// Limits of the head's poses, measured from how the person looked at the
// beginning: a camera stands beside the screen, and no face is quite even.
// The figures are from photographs acted before the engine.
const (
	startYaw      = 15.0 // degrees either way from the camera, at the beginning
	straightYaw   = 10.0 // and from there that are still straight
	straightPitch = 15.0
	turnedYaw     = 18.0 // of 20 true ones; the landmarks err by four

	openEyes   = 0.75 // of how open the eyes looked at the beginning
	closedEyes = 0.6  // reached by the acted lids of 14 of 15 photographs, unasked by one

	nearSize = 1.25 // of the face when the action was asked for
	backSize = 1.15
	// steadyNear and steadyFar bound how far a person may have drifted.
	steadyNear, steadyFar = 1.6, 0.6
)

// Limits of the track.
const (
	maxGap        = 2 * time.Second         // between two frames, on the browser's clock
	maxLost       = 1500 * time.Millisecond // without a face: a turned head may lose the detector
	maxLostWords  = 5 * time.Second         // while the person reaches for the paper
	maxShift      = 3.0                     // face widths a second
	shiftSlack    = 0.35                    // face widths, for what the detector jitters
	maxGrowth     = 1.5                     // natural logarithm of the size, a second
	growthSlack   = 0.25
	comparedYaw   = 45.0 // degrees up to which a face is compared
	strangeFrames = 3    // faces of somebody else in a row that end the session
	crowdFrames   = 2    // frames with two faces in a row: one is a detector's flicker
	// crowdPatience is how long a second person has to step aside before the
	// actions begin.
	crowdPatience = 8 * time.Second
)

// Limits of the clocks.
const (
	clockSlack = time.Second      // a browser's time may run ahead of the server's
	maxHurry   = 20 * time.Second // the first batch may have come so much later than others: a page sends it again
	maxDelay   = 10 * time.Second // a batch may come so much later than the fastest
)

// Limits of pictures that repeat.
const (
	stillFrames = 10 // in a row that show nothing moving
	stillTime   = 3 * time.Second
	// stalledFrames are pictures in a row with the same bytes: a browser that
	// draws faster than its camera films sends one twice.
	stalledFrames = 4
	loopFrames    = 3 // pictures in a row that came before in this order
	loopApart     = 6 // frames between a picture and its repetition
	// loopMotion is how far a run of pictures must move, as the sum of their
	// signatures' distances: resting, a person may look the same again.
	loopMotion = 1.5
	// sameShape bounds the landmarks' motion, as root mean square in inter-eye
	// distances, between pictures that may be one: the detector moves them by
	// up to 0.05 when a picture is compressed anew.
	sameShape = 0.06
)

// Limits of the session.
const (
	startFrames = 4   // good frames in a row that make the reference
	maxFinding  = 16  // frames kept before the actions begin
	maxFrames   = 240 // frames kept in all: about 400 kB sealed
	maxMisses   = 2   // other actions than the one asked for
	wordsFrames = 2   // frames that show the words
)
