package kyc

import (
	"context"
	"errors"
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
	notice := selfieFault(exam, fault)
	switch notice {
	case "":
	case faces.NoFace, faces.SeveralFaces:
		check.Reasons = []Reason{ReasonNoFace}
	default:
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

// selfieFault is the one thing to mend, or "".
func selfieFault(exam faces.Examination, fault error) string {
	var noFace *faces.Error
	if !errors.As(fault, &noFace) {
		_, fault = exam.Sole()
	}
	if errors.As(fault, &noFace) {
		return noFace.Code
	}
	if faults := exam.Quality.Faults(); len(faults) > 0 {
		return faults[0]
	}
	return ""
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
