package kyc_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
)

func TestHandOff(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Selfie)
	token, expires, err := b.flow.HandOff(t.Context(), id)
	must(t, err)
	if len(token) < 22 { // 128 bits in base 64
		t.Errorf("the token has %d characters, want at least 22", len(token))
	}
	if got := expires.Sub(b.now); got != 10*time.Minute {
		t.Errorf("the token lasts %v, want 10 minutes", got)
	}
	before, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	for range 2 { // as a preview and then a person ask
		if e, err := b.flow.HandedOff(t.Context(), token); err != nil || e.ID != id || !e.Data.HandOff.TakenAt.IsZero() {
			t.Fatalf("HandedOff() = %v, %v, want %s untouched", e, err, id)
		}
	}
	e, err := b.flow.TakeOver(t.Context(), token)
	must(t, err)
	if e.ID != id || e.Data.Epoch != before.Data.Epoch || e.State() != before.State() {
		t.Errorf("TakeOver() = %v of epoch %d, want %v of epoch %d", e, e.Data.Epoch, before, before.Data.Epoch)
	}
	if e.Version() <= before.Version() || !e.Data.HandOff.TakenAt.Equal(b.now) {
		t.Error("the first device cannot see that the phone came in")
	}
	if _, err := b.flow.TakeOver(t.Context(), token); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("the second TakeOver() = %v, want %v", err, kyc.ErrLinkInvalid)
	}
	if _, err := b.flow.HandedOff(t.Context(), token); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("HandedOff() of a used token = %v, want %v", err, kyc.ErrLinkInvalid)
	}
}

// TestHandOffEnds makes a token void in each way there is; the answer is
// always the same.
func TestHandOffEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		at   kyc.State
		end  func(t *testing.T, b *bench, id string)
	}{
		{"late", kyc.Selfie, func(_ *testing.T, b *bench, _ string) { b.advance(10 * time.Minute) }},
		{"replaced", kyc.Selfie, func(t *testing.T, b *bench, id string) {
			_, _, err := b.flow.HandOff(t.Context(), id)
			must(t, err)
		}},
		{"browser sent out by a mailed link", kyc.Selfie, func(t *testing.T, b *bench, _ string) {
			_, err := b.flow.OpenLink(t.Context(), b.token(t, "anna1@example.org"))
			must(t, err)
		}},
		{"camera work done", kyc.Live, func(t *testing.T, b *bench, id string) {
			_, err := b.flow.Enrollments.Update(t.Context(), id, func(e *kyc.Enrollment) error {
				must(t, e.Apply(kyc.RecordLive, b.now))
				return e.Apply(kyc.Compare, b.now)
			})
			must(t, err)
		}},
		{"withdrawn", kyc.Document, func(t *testing.T, b *bench, id string) { must(t, b.flow.Withdraw(t.Context(), id)) }},
		{"erased", kyc.Document, func(t *testing.T, b *bench, id string) {
			must(t, b.flow.Eraser.DestroySubject(t.Context(), id))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := b.to(t, 1, tt.at)
			token, _, err := b.flow.HandOff(t.Context(), id)
			must(t, err)
			tt.end(t, b, id)
			if _, err := b.flow.HandedOff(t.Context(), token); !errors.Is(err, kyc.ErrLinkInvalid) {
				t.Errorf("HandedOff() = %v, want %v", err, kyc.ErrLinkInvalid)
			}
			if _, err := b.flow.TakeOver(t.Context(), token); !errors.Is(err, kyc.ErrLinkInvalid) {
				t.Errorf("TakeOver() = %v, want %v", err, kyc.ErrLinkInvalid)
			}
		})
	}
}

func TestTakeOverUnknown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Selfie)
	token, _, err := b.flow.HandOff(t.Context(), id)
	must(t, err)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	// Neither what a copy of the database holds nor another kind of link opens.
	for _, wrong := range []string{"", "x", token + "A", token[1:], e.Data.HandOff.Hash, b.token(t, "anna1@example.org")} {
		if _, err := b.flow.TakeOver(t.Context(), wrong); !errors.Is(err, kyc.ErrLinkInvalid) {
			t.Errorf("TakeOver(%q) = %v, want %v", wrong, err, kyc.ErrLinkInvalid)
		}
	}
	if _, err := b.flow.OpenLink(t.Context(), token); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("OpenLink() of a hand-off = %v, want %v", err, kyc.ErrLinkInvalid)
	}
}

// TestTakeOverAtOnce has many devices bring one token at the same moment.
func TestTakeOverAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Selfie)
	token, _, err := b.flow.HandOff(t.Context(), id)
	must(t, err)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.flow.TakeOver(t.Context(), token) })
	}
	wg.Wait()
	in := 0
	for _, err := range errs {
		switch {
		case err == nil:
			in++
		case !errors.Is(err, kyc.ErrLinkInvalid):
			t.Errorf("TakeOver() = %v, want %v", err, kyc.ErrLinkInvalid)
		}
	}
	if in != 1 {
		t.Errorf("%d devices came in by one token, want 1", in)
	}
}

func TestHandOffOnlyForTheCamera(t *testing.T) {
	t.Parallel()
	for _, state := range []kyc.State{kyc.Contacts, kyc.Questions, kyc.Issued} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := b.to(t, 1, state)
			if _, _, err := b.flow.HandOff(t.Context(), id); kyc.Code(err) != "not_now" {
				t.Errorf("HandOff() = %v, want not_now", err)
			}
		})
	}
}

func TestHandOffTooOften(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Selfie)
	for range 10 {
		_, _, err := b.flow.HandOff(t.Context(), id)
		must(t, err)
	}
	var rate *kyc.RateError
	if _, _, err := b.flow.HandOff(t.Context(), id); !errors.As(err, &rate) {
		t.Errorf("the eleventh HandOff() = %v, want a RateError", err)
	}
	b.advance(time.Hour)
	_, _, err := b.flow.HandOff(t.Context(), id)
	must(t, err)
}
