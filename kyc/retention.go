package kyc

import (
	"context"
	"errors"
	"time"
)

const (
	defaultRetention = 30 * 24 * time.Hour
	tidyAtOnce       = 1000
)

// Tidy enforces the retention period: an enrollment that nobody goes on with
// expires, and one that ended without an identity is erased. Cases that wait
// for a proofing agent wait for us, so they do not expire.
func (f *Flow) Tidy(ctx context.Context) error {
	keep := f.Settings.Retention
	if keep <= 0 {
		keep = defaultRetention
	}
	var errs []error
	for _, s := range states {
		_, mayExpire := transitions[s][Expire]
		switch {
		case s == InReview || s == Issued || s == Erasing: // erasure has an effect of its own
		case mayExpire:
			errs = append(errs, f.eachOlder(ctx, s, keep, f.expire))
		case s.Terminal():
			errs = append(errs, f.eachOlder(ctx, s, keep, f.erase))
		}
	}
	return errors.Join(errs...)
}

func (f *Flow) eachOlder(ctx context.Context, s State, keep time.Duration, do func(context.Context, string) error) error {
	old, err := f.Enrollments.List(ctx, s, tidyAtOnce)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range old {
		if f.Clock().Sub(e.UpdatedAt) > keep {
			errs = append(errs, do(ctx, e.ID))
		}
	}
	return errors.Join(errs...)
}

func (f *Flow) expire(ctx context.Context, id string) error {
	err := f.update(ctx, id, func(e *Enrollment, now time.Time) error { return e.Apply(Expire, now) })
	var moved *TransitionError
	if errors.As(err, &moved) || errors.Is(err, ErrNotFound) {
		return nil // its person came back, or another server was faster
	}
	return err
}

func (f *Flow) erase(ctx context.Context, id string) error {
	if err := f.Eraser.DestroySubject(ctx, id); err != nil {
		return err
	}
	return f.audit(ctx, "retention", "erase", id, "")
}
