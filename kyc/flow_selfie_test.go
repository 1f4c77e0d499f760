package kyc_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
)

// TestAdviseSelfie: advice is given at the selfie only, in moderation, and
// leaves nothing behind.
func TestAdviseSelfie(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	var wait *kyc.RateError
	_, err := b.flow.AdviseSelfie(t.Context(), id, []byte("ada"))
	var moved *kyc.TransitionError
	if !errors.As(err, &moved) {
		t.Errorf("AdviseSelfie at the live step = %v, want a TransitionError", err)
	}
	other := b.to(t, 2, kyc.Selfie)
	for photo, want := range map[string]faces.Advice{look{Who: "ada", Eyes: 1, Size: 1}.picture(t): "", look{}.picture(t): faces.AdviceNoFace} {
		got, err := b.flow.AdviseSelfie(t.Context(), other, []byte(photo))
		if err != nil || got != want {
			t.Errorf("AdviseSelfie(%s) = %q, %v, want %q", photo, got, err, want)
		}
	}
	for range 3 {
		_, err = b.flow.AdviseSelfie(t.Context(), other, []byte("ada"))
	}
	if !errors.As(err, &wait) {
		t.Errorf("the fifth advice in a second = %v, want a RateError", err)
	}
	e, err := b.flow.Enrollment(t.Context(), other)
	if err != nil || len(e.Data.Selfie.Seen) != 0 || e.Data.Selfie.Photo != "" {
		t.Errorf("advice left something behind: %v", err)
	}
}

// TestEveryAdviceHasANotice: a refused photograph always says why.
func TestEveryAdviceHasANotice(t *testing.T) {
	t.Parallel()
	if got, want := len(kyc.SelfieNotices()), len(faces.Advices()); got != want {
		t.Errorf("%d notices for %d advices", got, want)
	}
	b := newBench(t)
	id := b.to(t, 1, kyc.Selfie)
	for picture, want := range map[string]string{
		look{}.picture(t): "no_face",
		look{Who: "ada", Eyes: 1, Size: 1, Several: true}.picture(t):            "several_faces",
		look{Who: "ada", Eyes: 1, Size: 1, Blurred: true, Moment: 1}.picture(t): "blurred",
	} {
		must(t, b.flow.SubmitSelfie(t.Context(), id, upload(picture)))
		b.work(t)
		e, err := b.flow.Enrollment(t.Context(), id)
		if err != nil || e.State() != kyc.Selfie || e.Data.Notice != want {
			t.Errorf("%s: notice %q in state %s, %v, want %s", picture, e.Data.Notice, e.State(), err, want)
		}
	}
}

// TestPoorCameraIsReferred: after some refusals a person judges, and is told
// what was wrong.
func TestPoorCameraIsReferred(t *testing.T) {
	t.Parallel()
	for want, fault := range map[kyc.Reason]look{
		kyc.ReasonNoFace:        {},
		kyc.ReasonSeveralFaces:  {Who: "ada", Eyes: 1, Size: 1, Several: true},
		kyc.ReasonSelfieQuality: {Who: "ada", Eyes: 1, Size: 1, Blurred: true},
	} {
		b := newBench(t)
		id := b.to(t, 1, kyc.Selfie)
		for n := range 4 {
			fault.Moment = n
			must(t, b.flow.SubmitSelfie(t.Context(), id, upload(fault.picture(t))))
			b.work(t)
		}
		e, err := b.flow.Enrollment(t.Context(), id)
		must(t, err)
		i := slices.IndexFunc(e.Data.Checks, func(c kyc.Check) bool { return c.Name == kyc.CheckSelfiePhoto })
		if i < 0 || e.State() != kyc.Live || !slices.Equal(e.Data.Checks[i].Reasons, []kyc.Reason{want}) || e.Data.Checks[i].Outcome != kyc.Referred {
			t.Errorf("after four photographs with %s: state %s, checks %+v", want, e.State(), e.Data.Checks)
		}
	}
}

// TestHintsOnlyWhereAskedFor: an engine's estimates are dropped unless the
// operator switched them on, and are never a check.
func TestHintsOnlyWhereAskedFor(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{false, true} {
		b := newBench(t)
		b.flow.Settings.FaceHints = on
		b.engines.hints = &faces.Hints{Age: 52}
		id := b.to(t, 1, kyc.Selfie)
		must(t, b.flow.SubmitSelfie(t.Context(), id, upload(look{Who: "ada", Eyes: 1, Size: 1}.picture(t))))
		b.work(t)
		e, err := b.flow.Enrollment(t.Context(), id)
		must(t, err)
		if got := e.Data.Selfie.Hints != nil; got != on || e.State() != kyc.Live {
			t.Errorf("with hints %v they are kept: %v, in state %s", on, got, e.State())
		}
	}
}
