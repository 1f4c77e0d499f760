package kyc

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

// maxLines is how many lines an identity has at most.
const maxLines = 10

// FindLines looks for lines for a member of staff or a program. The look is
// recorded with what it was filtered by, but for the words.
func (f *Flow) FindLines(ctx context.Context, actor string, q pbx.Query) (pbx.Page, error) {
	if err := f.audit(ctx, actor, "find_lines", "lines", filtered(q)); err != nil {
		return pbx.Page{}, err
	}
	return f.Finder.FindAccounts(ctx, q)
}

// filtered says what a query asks for without saying whom.
func filtered(q pbx.Query) string {
	var by []string
	add := func(asked bool, what string) {
		if asked {
			by = append(by, what)
		}
	}
	add(q.Name != "", "name")
	add(q.Extension != "", "extension="+q.Extension)
	add(q.Status != "", "status="+string(q.Status))
	add(q.Organisation != "", "organisation="+q.Organisation)
	add(q.IdentityID != "", "identity="+q.IdentityID)
	add(q.Since > 0, "since")
	add(q.After != "", "next page")
	return strings.Join(by, ", ")
}

// historyShown is how many entries of a line's past are read at most.
const historyShown = 200

// contactsTime bounds how long a page waits for the PBX.
const contactsTime = 3 * time.Second

// LineDetail shows one line to a member of staff; the look is recorded.
func (f *Flow) LineDetail(ctx context.Context, actor, extension string) (LineDetail, error) {
	line, err := f.Accounts.Account(ctx, extension)
	if err != nil {
		return LineDetail{}, err
	}
	if err := f.audit(ctx, actor, "view_line", LineSubject(line), ""); err != nil {
		return LineDetail{}, err
	}
	d := LineDetail{Account: line, Devices: f.deviceViews(line)}
	e, err := f.holder(ctx, line.IdentityID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return LineDetail{}, err
	}
	if e != nil {
		d.EnrollmentID = e.ID
	}
	past, err := f.Past.AuditLog(ctx, LineSubject(line), historyShown)
	if err != nil {
		return LineDetail{}, err
	}
	for _, entry := range past {
		if entry.Actor == pbxActor {
			d.Refusals = append(d.Refusals, entry)
		} else {
			d.History = append(d.History, entry)
		}
	}
	d.Contacts, d.ContactsKnown = f.contacts(ctx, line.AOR)
	return d, nil
}

