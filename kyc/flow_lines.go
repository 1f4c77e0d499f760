package kyc

import (
	"context"
	"errors"

	"github.com/vouchline/vouchline/pbx"
)

// Lines returns a subscriber's lines, the first one first.
func (f *Flow) Lines(_ context.Context, _ string) ([]LineView, error) {
	return nil, errors.ErrUnsupported
}

// AddDevice adds a device to a subscriber's line and returns its settings.
func (f *Flow) AddDevice(_ context.Context, _ string, _ NewDevice) (pbx.Setup, error) {
	return pbx.Setup{}, errors.ErrUnsupported
}

// RotateDevice gives a device a new password; the one before ends after the
// overlap.
func (f *Flow) RotateDevice(_ context.Context, _, _, _ string) (pbx.Setup, error) {
	return pbx.Setup{}, errors.ErrUnsupported
}

// RemoveDevice signs a device out.
func (f *Flow) RemoveDevice(_ context.Context, _, _, _ string) error { return errors.ErrUnsupported }

// BrowserLine returns settings for the browser that the subscriber is in.
func (f *Flow) BrowserLine(_ context.Context, _ string) (pbx.Setup, error) {
	return pbx.Setup{}, errors.ErrUnsupported
}

// OfferSetup makes the token of a set-up link, which ends the one before.
func (f *Flow) OfferSetup(_ context.Context, _ string, _ NewDevice) (SetupOffer, error) {
	return SetupOffer{}, errors.ErrUnsupported
}

// SetupOffered returns what a set-up link is for and uses nothing up: previews
// of links follow every address. ErrLinkInvalid refuses one that is unknown,
// replaced or too late, ErrSetupTaken one that was taken already.
func (f *Flow) SetupOffered(_ context.Context, _, _ string) (SetupOffer, error) {
	return SetupOffer{}, errors.ErrUnsupported
}

// TakeSetup adds the device that a set-up link was made for, or gives it a new
// password, once. Its errors are those of SetupOffered; source is the network
// address that tries are counted by.
func (f *Flow) TakeSetup(_ context.Context, _, _ string) (pbx.Setup, error) {
	return pbx.Setup{}, errors.ErrUnsupported
}

// RenameDevice calls a device of a subscriber's line by another name.
func (f *Flow) RenameDevice(_ context.Context, _, _, _, _ string) error {
	return errors.ErrUnsupported
}

// BeginPairing gives a device its codes.
func (f *Flow) BeginPairing(_ context.Context, _, _ string) (Pairing, error) {
	return Pairing{}, errors.ErrUnsupported
}

// PairingOf returns the device that shows a user code.
func (f *Flow) PairingOf(_ context.Context, _, _ string) (PairingRequest, error) {
	return PairingRequest{}, errors.ErrUnsupported
}

// DecidePairing lets a device that shows a user code in, or refuses it.
func (f *Flow) DecidePairing(_ context.Context, _, _ string, _ NewDevice, _ bool) error {
	return errors.ErrUnsupported
}

// PollPairing answers a device that waits for its subscriber: with its token,
// ErrPending, ErrSlowDown, ErrExpired or ErrDenied.
func (f *Flow) PollPairing(_ context.Context, _ string) (token string, err error) {
	return "", errors.ErrUnsupported
}

// DeviceSetup returns the settings of the device whose token it is, with a new
// password each time. ErrToken refuses a token, ErrLineOff a line that is off.
func (f *Flow) DeviceSetup(_ context.Context, _ string) (pbx.Setup, error) {
	return pbx.Setup{}, errors.ErrUnsupported
}

// FindLines looks for lines for a member of staff or a program; the look is
// recorded.
func (f *Flow) FindLines(_ context.Context, _ string, _ pbx.Query) (pbx.Page, error) {
	return pbx.Page{}, errors.ErrUnsupported
}

// LineDetail shows one line to a member of staff; the look is recorded.
func (f *Flow) LineDetail(_ context.Context, _, _ string) (LineDetail, error) {
	return LineDetail{}, errors.ErrUnsupported
}

// AddLine gives an identity one more line, which has no device yet.
func (f *Flow) AddLine(_ context.Context, _, _, _ string) (pbx.Account, error) {
	return pbx.Account{}, errors.ErrUnsupported
}

// SuspendLine turns a line off until it is resumed, whatever its identity's
// status.
func (f *Flow) SuspendLine(_ context.Context, _, _ string) error { return errors.ErrUnsupported }

// ResumeLine ends a suspension.
func (f *Flow) ResumeLine(_ context.Context, _, _ string) error { return errors.ErrUnsupported }

// ReleaseLine ends a line for good.
func (f *Flow) ReleaseLine(_ context.Context, _, _ string) error { return errors.ErrUnsupported }

// RotateLine ends the passwords of all devices of a line after the overlap.
func (f *Flow) RotateLine(_ context.Context, _, _ string) error { return errors.ErrUnsupported }

// DropContact makes the PBX forget a registration; an empty id stands for all
// of the line.
func (f *Flow) DropContact(_ context.Context, _, _, _ string) error { return errors.ErrUnsupported }
