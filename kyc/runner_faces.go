package kyc

import (
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/ocr"
)

const (
	// maxSelfieRefusals is after how many photographs with faults one is
	// accepted for a person to judge: a poor camera must not lock people out.
	maxSelfieRefusals = 4
	// minFaceFrames is in how many frames the one face must be seen.
	minFaceFrames = 3
	// minWordScore is the least agreement of written and shown words.
	minWordScore = 0.8
)

// checkSelfie looks for one usable face on the applicant's photograph.
func (r *Runner) checkSelfie(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	exam, err := r.examine(ctx, e.ID, e.Data.Selfie.Photo)
	switch {
	case unavailable(err):
		return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
			return selfieUnavailable(e, now, ReasonModelsMissing)
		})
	case err != nil && !isFaceError(err):
		return err
	}
	if err == nil {
		_, err = exam.Sole()
	}
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		return recordSelfie(e, now, exam, err)
	})
}

func recordSelfie(e *Enrollment, now time.Time, exam faces.Examination, fault error) error {
	check := Check{Name: CheckSelfiePhoto, Outcome: Passed, At: now}
	notice := ""
	var noFace *faces.Error
	if errors.As(fault, &noFace) {
		notice = noFace.Code
		check.Reasons = []Reason{ReasonNoFace}
	} else if faults := exam.Quality.Faults(); len(faults) > 0 {
		notice = faults[0]
		check.Reasons = []Reason{ReasonSelfieQuality}
	}
	if notice != "" {
		if len(e.Data.Selfie.Seen) < maxSelfieRefusals {
			e.Data.Notice = notice
			return e.Apply(RefuseSelfie, now)
		}
		check.Outcome = Referred
	}
	e.Data.Checks = setCheck(e.Data.Checks, check)
	return e.Apply(AcceptSelfie, now)
}

func selfieUnavailable(e *Enrollment, now time.Time, why Reason) error {
	e.Data.Checks = setCheck(e.Data.Checks, Check{Name: CheckSelfiePhoto, Outcome: Referred, Reasons: []Reason{why}, At: now})
	return e.Apply(AcceptSelfie, now)
}

func isFaceError(err error) bool {
	var face *faces.Error
	return errors.As(err, &face)
}

func (r *Runner) examine(ctx context.Context, id, name string) (faces.Examination, error) {
	photo, err := r.Photos.Evidence(ctx, id, name)
	if err != nil {
		return faces.Examination{}, err
	}
	return r.Faces.ExamineFace(ctx, photo)
}

// A film is what the frames of a live session show.
type film struct {
	live      faces.Template // mean of the frames with one good face
	frames    int            // frames with one face
	several   bool           // a frame showed several faces
	bonaFide  float64        // mean; negative where it was not computed
	steadiest float64        // lowest score between the mean and a frame
	words     []string
}

// compareFaces compares live face, photograph and document portrait in pairs
// and reads the words (E4, E5).
func (r *Runner) compareFaces(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	f, err := r.watch(ctx, e)
	var selfie, portrait faces.Template
	if err == nil {
		selfie, err = r.template(ctx, e.ID, e.Data.Selfie.Photo)
	}
	if err == nil {
		portrait, err = r.template(ctx, e.ID, e.Data.Document.Portrait)
	}
	if unavailable(err) {
		return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
			return comparisonUnavailable(e, now, ReasonModelsMissing)
		})
	}
	if err != nil {
		return err
	}
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Live.Read = f.words
		wordScore := ocr.ScoreWords(e.Data.Live.Words, f.words)
		if notice := f.fault(wordScore); notice != "" && e.Data.Live.Tries < maxLiveTries {
			e.Data.Notice = notice
			e.Data.Live.Nonce = "" // the next session gets new words
			return e.Apply(RepeatLive, now)
		}
		for _, c := range r.faceChecks(f, selfie, portrait, wordScore, now) {
			e.Data.Checks = setCheck(e.Data.Checks, c)
		}
		return e.Apply(Compare, now)
	})
}

// template returns the template of the largest face, or nil where the
// photograph is missing or shows none.
func (r *Runner) template(ctx context.Context, id, name string) (faces.Template, error) {
	if name == "" {
		return nil, nil
	}
	exam, err := r.examine(ctx, id, name)
	if isFaceError(err) {
		return nil, nil
	}
	return exam.Template, err
}

