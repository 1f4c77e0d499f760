package kyc

import (
	"context"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/ocr"
)

// compareFaces settles a camera session that is over: another one, a person's
// eyes, or the comparison of live face, photograph and portrait (E4, E5).
func (r *Runner) compareFaces(ctx context.Context, effect Effect) error {
	if err := r.rememberSuspect(ctx, effect); err != nil {
		return err
	}
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	if err := r.deleteStale(ctx, e); err != nil {
		return err
	}
	settle := func(change func(e *Enrollment, now time.Time) error) error {
		return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
			e.Data.Live.Stale = nil
			return change(e, now)
		})
	}
	s := e.Data.Live
	if why := s.unjudged(); why != "" {
		return settle(func(e *Enrollment, now time.Time) error { return comparisonUnavailable(e, now, why) })
	}
	if s.Track.End != liveness.Done && !s.spent() {
		return settle(repeatLive)
	}
	checks, err := r.faceChecks(ctx, e)
	if unavailable(err) {
		return settle(func(e *Enrollment, now time.Time) error { return comparisonUnavailable(e, now, ReasonModelsMissing) })
	}
	if err != nil {
		return err
	}
	return settle(func(e *Enrollment, now time.Time) error {
		for _, c := range checks {
			c.At = now
			e.Data.Checks = setCheck(e.Data.Checks, c)
		}
		e.Data.Live.forget()
		return e.Apply(Compare, now)
	})
}

// deleteStale deletes the pictures of sessions that ended by a mishap, but not
// those that came again in one that counts. No frame arrives meanwhile.
func (r *Runner) deleteStale(ctx context.Context, e *Enrollment) error {
	kept := e.Data.photos()
	stale := slices.DeleteFunc(slices.Clone(e.Data.Live.Stale), func(name string) bool { return slices.Contains(kept, name) })
	return r.Photos.DeleteEvidence(ctx, e.ID, stale...)
}

// unjudged says why a session could not be judged: not for what it showed, but
// for want of models or because the engine failed on most of it.
func (s LiveSession) unjudged() Reason {
	switch {
	case s.Missing != "":
		return s.Missing
	case s.Track.End != liveness.Done && 2*s.Skipped > s.Posted:
		return ReasonEngineFailed
	default:
		return ""
	}
}

// repeatLive asks for another session and says why.
func repeatLive(e *Enrollment, now time.Time) error {
	e.Data.Notice = string(e.Data.Live.Track.End)
	if e.Data.Notice == "" { // never judged: recorded before there were tracks
		e.Data.Notice = ErrLiveExpired.code
	}
	e.Data.Live.retire()
	return e.Apply(RepeatLive, now)
}

// faceChecks applies requirements E5: all pairs at least worth referring, and
// document against live the same. Selfie and live are two good photographs of
// one evening, so a difference there is certain, if the session was done: else
// nobody knows whose face the track ends with. A printed portrait is small and
// grey, so a difference there is for a person to judge.
func (r *Runner) faceChecks(ctx context.Context, e *Enrollment) ([]Check, error) {
	selfie, err := r.template(ctx, e.ID, e.Data.Selfie.Photo)
	if err != nil {
		return nil, err
	}
	portrait, err := r.template(ctx, e.ID, e.Data.Document.Portrait)
	if err != nil {
		return nil, err
	}
	s := e.Data.Live
	live := faces.MeanTemplate(s.Track.Best)
	stranger := Failed
	if s.Track.End != liveness.Done {
		stranger = Referred
	}
	t := r.Thresholds
	duplicate, err := r.findDuplicates(ctx, e, live)
	return []Check{
		pair(CheckDocumentLive, t.Face, portrait, live, map[faces.Decision]Outcome{faces.Same: Passed, faces.Refer: Referred, faces.Different: Referred}),
		pair(CheckDocumentSelf, t.Face, portrait, selfie, map[faces.Decision]Outcome{faces.Same: Passed, faces.Refer: Passed, faces.Different: Referred}),
		pair(CheckSelfieLive, t.Face, selfie, live, map[faces.Decision]Outcome{faces.Same: Passed, faces.Refer: Passed, faces.Different: stranger}),
		presentationCheck(s, t),
		wordsCheck(s),
		duplicate,
	}, err
}

func pair(name CheckName, t faces.Matcher, a, b faces.Template, outcomes map[faces.Decision]Outcome) Check {
	if len(a) == 0 || len(b) == 0 {
		return Check{Name: name, Outcome: Referred, Reasons: []Reason{ReasonNoFace}}
	}
	c := t.Compare(a, b)
	check := Check{Name: name, Outcome: outcomes[c.Decision], Face: &c}
	if check.Outcome != Passed {
		check.Reasons = []Reason{ReasonFaceUncertain}
		if c.Decision == faces.Different {
			check.Reasons = []Reason{ReasonFaceDifferent}
		}
	}
	return check
}

