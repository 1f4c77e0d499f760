package liveness

// An Action is what a person is asked to do before the camera.
type Action string

// The actions. Left and right are the person's own.
const (
	TurnLeft  Action = "turn_left"
	TurnRight Action = "turn_right"
	Blink     Action = "blink"  // close both eyes for a moment and open them
	Closer    Action = "closer" // come closer and go back
	Words     Action = "words"  // hold up the written words beside the face
)

// Actions returns every action.
func Actions() []Action { return []Action{TurnLeft, TurnRight, Blink, Closer, Words} }

// An End is how a session ended; empty while it goes on.
type End string

// The ends. Done alone is a success; Suspect says which are signs of an attack.
const (
	Done      End = "done"
	Replayed  End = "replayed"      // a frame came again, in this session or from an earlier one
	Still     End = "still"         // the camera's pictures do not change at all
	TwoFaces  End = "several_faces" // a second person
	Cut       End = "cut"           // the face was lost, or jumped
	Changed   End = "face_changed"  // another person's face on the same track
	TooLate   End = "too_late"      // an action was not shown within its window
	BadClock  End = "clock"         // the frames' times contradict the server's clock
	TimeIsUp  End = "time_is_up"    // the session's three minutes are over
	Abandoned End = "abandoned"     // another session was opened instead
)

// Ends returns every end.
func Ends() []End {
	return []End{Done, Replayed, Still, TwoFaces, Cut, Changed, TooLate, BadClock, TimeIsUp, Abandoned}
}

// Suspect reports whether the end is a sign of an attack rather than of a
// mishap: it stays with the enrollment, for a reviewer to see.
func (e End) Suspect() bool {
	switch e {
	case Replayed, Still, Changed, BadClock:
		return true
	default:
		return false
	}
}
