package kyc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vouchline/vouchline/notify"
)

// sendCode sends the SMS with the confirmation code. The code follows from the
// challenge, so that a repeated job sends the same one.
func (r *Runner) sendCode(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	code, err := e.Data.PhoneCode.Challenge.Code()
	if err != nil {
		return err
	}
	err = r.send(ctx, e, effect, CodeMessage, notify.Address{Channel: notify.SMS, Value: e.Data.Profile.Phone}, MessageData{Code: code})
	return r.sent(ctx, effect, err, func(e *Enrollment) *Contact { return &e.Data.PhoneCode })
}

// sendLink sends the e-mail with the link. The owner of an address that has an
// identity already is told so, and only they.
func (r *Runner) sendLink(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	kind, data := LinkMessage, MessageData{URL: r.linkURL(e)}
	known, err := r.accountWith(ctx, e)
	if err != nil {
		return err
	}
	if known {
		// Without the link: who has an identity and pressed its button would
		// validate a stranger's enrollment with their own mailbox.
		kind, data = KnownMessage, MessageData{URL: r.Settings.BaseURL + "/signin"}
	}
	err = r.send(ctx, e, effect, kind, mailbox(e), data)
	return r.sent(ctx, effect, err, func(e *Enrollment) *Contact { return &e.Data.EmailLink })
}

// accountWith reports whether another person's activated account has the
// enrollment's e-mail address.
func (r *Runner) accountWith(ctx context.Context, e *Enrollment) (bool, error) {
	accounts, err := r.accounts(ctx, map[Lookup]string{ByEmail: e.Data.Profile.Email})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(accounts, func(a *Enrollment) bool { return a.ID != e.ID }), nil
}

func (r *Runner) linkURL(e *Enrollment) string {
	return r.Settings.BaseURL + "/enroll/link/" + linkToken(r.Keyring, e)
}

func mailbox(e *Enrollment) notify.Address {
	return notify.Address{Channel: notify.Email, Value: e.Data.Profile.Email}
}

// tellOutcome tells the person what was decided, or that identity and line are
// theirs.
func (r *Runner) tellOutcome(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	kind := MessageKind(effect.Ref)
	data := MessageData{URL: r.Settings.BaseURL + "/resume"}
	if e.Data.Decision != nil {
		data.Reasons = e.Data.Decision.Reasons
	}
	if kind == IssuedMessage {
		if e.Data.Account.Active() {
			return nil // told, and acted upon
		}
		data.URL, data.ProofURL = r.linkURL(e), r.Settings.ProofURL(e.Data.Identity.ID)
		if data.QR, err = r.QR(data.ProofURL); err != nil {
			return err
		}
	}
	return r.sent(ctx, effect, r.send(ctx, e, effect, kind, mailbox(e), data), func(e *Enrollment) *Contact { return &e.Data.EmailLink })
}

func (r *Runner) send(ctx context.Context, e *Enrollment, effect Effect, kind MessageKind, to notify.Address, data MessageData) error {
	data.Service = r.Settings.Service
	if e.Data.EmailLink.Validated() {
		// Before that, the name is a stranger's words in somebody's mailbox.
		data.Name = e.Data.Profile.GivenNames
	}
	m, err := notify.Render(e.Data.Locale, notify.Kind(kind), data, data.QR)
	if err != nil {
		return err
	}
	m.To, m.Key, m.About = to, effect.Key(), e.ID
	return r.Sender.Send(ctx, m)
}

// sent notes on the enrollment what became of a message, so that the page can
// say so. A temporary failure is noted and tried again.
func (r *Runner) sent(ctx context.Context, effect Effect, cause error, contact func(*Enrollment) *Contact) error {
	final := errors.Is(cause, notify.ErrPermanent)
	if cause != nil {
		r.Logger.WarnContext(ctx, "message not sent", "kind", effect.Kind, "enrollment", effect.EnrollmentID, "final", final, "error", cause)
	}
	err := r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		c := contact(e)
		c.markUnsent()
		switch {
		case cause == nil:
			c.SentAt = now
		case final:
			c.SendFailed = true
		default:
			c.SendDelayed = true
		}
		return nil
	})
	if err != nil || cause == nil || final {
		return err
	}
	return cause
}