// wordsCheck asks for a frame of the track with face and words (E4).
func wordsCheck(s LiveSession) Check {
	check := Check{Name: CheckWords, Outcome: Passed, Threshold: ocr.MinWordScore}
	for _, frame := range s.Track.Frames {
		check.Score = max(check.Score, frame.Words)
	}
	if check.Score < ocr.MinWordScore {
		check.Outcome, check.Reasons = Referred, []Reason{ReasonWords}
	}
	return check
}

// presentationCheck judges whether a living person was before the camera. A
// sign of an attack in any session of the enrollment stays: who was caught
// replaying a film does not become trustworthy by trying again.
func presentationCheck(s LiveSession, t Thresholds) Check {
	p := s.presentation(t.Face)
	check := Check{Name: CheckPresentation, Outcome: Passed, Score: p.BonaFide, Threshold: t.BonaFide, Presentation: &p, Reasons: s.suspicions()}
	if s.Track.End != liveness.Done {
		check.Reasons = append(check.Reasons, endReason(s.Track.End))
	}
	if p.Frames == 0 {
		check.Reasons = append(check.Reasons, ReasonNoFace)
	}
	// A bent print turns as a head does; what it never does is blink. Where the
	// engine cannot measure eyes another action took the blink's place.
	if !slices.Contains(s.Track.Script, liveness.Blink) {
		check.Reasons = append(check.Reasons, ReasonLiveNotDone)
	}
	if t.BonaFide <= 0 || p.BonaFide < t.BonaFide {
		check.Reasons = append(check.Reasons, ReasonPresentation)
	}
	if len(check.Reasons) > 0 {
		check.Outcome, check.Reasons = Referred, distinct(check.Reasons)
	}
	return check
}

// suspicions are the reasons of all ends that are signs of an attack.
func (s LiveSession) suspicions() []Reason {
	var reasons []Reason
	for _, end := range s.Ends() {
		if end.Suspect() {
			reasons = append(reasons, endReason(end))
		}
	}
	return reasons
}

// endReason tells why an end other than done leaves a case to a person.
func endReason(end liveness.End) Reason {
	switch end {
	case liveness.Replayed:
		return ReasonLiveReplayed
	case liveness.Still:
		return ReasonLiveStill
	case liveness.Changed:
		return ReasonLiveChanged
	case liveness.BadClock:
		return ReasonLiveClock
	case liveness.TwoFaces:
		return ReasonSeveralFaces
	default:
		if end.Suspect() {
			return ReasonPresentation
		}
		return ReasonLiveNotDone
	}
}

// maxPADYaw is how far a face may be turned for the detector to be asked: it
// was trained on faces that look ahead.
const maxPADYaw = 20

// presentation sums the track up. The detector is asked of the person's own
// face alone: somebody else's, shown alive before the actions or between them,
// must not lend a photograph its score.
func (s LiveSession) presentation(m faces.Matcher) Presentation {
	p := Presentation{Ends: s.Ends()}
	var bonaFide, moire, reflectance []float64
	for _, frame := range s.Track.Frames {
		if frame.Face.Score == 0 || frame.Several {
			continue
		}
		p.Frames++
		if max(frame.Quality.Yaw, -frame.Quality.Yaw) > maxPADYaw || !s.own(frame, m) {
			continue
		}
		bonaFide = append(bonaFide, frame.BonaFide)
		moire = append(moire, frame.Attack.Moire)
		reflectance = append(reflectance, frame.Attack.Reflectance)
	}
	p.BonaFide, p.Attack = computed(bonaFide), faces.AttackSigns{Moire: computed(moire), Reflectance: computed(reflectance)}
	return p
}

// own reports whether the frame shows the face that the track is about. Before
// the first action nobody knows whose it is going to be.
func (s LiveSession) own(frame liveness.Frame, m faces.Matcher) bool {
	return len(s.Track.Steps) == 0 || len(m) > 0 && m[0].Thresholds.Decide(frame.Identity) == faces.Same
}

// computed is the mean of the values that were computed, or -1 where most were
// not: a few good pictures speak for themselves only.
func computed(values []float64) float64 {
	all := len(values)
	values = slices.DeleteFunc(values, func(v float64) bool { return v < 0 })
	if len(values) == 0 || 2*len(values) < all {
		return -1
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func comparisonUnavailable(e *Enrollment, now time.Time, why Reason) error {
	names := []CheckName{CheckDocumentLive, CheckDocumentSelf, CheckSelfieLive, CheckPresentation, CheckWords, CheckDuplicate}
	for _, name := range names {
		check := Check{Name: name, Outcome: Referred, Reasons: []Reason{why}, At: now}
		if name == CheckPresentation {
			check.Reasons = distinct(append(check.Reasons, e.Data.Live.suspicions()...))
		}
		e.Data.Checks = setCheck(e.Data.Checks, check)
	}
	e.Data.Live.forget()
	return e.Apply(Compare, now)
}
