package liveness

import "time"

// Limits of the head's poses. Landmarks measure yaw to about ten degrees, so a
// turn has to stand well clear of looking straight ahead, and is measured
// from how the person looked at the beginning: a camera stands beside the
// screen, and no face is quite even.
const (
	straightYaw = 10.0 // degrees either way that are still straight
	turnedYaw   = 20.0 // degrees from which the head is turned

	openEyes   = 0.85 // of the eyes at the beginning
	closedEyes = 0.70

	nearSize = 1.30 // of the face when the action was asked for
	backSize = 1.18
	// straightNear and straightFar bound how far a person may have drifted.
	straightNear, straightFar = 1.6, 0.6
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
	strangeFrames = 3 // faces of somebody else in a row that end the session
	crowdFrames   = 2 // frames with two faces in a row: one is a detector's flicker
	// crowdPatience is how long a second person has to step aside before the
	// actions begin.
	crowdPatience = 8 * time.Second
)

// Limits of the clocks.
const (
	clockSlack = time.Second      // a browser's time may run ahead of the server's
	maxHurry   = 5 * time.Second  // the first batch may have come so much later than others
	maxDelay   = 10 * time.Second // a batch may come so much later than the fastest
)

// Limits of pictures that repeat.
const (
	stillFrames = 8 // in a row that show nothing moving
	stillTime   = 2500 * time.Millisecond
	// stalledFrames are pictures in a row with the same bytes: a browser that
	// draws faster than its camera films sends one twice.
	stalledFrames = 4
	loopFrames    = 3    // pictures in a row that came before in this order
	loopApart     = 6    // frames between a picture and its repetition
	sameShape     = 0.01 // root mean square of landmarks, in inter-eye distances
	movedShape    = 0.08
)

// Limits of the session.
const (
	startFrames = 4   // good frames in a row that make the reference
	maxFinding  = 16  // frames kept before the actions begin
	maxFrames   = 240 // frames kept in all: about 400 kB sealed
	maxMisses   = 2   // other actions than the one asked for
	wordsFrames = 2   // frames that show the words
)
