package pbx

import (
	"context"
	"slices"
	"time"
)

// Ended returns those of a line's registrations that were made by a credential
// which is not valid any more. Of those that do not say by which they were made
// nobody knows; told reports that there are none.
func (a Account) Ended(contacts []Contact, now time.Time) (ended []Contact, told bool) {
	told = true
	valid := a.Credentials(now)
	for _, c := range contacts {
		switch {
		case c.Username == "":
			told = false
		case !a.Enabled || !slices.ContainsFunc(valid, func(v Credential) bool { return v.Username == c.Username }):
			ended = append(ended, c)
		}
	}
	return ended, told
}

// A Dropper knows the registrations of a line and drops them.
type Dropper interface {
	Contacts(ctx context.Context, aor AOR) ([]Contact, error)
	// Drop drops one registration of a line, or all of them where contactID is
	// empty.
	Drop(ctx context.Context, aor AOR, contactID string) error
}

// DropEnded drops the registrations of a line that a credential made which is not
// valid any more. Where the PBX does not say which those are, all of the line go,
// and the phones whose credentials are good come back by themselves. So it is where
// one of them cannot be dropped alone: what names it is the phone's own choice.
func DropEnded(ctx context.Context, d Dropper, a Account, now time.Time) error {
	contacts, err := d.Contacts(ctx, a.AOR)
	ended, told := a.Ended(contacts, now)
	if err != nil || !told {
		return d.Drop(ctx, a.AOR, "")
	}
	for _, c := range ended {
		if d.Drop(ctx, a.AOR, c.ID) != nil {
			return d.Drop(ctx, a.AOR, "")
		}
	}
	return nil
}
