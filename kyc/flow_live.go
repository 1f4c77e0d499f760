package kyc

import (
	"context"
	"encoding/base64"
	"io"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/otp"
)

// livePerDay bounds how often words are drawn for one phone, over all its
// enrollments: nobody draws until the words of an old film come up.
const livePerDay = 20

// OpenLive starts a camera session with new random words and a new script, or
// returns the one that waits to be filmed. Words and script bind the film to
// this moment: one made before cannot show them.
//
// A session that was being filmed is over when its person opens another: else
// a reload would show the first actions of as many scripts as one likes. It
// stays counted; the last one goes to the comparison as it is, and then no
// session is returned but the state's TransitionError.
func (f *Flow) OpenLive(ctx context.Context, id string) (LiveSession, error) {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return LiveSession{}, err
	}
	if _, err := Next(e.State(), RecordLive); err != nil {
		return LiveSession{}, err
	}
	if s := e.Data.Live; s.waits(f.Clock()) {
		return s, nil
	}
	if err := f.take(ctx, "live:"+e.Data.Profile.Phone, otp.Window{N: livePerDay, Per: 24 * time.Hour}); err != nil {
		return LiveSession{}, err
	}
	drawn, err := f.drawLive(e.Data.Locale)
	if err != nil {
		return LiveSession{}, err
	}
	e, err = f.Enrollments.Update(ctx, id, func(e *Enrollment) error { return f.open(e, f.Clock(), drawn) })
	if err != nil {
		return LiveSession{}, err
	}
	if _, err := Next(e.State(), RecordLive); err != nil {
		return LiveSession{}, err
	}
	return e.Data.Live, nil
}

// drawLive draws what an attacker must not foresee: a nonce of 128 bits, the
// words and the order of the actions.
func (f *Flow) drawLive(locale string) (LiveSession, error) {
	var nonce [16]byte
	if _, err := io.ReadFull(f.random(), nonce[:]); err != nil {
		return LiveSession{}, err
	}
	words, err := f.randomWords(locale, liveWords)
	if err != nil {
		return LiveSession{}, err
	}
	script, err := liveness.NewScript(f.random())
	return LiveSession{Nonce: base64.RawURLEncoding.EncodeToString(nonce[:]), Words: words, Track: liveness.New(script)}, err
}

// open settles the session before and puts the drawn one in its place.
func (f *Flow) open(e *Enrollment, now time.Time, drawn LiveSession) error {
	if _, err := Next(e.State(), RecordLive); err != nil {
		return err
	}
	s := &e.Data.Live
	if s.waits(now) {
		return nil // another tab was faster
	}
	if s.Batch > 0 {
		s.abandon(now)
	}
	if s.spent() {
		return recordLive(e, now)
	}
	if s.Batch > 0 {
		e.Data.Notice = string(s.Track.End)
	}
	s.retire()
	s.Nonce, s.Words, s.Track = drawn.Nonce, drawn.Words, drawn.Track
	s.OpenedAt, s.ExpiresAt, s.OnScreen = now, now.Add(liveness.Lifetime), f.Settings.WordsOnScreen
	return nil
}

// recordLive hands a session that is over to the comparison.
func recordLive(e *Enrollment, now time.Time) error {
	return e.Apply(RecordLive, now, Effect{Kind: CompareFaces, EnrollmentID: e.ID, Ref: e.Data.Live.Nonce})
}

// MayRecord reports whether frames of this session would be taken now, so that
// an edge asks before it reads and decodes them.
func (f *Flow) MayRecord(ctx context.Context, id, nonce string) error {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	now := f.Clock()
	if err := mayFilm(e, nonce); err != nil {
		return err
	}
	if !now.Before(e.Data.Live.ExpiresAt) {
		return ErrLiveExpired
	}
	return e.Data.Live.pace(now)
}

// mayFilm asks for the present session of an enrollment that is at this step.
func mayFilm(e *Enrollment, nonce string) error {
	if _, err := Next(e.State(), RecordLive); err != nil {
		return err
	}
	if nonce == "" || nonce != e.Data.Live.Nonce {
		return ErrLiveExpired
	}
	return nil
}

// WatchLive examines a batch of frames, judges the session by them and says
// what to do next. The batch that was taken last is answered with the present
// state and changes nothing, so that a page whose answer was lost sends it
// again; any other but the next is a conflict.
func (f *Flow) WatchLive(ctx context.Context, id string, b LiveBatch) (LiveView, error) {
	if err := b.fault(); err != nil {
		return LiveView{}, err
	}
	// The person's time stops when the frames arrive: a busy engine must not
	// use it up.
	now := f.Clock()
	done, err := f.turns.take(ctx, id)
	if err != nil {
		return LiveView{}, err
	}
	defer done()
	// A page that gives the request up sends the same batch again, and finds
	// it done. Stopping an engine in the middle of a frame would cost more.
	ctx = context.WithoutCancel(ctx)
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return LiveView{}, err
	}
	s := e.Data.Live
	if s.answered(b) {
		return f.view(s, f.Clock()), nil
	}
	if err := mayTake(e, now, b); err != nil {
		return LiveView{}, err
	}
	if err := f.watch(ctx, id, &s, b, now); err != nil {
		return LiveView{}, err
	}
	e, err = f.Enrollments.Update(ctx, id, func(e *Enrollment) error {
		if e.Data.Live.answered(b) {
			return nil // another server was faster with the same batch
		}
		if err := mayTake(e, now, b); err != nil {
			return err
		}
		e.Data.Live, e.Data.Notice = s, ""
		if s.Track.End == "" {
			return nil
		}
		return recordLive(e, now)
	})
	if err != nil {
		return LiveView{}, err
	}
	return f.view(e.Data.Live, f.Clock()), nil
}

// mayTake asks for the next batch of the present session. A session that ran
// out while it was filmed takes one more, which settles it.
func mayTake(e *Enrollment, now time.Time, b LiveBatch) error {
	if err := mayFilm(e, b.Nonce); err != nil {
		return err
	}
	s := e.Data.Live
	switch {
	case s.Batch == 0 && !now.Before(s.ExpiresAt):
		return ErrLiveExpired
	case b.Number != s.Batch:
		return ErrConflict
	default:
		return s.pace(now)
	}
}

// view is what the page is told of a session. One that cannot be judged asks
// for all that a reviewer can judge by eye: face and words in one picture.
func (f *Flow) view(s LiveSession, now time.Time) LiveView {
	if s.Missing == "" {
		return LiveView{Prompt: s.Track.Prompt(s.since(now)), Batch: s.Batch}
	}
	left := max(0, unjudgedFilm-now.Sub(s.BeganAt))
	return LiveView{Prompt: liveness.Prompt{Action: liveness.Words, Steps: 1, Left: left, End: s.Track.End}, Batch: s.Batch}
}
