package kyc

import (
	"log/slog"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
)

// MaxLiveFrames is how many frames one batch of a camera session may hold.
const MaxLiveFrames = 6

// A LiveSession is one camera session, bound to its nonce, its words and its
// script of actions, and what remains of those before it.
type LiveSession struct {
	Nonce     string    `json:"nonce,omitempty"`
	Words     []string  `json:"words,omitempty"`
	OpenedAt  time.Time `json:"opened_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// Tries counts the sessions in which filming began. Opening a page is no
	// try: nobody learns an action before the first frame.
	Tries int `json:"tries,omitempty"`
	// Batch is the number of the next batch of frames, Last names the one
	// before it, so that a repeated request is told from another film.
	Batch int    `json:"batch,omitempty"`
	Last  string `json:"last,omitempty"`
	// Track is what the frames showed.
	Track liveness.Session `json:"track"`
	// Past is how the earlier sessions of the enrollment ended.
	Past []liveness.End `json:"past,omitempty"`
	// Frames are the names of the pictures that were kept.
	Frames []string `json:"frames,omitempty"`
	// Seen are the digests of the frames of all sessions that ended, so that a
	// film is not played twice.
	Seen []string `json:"seen,omitempty"`
	Read []string `json:"read,omitempty"` // words that the engine read
	// Posted counts the frames that came, Skipped those of them that the engine
	// failed on.
	Posted  int `json:"posted,omitempty"`
	Skipped int `json:"skipped,omitempty"`
	// Unjudged says why the engines cannot judge this session, so that its
	// pictures wait for a person; empty where they can.
	Unjudged Reason `json:"unjudged,omitempty"`
}

// LogValue keeps personal data out of the logs.
func (LiveSession) LogValue() slog.Value { return slog.StringValue("[live session]") }

// String keeps personal data out of formatted text.
func (LiveSession) String() string { return "[live session]" }

// GoString keeps personal data out of %#v.
func (LiveSession) GoString() string { return "[live session]" }

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

// A LiveView is what the page is told after a batch.
type LiveView struct {
	liveness.Prompt
	// Batch is the number of the next batch.
	Batch int
}
