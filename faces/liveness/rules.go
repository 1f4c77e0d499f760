package liveness

import (
	"time"

	"github.com/vouchline/vouchline/faces"
)

// Lifetime is how long a session lasts, from its words to its last frame.
const Lifetime = 3 * time.Minute

// Rules are what a session is judged by beside the limits of this package.
type Rules struct {
	// Matcher tells whether the face is still the same. Without a model no
	// frame is ever known to be, and no session is done.
	Matcher faces.Matcher
	// Words is the agreement from which words are taken as shown, 0 to 1.
	Words float64
	// Seen reports whether the bytes with this digest came before: in an
	// earlier session, or in a batch of this one. Only pictures with a face are
	// to be remembered: a closed shutter gives the same one every time. nil
	// knows none.
	Seen func(digest string) bool
}

// Windows of the actions on the server's clock, from prompt to the last frame
// that proves it. They hold a slow network and a slow person; what is
// computed or cut to fit the prompt has to be ready as soon.
const (
	headWindow  = 15 * time.Second
	wordsWindow = 40 * time.Second
)

// Window is how long the action may take.
func (a Action) Window() time.Duration {
	if a == Words {
		return wordsWindow
	}
	return headWindow
}
