package kyc

import (
	"context"
	"slices"
	"time"
)

// Limits of the pictures kept of one session. A reviewer reads a strip of two
// dozen; a whole film would be more of a person than anyone needs.
const (
	maxLivePhotos = 24
	// maxLiveCourse are those of the course of the session; the others are left
	// for what proves an action and for the end.
	maxLiveCourse = 14
	// maxLiveWords more are for those that show words: a head that turns ever
	// further must not fill the strip before them.
	maxLiveWords = 6
	liveCadence  = time.Second
)

// keepLive stores the pictures of a batch that are worth it, before the state
// names them. taken is how many of its glimpses the track took.
func (f *Flow) keepLive(ctx context.Context, id string, s *LiveSession, glimpses []glimpse, taken int, now time.Time) error {
	proofs := s.proofs()
	best := s.bestScore(glimpses[:taken])
	course := s.course(glimpses[:taken], now)
	for i, g := range glimpses[:taken] {
		last := s.Track.End != "" && i == taken-1
		worth := last || i == best || i == course || proofs[g.Digest]
		room := maxLivePhotos - 1
		if g.words > 0 {
			room += maxLiveWords
		}
		if !worth || g.skipped || !last && len(s.Frames) >= room {
			continue
		}
		if err := f.keepFrame(ctx, id, s, g.Upload, now); err != nil {
			return err
		}
	}
	return nil
}

// proofs are the digests of the frames that prove an action.
func (s *LiveSession) proofs() map[string]bool {
	proofs := map[string]bool{}
	for _, step := range s.Track.Steps {
		for _, i := range step.Proof {
			if i >= 0 && i < len(s.Track.Frames) {
				proofs[s.Track.Frames[i].Digest] = true
			}
		}
	}
	return proofs
}

// bestScore is the glimpse that shows the words better than any frame before
// it, or -1: the picture for a reviewer to read where the engine could not.
func (s *LiveSession) bestScore(glimpses []glimpse) int {
	before := 0.0
	for _, frame := range s.Track.Frames {
		if frame.Photo != "" {
			before = max(before, frame.Words)
		}
	}
	for i, g := range glimpses {
		if g.words > before {
			return i
		}
	}
	return -1
}

// course is the newest glimpse with a face where one is due, or -1. They are
// due every second at first and ever more rarely, so that the strip covers
// short sessions and long ones.
func (s *LiveSession) course(glimpses []glimpse, now time.Time) int {
	if !s.due(now) {
		return -1
	}
	for i, g := range slices.Backward(glimpses) {
		if len(g.exam.Faces) > 0 {
			return i
		}
	}
	return -1
}

func (s *LiveSession) due(now time.Time) bool {
	n := len(s.Frames)
	return n == 0 || n < maxLiveCourse && s.since(now)-s.KeptAt >= liveCadence*time.Duration(1+n/4)
}

// keepUnjudged keeps the newest frame of a batch of a session that only a
// person can judge, and ends it when they have enough to see.
func (f *Flow) keepUnjudged(ctx context.Context, id string, s *LiveSession, b LiveBatch, now time.Time) error {
	if s.due(now) {
		if err := f.keepFrame(ctx, id, s, b.Frames[len(b.Frames)-1], now); err != nil {
			return err
		}
	}
	if now.Sub(s.BeganAt) >= unjudgedFilm && len(s.Frames) >= minUnjudged {
		s.Track.End, s.Track.Ended = Unjudged, s.since(now)
	}
	return nil
}

func (f *Flow) keepFrame(ctx context.Context, id string, s *LiveSession, frame Upload, now time.Time) error {
	names, err := f.keep(ctx, id, "live", []Upload{frame})
	if err != nil {
		return err
	}
	s.Frames, s.KeptAt = append(s.Frames, names[0]), s.since(now)
	for i := range s.Track.Frames {
		if s.Track.Frames[i].Digest == frame.Digest {
			s.Track.Frames[i].Photo = names[0]
		}
	}
	return nil
}
