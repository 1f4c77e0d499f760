package kyc_test

import (
	"errors"
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