// contacts asks the PBX who is registered. One that does not answer leaves that
// unknown: the rest of the page is not its business.
func (f *Flow) contacts(ctx context.Context, aor pbx.AOR) (contacts []pbx.Contact, known bool) {
	if f.Registrar == nil {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(ctx, contactsTime)
	defer cancel()
	contacts, err := f.Registrar.Contacts(ctx, aor)
	return contacts, err == nil
}

// AddLine gives an identity one more line, from an organisation's range. It has
// no device yet and is silent until it has. Asked for twice at once it may be one
// line: the number is claimed by its place among the identity's.
func (f *Flow) AddLine(ctx context.Context, actor, identityID, organisation string) (pbx.Account, error) {
	e, err := f.holder(ctx, identityID)
	if err != nil {
		return pbx.Account{}, err
	}
	if e.State() != Issued {
		return pbx.Account{}, ErrNotSubscriber
	}
	if err := f.audit(ctx, actor, "add_line", identityID, organisation); err != nil {
		return pbx.Account{}, err
	}
	record, _, err := f.Ledger.Identity(ctx, identityID)
	if err != nil {
		return pbx.Account{}, err
	}
	if record.Status == ledger.StatusRevoked || record.Status == ledger.StatusErased || e.Data.Standing.denies() {
		return pbx.Account{}, ErrLineOff
	}
	extension, err := f.claim(ctx, identityID, organisation)
	if err != nil {
		return pbx.Account{}, err
	}
	told := lineNotice{kind: LineAddedMessage, about: extension, at: f.Clock()}.effect(e.ID)
	account, err := f.Opener.OpenAccount(ctx, f.newAccount(e, extension, organisation), told)
	if err != nil {
		return pbx.Account{}, err
	}
	return account, f.audit(ctx, actor, "line_added", LineSubject(account), organisation)
}

// claim takes the next number for an identity.
func (f *Flow) claim(ctx context.Context, identityID, organisation string) (extension string, err error) {
	accounts, err := f.Accounts.AccountsOf(ctx, identityID)
	if err != nil {
		return "", err
	}
	if live := slices.DeleteFunc(slices.Clone(accounts), func(a pbx.Account) bool { return !a.ReleasedAt.IsZero() }); len(live) >= maxLines {
		return "", ErrTooManyLines
	}
	// From the first place that is not known to be taken: places of lines that
	// were given up long ago may be free again, and those behind them not.
	for slot := len(accounts); ; slot++ {
		extension, err = f.Accounts.AllocateExtension(ctx, pbx.Claim{IdentityID: identityID, Slot: slot, Organisation: organisation}, f.Settings.Numbering)
		if errors.Is(err, pbx.ErrFull) {
			return "", ErrNoNumber
		}
		if err != nil || !slices.ContainsFunc(accounts, func(a pbx.Account) bool { return a.Extension == extension }) {
			return extension, err
		}
	}
}

// SuspendLine turns a line off until it is resumed, whatever its identity's
// status: the PBX first, as with everything that is taken away.
func (f *Flow) SuspendLine(ctx context.Context, actor, extension string) error {
	return f.staffChange(ctx, SignOut, actor, "suspend_line", extension, func(a *pbx.Account, _ time.Time) error {
		a.Suspended = true
		return nil
	})
}

// ResumeLine ends a suspension; the line is then what its identity's status
// says.
func (f *Flow) ResumeLine(ctx context.Context, actor, extension string) error {
	return f.staffChange(ctx, SetLine, actor, "resume_line", extension, func(a *pbx.Account, _ time.Time) error {
		a.Suspended = false
		return nil
	})
}

// ReleaseLine ends a line for good. Its number rests before somebody else gets
// it.
func (f *Flow) ReleaseLine(ctx context.Context, actor, extension string) error {
	return f.staffChange(ctx, SignOut, actor, "release_line", extension, func(a *pbx.Account, now time.Time) error {
		release(a, now)
		return nil
	})
}

// RotateLine ends the passwords of all devices of a line after the overlap. Desk
// phones fetch new ones meanwhile; the other devices are due, and their
// subscriber sets them up again: nobody else is to see a password.
func (f *Flow) RotateLine(ctx context.Context, actor, extension string) error {
	return f.staffChange(ctx, SetLine, actor, "rotate_line", extension, func(a *pbx.Account, now time.Time) error {
		until := wholeSecond(now.Add(f.Settings.Overlap))
		*a = a.Clone()
		for i := range a.Devices {
			for j := range a.Devices[i].Credentials {
				if c := &a.Devices[i].Credentials[j]; c.NotAfter.IsZero() || until.Before(c.NotAfter) {
					c.NotAfter = until
				}
			}
		}
		return nil
	})
}

// DropContact makes the PBX forget a registration; an empty id stands for all of
// the line. A phone whose password is good comes back by itself.
func (f *Flow) DropContact(ctx context.Context, actor, extension, contactID string) error {
	line, err := f.Accounts.Account(ctx, extension)
	if err != nil {
		return err
	}
	if err := f.audit(ctx, actor, "drop_contact", LineSubject(line), ""); err != nil {
		return err
	}
	if f.Registrar == nil {
		return ErrPBXSilent
	}
	if err := f.Registrar.Drop(ctx, line.AOR, contactID); err != nil {
		return errors.Join(ErrPBXSilent, err)
	}
	return nil
}

// staffChange changes a line that was not released. What is so already is done
// again: the PBX may not have heard of it.
func (f *Flow) staffChange(
	ctx context.Context, kind EffectKind, actor, action, extension string, change func(a *pbx.Account, now time.Time) error,
) error {
	if actor == "" {
		return errors.New("kyc: a change of a line by nobody")
	}
	line, err := f.Accounts.Account(ctx, extension)
	if err != nil {
		return err
	}
	// Whose subscriber is forgotten is nobody's any more.
	e, err := f.holder(ctx, line.IdentityID)
	if err != nil {
		return err
	}
	if err := f.audit(ctx, actor, action, LineSubject(line), ""); err != nil {
		return err
	}
	_, err = f.changeLine(ctx, kind, e.ID, line, func(a *pbx.Account, now time.Time) error {
		if !a.ReleasedAt.IsZero() {
			return ErrLineReleased
		}
		return change(a, now)
	})
	return err
}
