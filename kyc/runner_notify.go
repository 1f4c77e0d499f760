package kyc

import (
	"context"
	"errors"
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
	return r.sent(ctx, effect, err, func(e *Enrollment) { e.Data.PhoneCode.SendFailed = true })
}

// sendLink sends the e-mail with the link. The owner of an address that has an
// identity already is told so, and only they.
func (r *Runner) sendLink(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	kind := LinkMessage
	known, err := r.subscriber(ctx, e.Data.Profile.Email)
	if err != nil {
		return err
	}
	if known != nil && known.ID != e.ID {
		kind = KnownMessage
	}
	err = r.send(ctx, e, effect, kind, mailbox(e), MessageData{URL: r.linkURL(e)})
	return r.sent(ctx, effect, err, func(e *Enrollment) { e.Data.EmailLink.SendFailed = true })
}

func (r *Runner) linkURL(e *Enrollment) string {
	return r.Settings.BaseURL + "/enroll/link/" + linkToken(r.Keys, e)
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
	return r.sent(ctx, effect, r.send(ctx, e, effect, kind, mailbox(e), data), func(e *Enrollment) { e.Data.EmailLink.SendFailed = true })
}

func (r *Runner) send(ctx context.Context, e *Enrollment, effect Effect, kind MessageKind, to notify.Address, data MessageData) error {
	data.Name, data.Service = e.Data.Profile.GivenNames, r.Settings.Service
	m, err := notify.Render(e.Data.Locale, notify.Kind(kind), data, data.QR)
	if err != nil {
		return err
	}
	m.To, m.Key = to, effect.Key()
	return r.Sender.Send(ctx, m)
}

// sent notes on the enrollment that a provider refused a message for good, so
// that the page can say so. A temporary failure is tried again.
func (r *Runner) sent(ctx context.Context, effect Effect, err error, note func(*Enrollment)) error {
	if err == nil || !errors.Is(err, notify.ErrPermanent) {
		return err
	}
	r.Logger.WarnContext(ctx, "message refused", "kind", effect.Kind, "enrollment", effect.EnrollmentID, "error", err)
	return r.save(ctx, effect, func(e *Enrollment, _ time.Time) error {
		note(e)
		return nil
	})
}
