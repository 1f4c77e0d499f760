package kyc

import (
	"context"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/ocr"
)

const (
	// wordsEvery is how often words are looked for: reading is the dearest part
	// of the step, and nobody holds a sheet up for less.
	wordsEvery = 700 * time.Millisecond
	// liveWork bounds the engines' work on one batch. Frames that would come
	// later are skipped.
	liveWork = 15 * time.Second
	// unjudgedFilm is how long a session is filmed that only a person can judge,
	// and minUnjudged how many pictures of it they get.
	unjudgedFilm = 10 * time.Second
	minUnjudged  = 4
)

// A glimpse is one frame of a batch on its way into the track.
type glimpse struct {
	Upload
	taken time.Duration
	exam  faces.Examination
	words float64 // -1 where none were looked for
	// skipped says that the engine failed on it: it is as if it was never sent.
	skipped bool
}

// watch brings a session on by a batch and keeps the pictures that are worth
// it. It works outside any transaction.
func (f *Flow) watch(ctx context.Context, id string, s *LiveSession, b LiveBatch, now time.Time) error {
	if s.Batch == 0 {
		s.BeganAt, s.Tries = now, s.Tries+1
	}
	s.Batch, s.Last, s.Posted = s.Batch+1, b.ref(), s.Posted+len(b.Frames)
	if s.Track.Tick(s.since(now)); s.Track.End != "" {
		return nil
	}
	seen := s.digests()
	glimpses := f.look(ctx, s, b, seen, now)
	if s.Missing != "" {
		return f.keepUnjudged(ctx, id, s, b, now)
	}
	taken := f.judge(s, glimpses, seen, now)
	s.Track.Told(s.since(f.Clock()))
	return f.keepLive(ctx, id, s, glimpses, taken, now)
}

// look has the engines work on a batch for as long as they may. What they did
// in that time is still to be saved after it.
func (f *Flow) look(ctx context.Context, s *LiveSession, b LiveBatch, seen map[string]bool, now time.Time) []glimpse {
	ctx, cancel := context.WithTimeout(ctx, liveWork)
	defer cancel()
	glimpses := f.examineBatch(ctx, s, b, seen)
	if s.Missing == "" {
		f.readWords(ctx, s, glimpses, now)
	}
	return glimpses
}

// digests are those of all frames of the enrollment that were judged before.
func (s *LiveSession) digests() map[string]bool {
	seen := make(map[string]bool, len(s.Seen))
	for _, digest := range s.Seen {
		seen[digest] = true
	}
	return seen
}

// examineBatch examines what was not seen before: the track needs no measures
// of bytes that come again.
func (f *Flow) examineBatch(ctx context.Context, s *LiveSession, b LiveBatch, seen map[string]bool) []glimpse {
	glimpses := make([]glimpse, len(b.Frames))
	for i, frame := range b.Frames {
		glimpses[i] = glimpse{Upload: frame, taken: b.Taken[i], words: -1}
		if s.Missing != "" || seen[frame.Digest] {
			continue
		}
		exam, err := f.examineFace(ctx, frame.JPEG)
		switch {
		case unavailable(err):
			s.Missing = ReasonModelsMissing
		case err != nil && !isFaceError(err):
			// A crash or a timeout. The frame is lost, not the session; a gap
			// that somebody makes on purpose is a cut in the track.
			glimpses[i].skipped = true
			s.Skipped++
		default:
			glimpses[i].exam = exam
		}
	}
	return glimpses
}

// examineFace asks the engine; a service without one is one without models.
func (f *Flow) examineFace(ctx context.Context, photo []byte) (faces.Examination, error) {
	if f.Faces == nil {
		return faces.Examination{}, &faces.UnavailableError{}
	}
	return f.Faces.ExamineFace(ctx, photo)
}

// readWords looks for the words on one frame of the batch, if they were asked
// for before it was filmed.
func (f *Flow) readWords(ctx context.Context, s *LiveSession, glimpses []glimpse, now time.Time) {
	if f.view(*s, now).Action != liveness.Words || s.since(now)-s.wordsSought() < wordsEvery {
		return
	}
	i := legible(glimpses)
	if i < 0 {
		return
	}
	words, err := f.wordsOn(ctx, glimpses[i].JPEG)
	switch {
	case unavailable(err):
		s.Missing = ReasonModelsMissing
	case err == nil:
		glimpses[i].words = ocr.ScoreWords(s.Words, words)
		s.Read = bestWords(s.Words, s.Read, words)
	}
}

// wordsOn asks the engine; a service without one is one without models.
func (f *Flow) wordsOn(ctx context.Context, photo []byte) ([]string, error) {
	if f.Words == nil {
		return nil, &ocr.UnavailableError{}
	}
	return f.Words.ReadWords(ctx, photo)
}

// wordsSought is when words were last looked for.
func (s *LiveSession) wordsSought() time.Duration {
	for _, frame := range slices.Backward(s.Track.Frames) {
		if frame.Words >= 0 {
			return frame.Arrived
		}
	}
	return -wordsEvery
}

// legible returns the frame to read from: the newest sharp one with one face,
// or the newest with one face, or -1. A sheet without a face proves nothing.
func legible(glimpses []glimpse) int {
	newest := -1
	for i, g := range slices.Backward(glimpses) {
		if _, err := g.exam.Sole(); err != nil {
			continue
		}
		if newest < 0 {
			newest = i
		}
		if !slices.Contains(g.exam.Quality.Faults(), faces.FaultBlurred) {
			return i
		}
	}
	return newest
}

// bestWords keeps the reading that agrees best: one frame must show all words,
// so that words held up one after another by different people do not add up.
func bestWords(want, a, b []string) []string {
	if ocr.ScoreWords(want, b) > ocr.ScoreWords(want, a) {
		return b
	}
	return a
}

// judge adds the glimpses to the track and returns how many it took, the last
// of which may have ended it. A track forgets its oldest frames, so their
// digests are remembered beside it.
func (f *Flow) judge(s *LiveSession, glimpses []glimpse, seen map[string]bool, now time.Time) int {
	for i, g := range glimpses {
		if g.skipped {
			continue
		}
		frame := liveness.NewFrame(g.exam, g.Digest, g.taken, s.since(now))
		frame.Words = g.words
		s.Track.Observe(frame, g.exam.Template, f.rules(seen))
		if s.Track.End != "" {
			return i + 1
		}
		if !seen[g.Digest] && len(g.exam.Faces) > 0 {
			seen[g.Digest] = true
			s.Seen = append(s.Seen, g.Digest)
		}
	}
	return len(glimpses)
}

func (f *Flow) rules(seen map[string]bool) liveness.Rules {
	return liveness.Rules{
		Matcher: f.Thresholds.Face, Words: ocr.MinWordScore,
		Seen: func(digest string) bool { return seen[digest] },
	}
}
