package kyc

import (
	"context"
	"slices"
	"time"

	"github.com/vouchline/vouchline/otp"
)

// handOffLifetime is how long a hand-off waits for the phone: the time to take
// it out and scan, not the time to send the code to somebody else.
const handOffLifetime = 10 * time.Minute

// handOffs limits how many may be made for one enrollment.
var handOffs = []otp.Window{{N: 10, Per: time.Hour}}

// handOffEvent names the request in a [TransitionError]. It moves no state, so
// the table does not know it.
const handOffEvent Event = "hand_off"

// A HandOff lets a second device of the applicant, one with a camera, into the
// enrollment beside the browser that is in already.
type HandOff struct {
	// Hash is what is kept of the token; empty once it was used.
	Hash    string    `json:"hash,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
	// Epoch is the enrollment's when the token was made. A mailed link that was
	// opened since has sent that browser out, and what it made with it.
	Epoch int `json:"epoch,omitempty"`
	// TakenAt is when a device last came in, for the first one to show.
	TakenAt time.Time `json:"taken_at,omitzero"`
}

// opens reports whether the token of that hash lets a device into e.
func (h HandOff) opens(e *Enrollment, hash string, now time.Time) bool {
	return h.Hash != "" && h.Hash == hash && now.Before(h.Expires) && h.Epoch == e.Data.Epoch && e.State().filming()
}

// CameraStates are those in which a camera is asked for, or will be before the
// next question: nothing else is worth a second device.
func CameraStates() []State {
	return []State{Document, Reading, Confirmation, Selfie, Checking, Live, Comparing}
}

func (s State) filming() bool { return slices.Contains(CameraStates(), s) }

// HandOff makes the token with which a phone may go on with the enrollment,
// for the page to show as a QR code. It ends the token before. Random and not
// derived as mailed links are (ADR 0008): it is shown at once, and no job has
// to send it again.
func (f *Flow) HandOff(ctx context.Context, id string) (token string, expires time.Time, err error) {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return "", time.Time{}, err
	}
	// Asked before it is counted: a refusal costs nothing.
	if !e.State().filming() {
		return "", time.Time{}, &TransitionError{From: e.State(), Event: handOffEvent}
	}
	if err := f.take(ctx, "handoff:"+id, handOffs...); err != nil {
		return "", time.Time{}, err
	}
	if token, err = f.newToken(); err != nil {
		return "", time.Time{}, err
	}
	err = f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if !e.State().filming() {
			return &TransitionError{From: e.State(), Event: handOffEvent}
		}
		expires = now.Add(handOffLifetime)
		h := &e.Data.HandOff
		h.Hash, h.Expires, h.Epoch = otp.TokenHash(token), expires, e.Data.Epoch
		return nil
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return token, expires, nil
}

// HandedOff returns the enrollment that the token lets a device into, for the
// page that asks before it does. It uses nothing up.
func (f *Flow) HandedOff(ctx context.Context, token string) (*Enrollment, error) {
	hash := otp.TokenHash(token)
	id, err := f.offered(ctx, hash)
	if err != nil {
		return nil, err
	}
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if !e.Data.HandOff.opens(e, hash, f.Clock()) {
		return nil, ErrLinkInvalid
	}
	return e, nil
}

// TakeOver lets the device that brings the token into the enrollment, once. A
// token that is unknown, used, replaced or too late is one and the same error:
// whoever tries tokens learns nothing.
func (f *Flow) TakeOver(ctx context.Context, token string) (*Enrollment, error) {
	hash := otp.TokenHash(token)
	id, err := f.offered(ctx, hash)
	if err != nil {
		return nil, err
	}
	return f.Enrollments.Update(ctx, id, func(e *Enrollment) error {
		now := f.Clock()
		h := &e.Data.HandOff
		if !h.opens(e, hash, now) {
			return ErrLinkInvalid
		}
		h.Hash, h.TakenAt = "", now
		return nil
	})
}

// offered is the enrollment that a hand-off with a token of that hash was made
// for.
func (f *Flow) offered(ctx context.Context, hash string) (id string, err error) {
	ids, err := f.Enrollments.Find(ctx, ByHandOff, hash)
	if err != nil {
		return "", err
	}
	if len(ids) == 0 {
		return "", ErrLinkInvalid
	}
	return ids[0], nil
}
