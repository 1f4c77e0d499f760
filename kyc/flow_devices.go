package kyc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

const (
	// maxCredentials bounds what a device that fetches its settings again and
	// again leaves behind; the oldest ends first.
	maxCredentials = 4
	browserTime    = time.Hour
	// tabTime is for how long a page that was opened before goes on.
	tabTime = 5 * time.Minute
)

// Each new password is a change of the PBX's configuration.
var (
	deviceChanges = []otp.Window{{N: 20, Per: time.Hour}}
	browserLines  = []otp.Window{{N: 10, Per: tabTime}, {N: 60, Per: time.Hour}}
)

// A newCredential is a credential with the password that made it.
type newCredential struct {
	pbx.Credential
	password pbx.Password
}

// draw makes a credential for a device of a line.
func (f *Flow) draw(a pbx.Account, kind pbx.DeviceKind) (newCredential, error) {
	username, err := pbx.NewUsername(f.random(), a.Extension)
	if err != nil {
		return newCredential{}, err
	}
	password, err := pbx.NewPassword(f.random())
	if err != nil {
		return newCredential{}, err
	}
	c := f.dated(pbx.NewCredential(username, a.Realm, password), kind, f.Clock().UTC())
	return newCredential{c, password}, nil
}

// setup is what a phone needs; the only time that a password leaves.
func (f *Flow) setup(a pbx.Account, deviceID string, c newCredential) pbx.Setup {
	return pbx.Setup{
		DisplayName: a.DisplayName, Extension: a.Extension, Username: c.Username, Password: c.password, Realm: a.Realm,
		Domain: a.AOR.Domain(), Service: f.Settings.PBX, DeviceID: deviceID, NotAfter: c.NotAfter,
	}
}

// deviceAsked returns the line that a device is asked for, and the device as it
// is to be: with the line's number, and with its own name and kind where it is
// there already.
func (f *Flow) deviceAsked(ctx context.Context, enrollmentID string, d NewDevice) (*Enrollment, pbx.Account, NewDevice, error) {
	e, line, err := f.ownLine(ctx, enrollmentID, d.Extension)
	if err != nil {
		return nil, line, d, err
	}
	d.Extension, d.Name = line.Extension, pbx.CleanDisplayName(d.Name)
	if d.DeviceID != "" {
		there := line.Device(d.DeviceID)
		if there == nil {
			return nil, line, d, ErrNotFound
		}
		d.Name, d.Kind = there.Name, there.Kind
	}
	if d.Kind != pbx.App && d.Kind != pbx.Desk {
		return nil, line, d, FieldErrors{"kind": FieldInvalid}
	}
	return e, line, d, nil
}

// AddDevice adds a device to a subscriber's line and returns its settings. The
// password in them is not kept: who loses it rotates.
func (f *Flow) AddDevice(ctx context.Context, enrollmentID string, d NewDevice) (pbx.Setup, error) {
	e, line, d, err := f.deviceAsked(ctx, enrollmentID, d)
	if err != nil {
		return pbx.Setup{}, err
	}
	if err := f.take(ctx, "device:"+enrollmentID, deviceChanges...); err != nil {
		return pbx.Setup{}, err
	}
	return f.setUp(ctx, e.ID, line, d)
}

// setUp gives a device a password, after adding it where it is not there.
func (f *Flow) setUp(ctx context.Context, enrollmentID string, line pbx.Account, d NewDevice) (pbx.Setup, error) {
	if d.DeviceID == "" {
		return f.addDevice(ctx, enrollmentID, line, d)
	}
	if err := f.audit(ctx, "subject", "rotate_device", LineSubject(line), d.DeviceID); err != nil {
		return pbx.Setup{}, err
	}
	return f.rotate(ctx, enrollmentID, line, *line.Device(d.DeviceID))
}

func (f *Flow) addDevice(ctx context.Context, enrollmentID string, line pbx.Account, d NewDevice) (pbx.Setup, error) {
	id, err := pbx.NewDeviceID(f.random())
	if err != nil {
		return pbx.Setup{}, err
	}
	c, err := f.draw(line, d.Kind)
	if err != nil {
		return pbx.Setup{}, err
	}
	device := pbx.Device{ID: id, Name: d.Name, Kind: d.Kind, AddedAt: c.CreatedAt, Credentials: []pbx.Credential{c.Credential}}
	if err := f.audit(ctx, "subject", "add_device", LineSubject(line), id+" "+string(d.Kind)); err != nil {
		return pbx.Setup{}, err
	}
	account, err := f.changeLine(ctx, SetLine, enrollmentID, line, func(a *pbx.Account, now time.Time) error {
		return errors.Join(refuses(*a, now), addTo(a, device))
	})
	return f.setup(account, id, c), err
}

// addTo adds a device, in the words of the flow.
func addTo(a *pbx.Account, d pbx.Device) error {
	err := a.AddDevice(d)
	if errors.Is(err, &pbx.Error{Code: pbx.CodeTooMany}) {
		return ErrTooManyDevices
	}
	return err
}

