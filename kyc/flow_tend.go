package kyc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// tendings lets one of several servers look through all lines.
var tendings = []otp.Window{{N: 1, Per: 50 * time.Minute}}

// tendingSlack is how late an effect may be before it is taken for lost.
const tendingSlack = 10 * time.Minute

// TendLines looks through all lines for passwords without an end that the
// schedule says should have one, as those of before there was a schedule, and for
// ends that nobody noticed. Everything else ends by the effect that was saved
// with it. It also has subscribers told whose passwords are due. Of several
// servers one does it, about once an hour.
func (f *Flow) TendLines(ctx context.Context) error {
	err := f.take(ctx, "tend lines", tendings...)
	var rate *RateError
	if errors.As(err, &rate) {
		return nil
	}
	var errs []error
	for q, more := (pbx.Query{Status: pbx.StatusOn}), true; more && err == nil; {
		var page pbx.Page
		if page, err = f.Finder.FindAccounts(ctx, q); err != nil {
			break
		}
		for _, a := range page.Accounts {
			if f.neglected(a, f.Clock()) {
				errs = append(errs, f.tend(ctx, a))
			}
			errs = append(errs, f.remind(ctx, a))
		}
		q.After, more = page.Next, page.Next != ""
	}
	return errors.Join(append(errs, err)...)
}

// neglected reports whether a line needs looking after.
func (f *Flow) neglected(a pbx.Account, now time.Time) bool {
	end := a.NextEnd()
	return !end.IsZero() && end.Add(tendingSlack).Before(now) || slices.ContainsFunc(a.Devices, func(d pbx.Device) bool {
		return f.rotates(d.Kind) && slices.ContainsFunc(d.Credentials, func(c pbx.Credential) bool { return c.NotAfter.IsZero() })
	})
}

// tend gives the passwords of a line their ends. Nobody's ends sooner than an
// overlap from now: its subscriber sees that it is due, and has that time.
func (f *Flow) tend(ctx context.Context, was pbx.Account) error {
	e, err := f.holder(ctx, was.IdentityID)
	if errors.Is(err, ErrNotFound) {
		return nil // forgotten meanwhile
	}
	if err != nil {
		return err
	}
	_, err = f.changeLine(ctx, SetLine, e.ID, was, func(a *pbx.Account, now time.Time) error {
		*a = a.Clone()
		for i := range a.Devices {
			for j := range a.Devices[i].Credentials {
				if c := &a.Devices[i].Credentials[j]; c.NotAfter.IsZero() && f.rotates(a.Devices[i].Kind) {
					due := c.CreatedAt.Add(f.Settings.Rotate)
					if due.Before(now) {
						due = now
					}
					c.NotAfter = wholeSecond(due.Add(f.Settings.Overlap))
				}
			}
		}
		return nil
	})
	return err
}

// remind has a subscriber told of passwords that are due or about to end, each
// once: what was sent is remembered with the subscriber, for longer than a queue
// remembers its jobs, and a job that waits is not joined by a second one.
func (f *Flow) remind(ctx context.Context, line pbx.Account) error {
	if len(f.dueNews(line, f.Clock())) == 0 {
		return nil
	}
	e, err := f.holder(ctx, line.IdentityID)
	if errors.Is(err, ErrNotFound) {
		return nil // forgotten meanwhile
	}
	if err != nil || !e.Data.EmailLink.Validated() {
		return err
	}
	_, err = f.Accounts.UpdateAccount(ctx, line.Extension, func(a *pbx.Account) ([]Effect, error) {
		if a.IdentityID != line.IdentityID { // the number has changed hands
			return nil, nil
		}
		untold := tellings(e.ID, f.dueNews(*a, f.Clock()))
		return slices.DeleteFunc(untold, func(x Effect) bool { return e.Data.Told.has(x.Ref) }), nil
	})
	return err
}
