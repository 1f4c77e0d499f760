package kyc

import (
	"log/slog"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
)

// Limits of the live step (requirements E4).
const (
	// MaxLiveFrames is how many frames one batch of a camera session may hold.
	MaxLiveFrames = 6

	maxLiveTries = 5
	liveWords    = 3
	// minLiveLeft is the least time to write the words and be filmed with them:
	// a session with less is not handed out again.
	minLiveLeft = 90 * time.Second
	// A browser sends three or four frames a second. The pace is counted from
	// the first, so that time spent writing saves nothing up.
	livePace  = 5 // frames a second
	liveBurst = 2 * MaxLiveFrames
)

// Unjudged is the end of a session that the engines could not judge, for want
// of their models: its pictures wait for a person.
const Unjudged liveness.End = "unjudged"

// A LiveSession is one camera session, bound to its nonce, its words and its
// script of actions, and what remains of those before it.
type LiveSession struct {
	Nonce     string    `json:"nonce,omitempty"`
	Words     []string  `json:"words,omitempty"`
	OnScreen  bool      `json:"on_screen,omitempty"` // the words may be shown on another screen
	OpenedAt  time.Time `json:"opened_at,omitzero"`
	BeganAt   time.Time `json:"began_at,omitzero"` // the first frames came
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// Batch is the number of the next batch of frames; Last names the frames of
	// the one before it, so that a repeated request is told from another film.
	Batch int    `json:"batch,omitempty"`
	Last  string `json:"last,omitempty"`
	// Track is what the frames showed.
	Track liveness.Session `json:"track,omitzero"`
	// Frames are the names of the pictures that were kept; KeptAt is when the
	// last of them came, since the session was opened.
	Frames []string      `json:"frames,omitempty"`
	KeptAt time.Duration `json:"kept_at,omitempty"`
	Read   []string      `json:"read,omitempty"` // words that the engine read
	// Posted counts the frames that came, Skipped those of them that the engine
	// failed on.
	Posted  int `json:"posted,omitempty"`
	Skipped int `json:"skipped,omitempty"`
	// Missing says why the engines cannot judge this session; empty where they
	// can.
	Missing Reason `json:"missing,omitempty"`

	// Tries counts the sessions in which filming began, this one among them.
	// Opening the page is no try: nobody learns an action before the first
	// frame.
	Tries int `json:"tries,omitempty"`
	// Past is how the sessions before this one ended.
	Past []liveness.End `json:"past,omitempty"`
	// Seen are the digests of all frames with a face that were judged, of this
	// session and of those before it, so that no film is played twice. A closed
	// shutter gives the same black picture every time and accuses nobody.
	Seen []string `json:"seen,omitempty"`
	// Suspicious are the pictures kept of those with a suspect end, Stale those
	// of the others: nobody looks at them any more, and they wait for deletion.
	Suspicious []string `json:"suspicious,omitempty"`
	Stale      []string `json:"stale,omitempty"`
}

// LogValue keeps personal data out of the logs.
func (LiveSession) LogValue() slog.Value { return slog.StringValue("[live session]") }

// String keeps personal data out of formatted text.
func (LiveSession) String() string { return "[live session]" }

// GoString keeps personal data out of %#v.
func (LiveSession) GoString() string { return "[live session]" }

// Ends is how the sessions of the enrollment ended, the last one last.
func (s LiveSession) Ends() []liveness.End {
	if s.Track.End == "" {
		return slices.Clone(s.Past)
	}
	return append(slices.Clone(s.Past), s.Track.End)
}

// waits reports whether nothing was filmed yet and there is time enough left to
// write the words and be filmed with them.
func (s LiveSession) waits(now time.Time) bool {
	return s.Nonce != "" && s.Batch == 0 && !now.Add(minLiveLeft).After(s.ExpiresAt)
}

// spent reports whether no further session may follow.
func (s LiveSession) spent() bool { return s.Tries >= maxLiveTries }

// since is the session's clock.
func (s LiveSession) since(now time.Time) time.Duration { return now.Sub(s.OpenedAt) }

// pace returns a RateError where more frames came than a browser films, so
// that one person cannot keep the engines from the others.
func (s LiveSession) pace(now time.Time) error {
	if s.Batch == 0 {
		return nil
	}
	due := liveBurst + int(livePace*now.Sub(s.BeganAt).Seconds())
	if s.Posted < due {
		return nil
	}
	return &RateError{RetryAfter: time.Duration(s.Posted-due+1) * time.Second / livePace}
}

// abandon ends a session that was left in the middle of its film.
func (s *LiveSession) abandon(now time.Time) {
	s.Track.Tick(s.since(now))
	if s.Track.End == "" {
		s.Track.End, s.Track.Ended = liveness.Abandoned, s.since(now)
	}
}

// retire makes room for another session and keeps what must outlive this one.
func (s *LiveSession) retire() {
	kept := LiveSession{Tries: s.Tries, Past: s.Ends(), Seen: s.Seen, Suspicious: s.Suspicious, Stale: s.Stale}
	if s.Track.End.Suspect() {
		kept.Suspicious = append(kept.Suspicious, s.Frames...)
	} else {
		kept.Stale = append(kept.Stale, s.Frames...)
	}
	*s = kept
}

// forget drops what only the sessions and their comparison needed. The
// signatures are small pictures and the templates biometric data: neither
// helps a reviewer. No film follows, so that none needs to be known again.
func (s *LiveSession) forget() {
	s.Track.Reference, s.Track.Best = nil, nil
	s.Seen, s.Track.Dropped = nil, nil
	for i := range s.Track.Frames {
		s.Track.Frames[i].Signature = nil
	}
}

// A LiveBatch is some frames of a film on their way from the browser.
type LiveBatch struct {
	Nonce string
	// Number counts the batches of the session from 0.
	Number int
	// Taken are the browser's times since filming began, one a frame.
	Taken  []time.Duration
	Frames []Upload
}

// LogValue keeps personal data out of the logs.
func (LiveBatch) LogValue() slog.Value { return slog.StringValue("[live batch]") }

// String keeps personal data out of formatted text.
func (LiveBatch) String() string { return "[live batch]" }

// GoString keeps personal data out of %#v.
func (LiveBatch) GoString() string { return "[live batch]" }

// fault says what no page of ours would send.
func (b LiveBatch) fault() error {
	switch {
	case len(b.Frames) == 0:
		return FieldErrors{"frame": FieldRequired}
	case len(b.Frames) > MaxLiveFrames:
		return FieldErrors{"frame": FieldTooLong}
	case len(b.Taken) != len(b.Frames):
		return FieldErrors{"taken": FieldInvalid}
	case slices.ContainsFunc(b.Frames, func(u Upload) bool { return len(u.JPEG) == 0 }):
		return FieldErrors{"frame": FieldInvalid}
	default:
		return nil
	}
}

// ref names the frames of the batch.
func (b LiveBatch) ref() string {
	digests := make([]string, len(b.Frames))
	for i, frame := range b.Frames {
		digests[i] = frame.Digest
	}
	return refOf(digests)
}

// answered reports whether the batch is the one that was taken last.
func (s LiveSession) answered(b LiveBatch) bool {
	return b.Nonce != "" && b.Nonce == s.Nonce && b.Number == s.Batch-1 && b.ref() == s.Last
}

// A LiveView is what the page is told after a batch.
type LiveView struct {
	liveness.Prompt
	// Batch is the number of the next batch.
	Batch int
}