// RotateDevice gives a device a new password; the one before ends after the
// overlap.
func (f *Flow) RotateDevice(ctx context.Context, enrollmentID, extension, deviceID string) (pbx.Setup, error) {
	if deviceID == "" {
		return pbx.Setup{}, ErrNotFound
	}
	return f.AddDevice(ctx, enrollmentID, NewDevice{Extension: extension, DeviceID: deviceID})
}

// RenameDevice calls a device of a subscriber's line by another name.
func (f *Flow) RenameDevice(ctx context.Context, enrollmentID, extension, deviceID, name string) error {
	e, line, err := f.ownLine(ctx, enrollmentID, extension)
	if err != nil {
		return err
	}
	if err := f.take(ctx, "device:"+enrollmentID, deviceChanges...); err != nil {
		return err
	}
	if err := f.audit(ctx, "subject", "rename_device", LineSubject(line), deviceID); err != nil {
		return err
	}
	_, err = f.changeLine(ctx, SetLine, e.ID, line, func(a *pbx.Account, _ time.Time) error {
		*a = a.Clone()
		d := a.Device(deviceID)
		if d == nil {
			return ErrNotFound
		}
		d.Name = pbx.CleanDisplayName(name)
		return nil
	})
	return err
}

// rotate gives a device a credential beside the one that it has.
func (f *Flow) rotate(ctx context.Context, enrollmentID string, line pbx.Account, was pbx.Device) (pbx.Setup, error) {
	c, err := f.draw(line, was.Kind)
	if err != nil {
		return pbx.Setup{}, err
	}
	account, err := f.changeLine(ctx, SetLine, enrollmentID, line, func(a *pbx.Account, now time.Time) error {
		*a = a.Clone()
		d := a.Device(was.ID)
		if d == nil || d.TokenHash != was.TokenHash {
			return ErrNotFound
		}
		if err := refuses(*a, now); err != nil {
			return err
		}
		d.Rotate(c.Credential, now, wholeSecond(now.Add(f.Settings.Overlap)))
		if more := len(d.Credentials) - maxCredentials; more > 0 {
			d.Credentials = slices.Clone(d.Credentials[more:])
		}
		return nil
	})
	return f.setup(account, was.ID, c), err
}

// RemoveDevice signs a device out: its password and token are refused from now
// on, and its registration is dropped. Where the PBX does not say whose is whose
// all of the line go, and its other phones come back by themselves.
func (f *Flow) RemoveDevice(ctx context.Context, enrollmentID, extension, deviceID string) error {
	e, line, err := f.ownLine(ctx, enrollmentID, extension)
	if err != nil {
		return err
	}
	if line.Device(deviceID) == nil {
		return ErrNotFound
	}
	if err := f.audit(ctx, "subject", "remove_device", LineSubject(line), deviceID); err != nil {
		return err
	}
	_, err = f.changeLine(ctx, SignOut, e.ID, line, func(a *pbx.Account, _ time.Time) error {
		if a.Device(deviceID) == nil {
			return ErrNotFound
		}
		return a.RemoveDevice(deviceID)
	})
	return err
}

// BrowserLine returns settings for the browser that the subscriber is in. They
// last for an hour. A line has one browser: a page that was opened before goes
// on for some minutes.
func (f *Flow) BrowserLine(ctx context.Context, enrollmentID string) (pbx.Setup, error) {
	e, line, err := f.ownLine(ctx, enrollmentID, "")
	if err != nil {
		return pbx.Setup{}, err
	}
	if err := f.take(ctx, "browser:"+enrollmentID, browserLines...); err != nil {
		return pbx.Setup{}, err
	}
	id, err := pbx.NewDeviceID(f.random())
	if err != nil {
		return pbx.Setup{}, err
	}
	c, err := f.draw(line, pbx.Browser)
	if err != nil {
		return pbx.Setup{}, err
	}
	c.NotAfter = wholeSecond(c.CreatedAt.Add(browserTime))
	if err := f.audit(ctx, "subject", "browser_line", LineSubject(line), ""); err != nil {
		return pbx.Setup{}, err
	}
	var used string
	account, err := f.changeLine(ctx, SetLine, e.ID, line, func(a *pbx.Account, now time.Time) error {
		if err := refuses(*a, now); err != nil {
			return err
		}
		i := slices.IndexFunc(a.Devices, func(d pbx.Device) bool { return d.Kind == pbx.Browser })
		if i < 0 {
			used = id
			return addTo(a, pbx.Device{ID: id, Kind: pbx.Browser, AddedAt: now, Credentials: []pbx.Credential{c.Credential}})
		}
		*a = a.Clone()
		d := &a.Devices[i]
		used = d.ID
		// None is taken away before its end, with which the line's phones would
		// be dropped: how many there are is bounded by how often one may ask.
		d.Rotate(c.Credential, now, wholeSecond(now.Add(tabTime)))
		return nil
	})
	return f.setup(account, used, c), err
}
