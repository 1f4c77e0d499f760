package kyc

import (
	"context"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/ocr"
)

// WatchLive examines a batch of frames, judges the session by them and says
// what to do next. A batch that came before is answered with the present state
// and changes nothing.
func (f *Flow) WatchLive(ctx context.Context, id string, b LiveBatch) (LiveView, error) {
	if len(b.Frames) == 0 || len(b.Frames) > MaxLiveFrames || len(b.Taken) != len(b.Frames) {
		return LiveView{}, FieldErrors{"frame": FieldInvalid}
	}
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return LiveView{}, err
	}
	now := f.Clock()
	if err := mayRecord(e, now, b.Nonce, nil); err != nil {
		return LiveView{}, err
	}
	s := e.Data.Live
	if b.Number == s.Batch-1 && s.Last == batchRef(b) {
		return f.view(s, now), nil
	}
	if b.Number != s.Batch {
		return LiveView{}, ErrConflict
	}
	if err := f.observe(ctx, &s, b, now); err != nil {
		return LiveView{}, err
	}
	err = f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := mayRecord(e, now, b.Nonce, nil); err != nil {
			return err
		}
		if e.Data.Live.Batch != b.Number {
			return ErrConflict
		}
		e.Data.Live = s
		e.Data.Notice = ""
		if s.Track.End == "" {
			return nil
		}
		return e.Apply(RecordLive, now, Effect{Kind: CompareFaces, EnrollmentID: e.ID, Ref: s.Nonce})
	})
	return f.view(s, now), err
}

// observe examines the frames of a batch in their order.
func (f *Flow) observe(ctx context.Context, s *LiveSession, b LiveBatch, now time.Time) error {
	arrived := now.Sub(s.OpenedAt)
	for i, frame := range b.Frames {
		exam, err := f.Faces.ExamineFace(ctx, frame.JPEG)
		if err != nil && !isFaceError(err) {
			return err
		}
		seen := liveness.NewFrame(exam, frame.Digest, b.Taken[i], arrived)
		if f.view(*s, now).Action == liveness.Words && len(exam.Faces) > 0 {
			words, err := f.Words.ReadWords(ctx, frame.JPEG)
			if err != nil {
				return err
			}
			s.Read = bestWords(s.Words, s.Read, words)
			seen.Words = ocr.ScoreWords(s.Words, words)
		}
		s.Track.Observe(seen, exam.Template, f.rules(*s))
	}
	s.Batch, s.Last = s.Batch+1, batchRef(b)
	return nil
}

func (f *Flow) rules(s LiveSession) liveness.Rules {
	return liveness.Rules{
		Matcher: f.Thresholds.Face, Words: minWordScore,
		Seen: func(digest string) bool { return slices.Contains(s.Seen, digest) },
	}
}

func (f *Flow) view(s LiveSession, now time.Time) LiveView {
	return LiveView{Prompt: s.Track.Prompt(now.Sub(s.OpenedAt), f.rules(s)), Batch: s.Batch}
}

// batchRef names the frames of a batch.
func batchRef(b LiveBatch) string {
	digests := make([]string, len(b.Frames))
	for i, frame := range b.Frames {
		digests[i] = frame.Digest
	}
	return refOf(digests)
}

// AdviseSelfie says what to mend before the photograph is taken, or "" where
// nothing is. It keeps nothing.
func (f *Flow) AdviseSelfie(ctx context.Context, id string, photo []byte) (faces.Advice, error) {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return "", err
	}
	if err := mayTakeSelfie(e, Upload{}); err != nil {
		return "", err
	}
	exam, err := f.Faces.ExamineFace(ctx, photo)
	if err != nil && !isFaceError(err) {
		return "", err
	}
	if len(exam.Faces) == 0 {
		return faces.AdviceNoFace, nil
	}
	return "", nil
}