func (r *Runner) watch(ctx context.Context, e *Enrollment) (film, error) {
	f := film{bonaFide: -1, steadiest: 1}
	var templates []faces.Template
	var scores []float64
	for _, name := range e.Data.Live.Frames {
		frame, err := r.Photos.Evidence(ctx, e.ID, name)
		if err != nil {
			return film{}, err
		}
		exam, err := r.Faces.ExamineFace(ctx, frame)
		if err != nil && !isFaceError(err) {
			return film{}, err
		}
		if err == nil {
			_, err = exam.Sole()
		}
		if err != nil {
			f.several = f.several || errors.Is(err, &faces.Error{Code: faces.SeveralFaces})
			continue
		}
		f.frames++
		templates = append(templates, exam.Template)
		if exam.BonaFide >= 0 {
			scores = append(scores, exam.BonaFide)
		}
		if ocr.ScoreWords(e.Data.Live.Words, f.words) < 1 {
			words, err := r.Words.ReadWords(ctx, frame)
			if err != nil {
				return film{}, err
			}
			f.words = bestWords(e.Data.Live.Words, f.words, words)
		}
	}
	f.live = faces.MeanTemplate(templates)
	for _, m := range templates {
		f.steadiest = min(f.steadiest, r.Thresholds.Face.Compare(f.live, m).Score)
	}
	if len(scores) > 0 {
		f.bonaFide = mean(scores)
	}
	return f, nil
}

// bestWords keeps the reading that agrees best: one frame must show all words,
// so that words held up one after another by different people do not add up.
func bestWords(want, a, b []string) []string {
	if ocr.ScoreWords(want, b) > ocr.ScoreWords(want, a) {
		return b
	}
	return a
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// fault says what the applicant should do better in another session.
func (f film) fault(wordScore float64) string {
	switch {
	case f.several:
		return faces.SeveralFaces
	case f.frames < minFaceFrames:
		return faces.NoFace
	case wordScore < minWordScore:
		return string(ReasonWords)
	default:
		return ""
	}
}

// faceChecks applies requirements E5: all pairs at least worth referring, and
// document against live the same. Selfie and live are two good photographs of
// one evening, so a difference there is certain; a printed portrait is small
// and grey, so a difference there is for a person to judge.
func (r *Runner) faceChecks(f film, selfie, portrait faces.Template, wordScore float64, now time.Time) []Check {
	t := r.Thresholds.Face
	checks := []Check{
		pair(CheckDocumentLive, t, portrait, f.live, map[faces.Decision]Outcome{faces.Same: Passed, faces.Refer: Referred, faces.Different: Referred}),
		pair(CheckDocumentSelf, t, portrait, selfie, map[faces.Decision]Outcome{faces.Same: Passed, faces.Refer: Passed, faces.Different: Referred}),
		pair(CheckSelfieLive, t, selfie, f.live, map[faces.Decision]Outcome{faces.Same: Passed, faces.Refer: Passed, faces.Different: Failed}),
		f.presentation(r.Thresholds),
		{Name: CheckWords, Outcome: Passed, Score: wordScore},
	}
	if wordScore < minWordScore {
		checks[4].Outcome, checks[4].Reasons = Referred, []Reason{ReasonWords}
	}
	for i := range checks {
		checks[i].At = now
	}
	return checks
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

// presentation judges whether a person or a picture was before the camera, and
// whether it was one person all the time.
func (f film) presentation(t Thresholds) Check {
	check := Check{Name: CheckPresentation, Outcome: Passed, Score: f.bonaFide}
	switch {
	case f.several:
		check.Reasons = []Reason{ReasonSeveralFaces}
	case f.frames < minFaceFrames:
		check.Reasons = []Reason{ReasonNoFace}
	case len(t.Face) == 0 || f.steadiest < t.Face[0].Thresholds.Same:
		check.Reasons = []Reason{ReasonFaceUncertain}
	case f.bonaFide < t.BonaFide:
		check.Reasons = []Reason{ReasonPresentation}
	}
	if len(check.Reasons) > 0 {
		check.Outcome = Referred
	}
	return check
}

func comparisonUnavailable(e *Enrollment, now time.Time, why Reason) error {
	names := []CheckName{CheckDocumentLive, CheckDocumentSelf, CheckSelfieLive, CheckPresentation, CheckWords}
	for _, name := range names {
		e.Data.Checks = setCheck(e.Data.Checks, Check{Name: name, Outcome: Referred, Reasons: []Reason{why}, At: now})
	}
	return e.Apply(Compare, now)
}
