package kyc

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// fetches bounds how often a desk phone fetches its settings. Within the bound
// each fetch gets a password that works: a phone that starts twice must not be
// left with the one that ended.
var fetches = []otp.Window{{N: 10, Per: 10 * time.Minute}, {N: 60, Per: 24 * time.Hour}}

// DeviceSetup returns the settings of the device whose token it is, with a new
// password each time, which its subscriber never sees. ErrToken refuses a token:
// it is unknown, or its device was signed out. ErrLineOff refuses while the line
// is off.
func (f *Flow) DeviceSetup(ctx context.Context, deviceToken string) (pbx.Setup, error) {
	line, device, err := f.deviceOf(ctx, deviceToken)
	if err != nil {
		return pbx.Setup{}, err
	}
	if err := refuses(line, f.Clock()); err != nil {
		return pbx.Setup{}, ErrLineOff
	}
	e, err := f.holder(ctx, line.IdentityID)
	if errors.Is(err, ErrNotFound) || err == nil && e.State() != Issued {
		return pbx.Setup{}, ErrToken
	}
	if err == nil && !line.Enabled { // for want of a password, or because of the identity
		err = f.live(ctx, e)
		if errors.Is(err, ErrIdentityNotLive) {
			err = ErrLineOff
		}
	}
	if err != nil {
		return pbx.Setup{}, err
	}
	if err := f.take(ctx, "fetch:"+LineSubject(line)+"/"+device.ID, fetches...); err != nil {
		return pbx.Setup{}, err
	}
	if err := f.audit(ctx, "device:"+device.ID, "fetch_settings", LineSubject(line), ""); err != nil {
		return pbx.Setup{}, err
	}
	setup, err := f.rotate(ctx, e.ID, line, device)
	if errors.Is(err, ErrNotFound) { // signed out meanwhile
		err = ErrToken
	}
	return setup, err
}

// deviceOf finds the device of a token.
func (f *Flow) deviceOf(ctx context.Context, token string) (pbx.Account, pbx.Device, error) {
	extension, rest, _ := strings.Cut(token, ".")
	id, _, ok := strings.Cut(rest, ".")
	if !ok {
		return pbx.Account{}, pbx.Device{}, ErrToken
	}
	line, err := f.Accounts.Account(ctx, extension)
	if errors.Is(err, ErrNotFound) {
		err = ErrToken
	}
	if err != nil {
		return pbx.Account{}, pbx.Device{}, err
	}
	d := line.Device(id)
	if d == nil || d.TokenHash == "" || subtle.ConstantTimeCompare([]byte(d.TokenHash), []byte(otp.TokenHash(token))) != 1 {
		return pbx.Account{}, pbx.Device{}, ErrToken
	}
	return line, *d, nil
}
