package kyc

import (
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// LineSubject names a line in the audit log: a number has several subscribers
// in its life, and each only their own past.
func LineSubject(a pbx.Account) string { return a.IdentityID + "/" + a.Extension }

// Lines returns a subscriber's lines, the first one first, also those that were
// released.
func (f *Flow) Lines(ctx context.Context, enrollmentID string) ([]LineView, error) {
	e, err := f.subscriber(ctx, enrollmentID)
	if err != nil {
		return nil, err
	}
	accounts, err := f.Accounts.AccountsOf(ctx, e.Data.Identity.ID)
	if err != nil {
		return nil, err
	}
	views, answers := make([]LineView, len(accounts)), true
	for i, a := range accounts {
		views[i] = LineView{
			Extension: a.Extension, AOR: a.AOR, DisplayName: a.DisplayName, Organisation: a.Organisation, Status: a.Status(),
			Devices: f.deviceViews(a),
		}
		if a.Enabled && answers { // a PBX that is away is waited for once
			views[i].Contacts, views[i].ContactsKnown = f.contacts(ctx, a.AOR)
			answers = views[i].ContactsKnown
		}
	}
	return views, nil
}

func (f *Flow) deviceViews(a pbx.Account) []DeviceView {
	now := f.Clock()
	views := make([]DeviceView, len(a.Devices))
	for i, d := range a.Devices {
		v := DeviceView{ID: d.ID, Name: d.Name, Kind: d.Kind, AddedAt: d.AddedAt, Silent: true}
		for _, c := range d.Credentials { // the newest one is last
			v.Username, v.RotatedAt, v.EndsAt = c.Username, c.CreatedAt, c.NotAfter
			v.Silent = v.Silent && !c.ValidAt(now)
		}
		if f.rotates(d.Kind) && !v.RotatedAt.IsZero() {
			v.DueAt = v.RotatedAt.Add(f.Settings.Rotate)
			v.Due = !now.Before(v.DueAt)
		}
		views[i] = v
	}
	return views
}

// rotates reports whether passwords of such a device end by the schedule. A desk
// phone has a new one whenever it fetches its settings, and a browser's live for
// an hour.
func (f *Flow) rotates(k pbx.DeviceKind) bool { return f.Settings.Rotate > 0 && k == pbx.App }

// dated gives a new credential its times. Whole seconds, as the schedule has
// them.
func (f *Flow) dated(c pbx.Credential, k pbx.DeviceKind, now time.Time) pbx.Credential {
	c.CreatedAt = now
	if f.rotates(k) {
		c.NotAfter = wholeSecond(now.Add(f.Settings.Rotate + f.Settings.Overlap))
	}
	return c
}

// wholeSecond rounds up: nothing ends before its time.
func wholeSecond(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second) }

// newAccount is a silent account on a number that was given to a subscriber.
func (f *Flow) newAccount(e *Enrollment, extension, organisation string) pbx.Account {
	return pbx.Account{
		Extension: extension, Realm: f.Settings.Realm, AOR: pbx.NewAOR(extension, f.Settings.SIPDomain), Organisation: organisation,
		DisplayName: pbx.CleanDisplayName(e.Data.Profile.GivenNames + " " + e.Data.Profile.FamilyNames), IdentityID: e.Data.Identity.ID,
	}
}

// ownLine returns a subscriber's line; an empty number stands for the first one
// that was not released.
func (f *Flow) ownLine(ctx context.Context, enrollmentID, extension string) (*Enrollment, pbx.Account, error) {
	e, err := f.subscriber(ctx, enrollmentID)
	if err != nil {
		return nil, pbx.Account{}, err
	}
	accounts, err := f.Accounts.AccountsOf(ctx, e.Data.Identity.ID)
	if err != nil {
		return nil, pbx.Account{}, err
	}
	for _, a := range accounts {
		if a.Extension == extension || extension == "" && a.ReleasedAt.IsZero() {
			return e, a, nil
		}
	}
	return nil, pbx.Account{}, ErrNoLine
}

// hurryTime bounds how long somebody waits for the PBX. Later than that it is
// told by the effect.
const hurryTime = 5 * time.Second

// changeLine saves a change of a line together with the effect that tells the
// PBX, and tells it at once where this process can, so that whoever gets a new
// password can use it now, and whoever takes one away need not wait. What the
// subscriber is to be told is saved with it too. The change
// is of this subscriber's line: the number may have changed hands since it was
// read.
func (f *Flow) changeLine(
	ctx context.Context, kind EffectKind, enrollmentID string, was pbx.Account, change func(a *pbx.Account, now time.Time) error,
) (pbx.Account, error) {
	nonce, err := f.newID("")
	if err != nil {
		return pbx.Account{}, err
	}
	effect := Effect{Kind: kind, EnrollmentID: enrollmentID, Ref: was.Extension + "@" + nonce}
	now := f.Clock().UTC()
	account, err := f.Accounts.UpdateAccount(ctx, was.Extension, func(a *pbx.Account) ([]Effect, error) {
		if a.IdentityID != was.IdentityID {
			return nil, ErrNoLine
		}
		before := a.Clone()
		if err := change(a, now); err != nil {
			return nil, err
		}
		a.Enabled = a.Enabled && usable(*a, now)
		return append(append(tending(enrollmentID, *a), effect), tellings(enrollmentID, f.lineNews(before, *a, now))...), nil
	})
	if err != nil {
		return pbx.Account{}, err
	}
	return account, f.hurry(ctx, effect, account)
}

// hurry runs an effect that was saved before the queue does. What fails here is
// the queue's to repeat.
func (f *Flow) hurry(ctx context.Context, effect Effect, saved pbx.Account) error {
	if f.PBX == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, hurryTime)
	defer cancel()
	r := &Runner{Flow: f, Provisioner: f.PBX}
	if r.setLine(ctx, effect) == nil {
		return nil
	}
	return f.tellAgain(context.WithoutCancel(ctx), effect, saved)
}

// tellAgain has the queue tell the PBX once more where the line has changed since
// it was told in vain: the PBX may have taken that all the same, after the newer
// change, whose own effect the queue may have done already.
func (f *Flow) tellAgain(ctx context.Context, effect Effect, told pbx.Account) error {
	ctx, cancel := context.WithTimeout(ctx, hurryTime)
	defer cancel()
	line, err := f.Accounts.Account(ctx, told.Extension)
	if errors.Is(err, ErrNotFound) || err == nil && line.Revision == told.Revision {
		return nil
	}
	if err != nil {
		return err
	}
	nonce, err := f.newID("")
	if err != nil {
		return err
	}
	effect.Kind, effect.Ref = SetLine, told.Extension+"@"+nonce
	_, err = f.Accounts.UpdateAccount(ctx, told.Extension, func(*pbx.Account) ([]Effect, error) { return []Effect{effect}, nil })
	return err
}
