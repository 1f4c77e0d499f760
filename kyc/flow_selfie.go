package kyc

import (
	"context"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/otp"
)

const maxSelfieTries = 10

// SubmitSelfie keeps the applicant's photograph and has it examined.
func (f *Flow) SubmitSelfie(ctx context.Context, id string, photo Upload) error {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := mayTakeSelfie(e, photo); err != nil {
		return err
	}
	names, err := f.keep(ctx, id, "selfie", []Upload{photo})
	if err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := mayTakeSelfie(e, photo); err != nil {
			return err
		}
		e.Data.Selfie.Photo = names[0]
		e.Data.Selfie.Seen = append(e.Data.Selfie.Seen, photo.Digest)
		e.Data.Notice = ""
		return e.Apply(TakeSelfie, now, Effect{Kind: CheckSelfie, EnrollmentID: e.ID, Ref: names[0]})
	})
}

func mayTakeSelfie(e *Enrollment, photo Upload) error {
	if _, err := Next(e.State(), TakeSelfie); err != nil {
		return err
	}
	if len(e.Data.Selfie.Seen) >= maxSelfieTries {
		return ErrTooManyTries
	}
	if slices.Contains(e.Data.Document.Seen, photo.Digest) {
		return ErrSameImage // the document's photograph is not a photograph of the person
	}
	return notSeen(e.Data.Selfie.Seen, []Upload{photo})
}

// advicePace is how often a page asks what to mend; advising costs as much as
// checking, so it is bounded too.
func advicePace() []otp.Window {
	return []otp.Window{{N: 3, Per: time.Second}, {N: 300, Per: 30 * time.Minute}}
}

// AdviseSelfie says the one thing to mend before the photograph is taken, or ""
// where nothing is. It keeps nothing of the photograph, and without an engine
// it has no advice: the photograph itself is looked at in any case.
func (f *Flow) AdviseSelfie(ctx context.Context, id string, photo []byte) (faces.Advice, error) {
	done, err := f.turns.take(ctx, id)
	if err != nil {
		return "", err
	}
	defer done()
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return "", err
	}
	if err := mayTakeSelfie(e, Upload{}); err != nil {
		return "", err
	}
	if err := f.take(ctx, "advice:"+id, advicePace()...); err != nil {
		return "", err
	}
	exam, err := f.examineFace(context.WithoutCancel(ctx), photo)
	if unavailable(err) {
		return "", nil
	}
	if err != nil && !isFaceError(err) {
		return "", err
	}
	return selfieAdvice(exam, err), nil
}
