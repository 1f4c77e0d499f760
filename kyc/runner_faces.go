package kyc

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
)

// maxSelfieRefusals is after how many photographs with faults one is accepted
// for a person to judge: a poor camera must not lock people out.
const maxSelfieRefusals = 4

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
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Selfie.Hints = nil
		if r.Settings.FaceHints {
			e.Data.Selfie.Hints = exam.Hints
		}
		return recordSelfie(e, now, exam, err)
	})
}

func recordSelfie(e *Enrollment, now time.Time, exam faces.Examination, fault error) error {
	check := Check{Name: CheckSelfiePhoto, Outcome: Passed, At: now}
	advice := selfieAdvice(exam, fault)
	switch advice {
	case "":
	case faces.AdviceNoFace:
		check.Reasons = []Reason{ReasonNoFace}
	case faces.AdviceOnePerson:
		check.Reasons = []Reason{ReasonSeveralFaces}
	default:
		check.Reasons = []Reason{ReasonSelfieQuality}
	}
	if advice != "" {
		if len(e.Data.Selfie.Seen) < maxSelfieRefusals {
			e.Data.Notice = selfieNotices[advice]
			return e.Apply(RefuseSelfie, now)
		}
		check.Outcome = Referred
	}
	e.Data.Checks = setCheck(e.Data.Checks, check)
	return e.Apply(AcceptSelfie, now)
}

// selfieNotices are what the page says when a photograph was refused, by what
// is to be mended. They are apart from the notices of documents, where to come
// closer means something else.
var selfieNotices = map[faces.Advice]string{
	faces.AdviceNoFace: faces.NoFace, faces.AdviceOnePerson: faces.SeveralFaces, faces.AdviceWhole: "cut_off",
	faces.AdviceCloser: faces.FaultTooSmall, faces.AdviceFarther: "too_near", faces.AdviceMoreLight: faces.FaultTooDark,
	faces.AdviceLessLight: faces.FaultTooBright, faces.AdviceEvenLight: "uneven_light", faces.AdviceSteady: faces.FaultBlurred,
	faces.AdviceUncover: "covered", faces.AdviceStraight: faces.FaultTurned, faces.AdviceUpright: faces.FaultTilted,
	faces.AdviceEyes: "eyes_closed", faces.AdviceMouth: "mouth_open",
}

// SelfieNotices returns every notice about a photograph of the applicant, for
// whoever puts them into words.
func SelfieNotices() []string { return slices.Sorted(maps.Values(selfieNotices)) }

// selfieAdvice is the one thing to mend, or "". An engine that finds no face
// says so by an error or by an examination without one.
func selfieAdvice(exam faces.Examination, err error) faces.Advice {
	if errors.Is(err, &faces.Error{Code: faces.SeveralFaces}) {
		return faces.AdviceOnePerson
	}
	if isFaceError(err) {
		return faces.AdviceNoFace
	}
	advice, _ := exam.Advice()
	return advice
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
	return r.examineFace(ctx, photo)
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
