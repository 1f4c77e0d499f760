package liveness

import (
	"time"

	"github.com/vouchline/vouchline/faces"
)

// A Frame is what was measured in one picture of a session.
type Frame struct {
	// Taken is the browser's time since it began to film.
	Taken time.Duration `json:"taken"`
	// Arrived is the server's time since the session was opened.
	Arrived time.Duration `json:"arrived"`
	// Digest is the SHA-256 of the bytes as they came, in hexadecimal.
	Digest string `json:"digest"`
	// Photo names the kept picture; empty where it was not kept.
	Photo string `json:"photo,omitempty"`
	// Face is the largest face; zero where there is none.
	Face faces.Face `json:"face"`
	// Several says that another face is nearly as large.
	Several bool `json:"several,omitempty"`
	// Width and Height are the picture's, in pixels.
	Width  int `json:"width"`
	Height int `json:"height"`
	// Quality, BonaFide and Attack are the examination's.
	Quality  faces.Quality     `json:"quality"`
	BonaFide float64           `json:"bona_fide"`
	Attack   faces.AttackSigns `json:"attack"`
	// Signature is the examination's.
	Signature faces.Signature `json:"signature,omitempty"`
	// Identity is the score with the session's first faces; -1 where it was
	// not compared.
	Identity float64 `json:"identity"`
	// Words is how well the words read from the frame agree with those asked
	// for, 0 to 1; -1 where none were looked for.
	Words float64 `json:"words"`
}

// NewFrame takes from an examination what a session needs. The template is
// handed to [Session.Observe] beside it and not kept.
func NewFrame(x faces.Examination, digest string, taken, arrived time.Duration) Frame {
	f := Frame{
		Taken: taken, Arrived: arrived, Digest: digest, Width: x.Width, Height: x.Height, Quality: x.Quality,
		BonaFide: x.BonaFide, Attack: x.Attack, Signature: x.Signature, Identity: -1, Words: -1,
	}
	if len(x.Faces) > 0 {
		f.Face = x.Faces[0]
		_, err := x.Sole()
		f.Several = err != nil
	}
	return f
}

// A Step is one action that was asked for.
type Step struct {
	Action Action `json:"action"`
	// Began and Ended are the server's times since the session was opened;
	// Ended is zero while it lasts.
	Began time.Duration `json:"began"`
	Ended time.Duration `json:"ended,omitempty"`
	// Proof are the places in Session.Frames of the frames that prove it, such
	// as straight, turned, straight.
	Proof []int `json:"proof,omitempty"`
	// Misses counts what was done instead, Again how often the action was shown
	// once more for it.
	Misses int `json:"misses,omitempty"`
	Again  int `json:"again,omitempty"`
}

// A Session is everything seen of one camera session, and what follows from
// it. It is biometric data and is kept sealed.
type Session struct {
	// Script are the actions in the order in which they are asked for. Only
	// the present one is ever told to the browser.
	Script []Action `json:"script"`
	// Frames are those of the track: of the time before the actions the last
	// ones only, and in a long session not the oldest, but always every proof.
	Frames []Frame `json:"frames,omitempty"`
	// Dropped are the digests of frames that came and are not kept.
	Dropped []string `json:"dropped,omitempty"`
	// Steps are the actions asked for so far; the last is the present one.
	Steps []Step `json:"steps,omitempty"`
	// Reference is the face at the beginning, Best the faces of the straight
	// frames that prove the steps, at most eight from all along the track, for
	// comparing with document and selfie.
	Reference faces.Template   `json:"reference,omitempty"`
	Best      []faces.Template `json:"best,omitempty"`
	End       End              `json:"end,omitempty"`
	// Ended is the server's time of the end.
	Ended time.Duration `json:"ended,omitempty"`
	// Watch is what the judge remembers from batch to batch.
	Watch Watch `json:"watch"`
}

// New begins a session that asks for the actions of script in their order.
func New(script []Action) Session { return Session{Script: script} }

// A Watch is what has to be remembered of a session beside its frames.
type Watch struct {
	// Base is how the face looked when the actions began.
	Base Pose `json:"base"`
	// Seen counts the frames; Taken, Arrived and Digest are the newest one's.
	Seen    int           `json:"seen"`
	Taken   time.Duration `json:"taken"`
	Arrived time.Duration `json:"arrived"`
	Digest  string        `json:"digest,omitempty"`
	// FirstDelay is from taking to arrival of the first frame, LeastDelay of
	// the fastest. Both hold the unknown time between opening and filming.
	FirstDelay time.Duration `json:"first_delay"`
	LeastDelay time.Duration `json:"least_delay"`
	// Held is when the newest frame with a face was taken, CrowdSince when the
	// first of several with two faces in a row was.
	Held       time.Duration `json:"held"`
	CrowdSince time.Duration `json:"crowd_since"`
	// Counts of frames in a row: good ones before the actions, with two faces,
	// with the same bytes, and with somebody else's face.
	Good    int `json:"good,omitempty"`
	Crowd   int `json:"crowd,omitempty"`
	Stalled int `json:"stalled,omitempty"`
	Strange int `json:"strange,omitempty"`
	// Astray says that a wrong action is under way and was counted.
	Astray bool `json:"astray,omitempty"`
}

// A Pose is what the actions of the head change.
type Pose struct {
	Yaw   float64 `json:"yaw"`   // degrees, positive towards the person's left
	Pitch float64 `json:"pitch"` // degrees, positive upwards
	Eyes  float64 `json:"eyes"`  // how open, -1 where it is not measured
	Size  float64 `json:"size"`  // side of the face in pixels
}

// A Prompt is what the page is told after a batch of frames.
type Prompt struct {
	// Action is what to do now; empty before the first (find the face) and
	// after the end.
	Action Action `json:"action,omitempty"`
	// Advice is what is wrong with the picture for the present action.
	Advice faces.Advice `json:"advice,omitempty"`
	// Step counts the actions done, of Steps.
	Step  int `json:"step"`
	Steps int `json:"steps"`
	// Left is how long the present action may still take.
	Left time.Duration `json:"-"`
	End  End           `json:"end,omitempty"`
}
