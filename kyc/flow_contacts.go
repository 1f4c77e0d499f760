package kyc

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/vouchline/vouchline/otp"
)

// ChangeContacts corrects a mistyped phone number or e-mail address while
// they are being validated. What was validated before stays valid only if it
// did not change.
func (f *Flow) ChangeContacts(ctx context.Context, id, phone, email, source string) error {
	faults := FieldErrors{}
	phone = normalizePhone(phone, f.Settings.DefaultCountry, faults)
	email = normalizeEmail(email, faults)
	if len(faults) > 0 {
		return faults
	}
	if err := f.take(ctx, "source:"+source, otp.PerSource()...); err != nil {
		return err
	}
	if err := f.take(ctx, "phone:"+phone, otp.PerPhone()...); err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := e.Apply(ChangeContacts, now); err != nil {
			return err
		}
		p := &e.Data.Profile
		if p.Phone != phone || !e.Data.PhoneCode.Validated() {
			p.Phone = phone
			if err := f.newCode(e, now); err != nil {
				return err
			}
		}
		if p.Email != email || !e.Data.EmailLink.Validated() {
			p.Email = email
			e.Data.EmailLink = Contact{}
			f.newLink(e, now)
		}
		return nil
	})
}

// ResendCode sends another code to the phone. The count of wrong tries goes
// on: a new code must not buy new guesses (SP 800-63B-4 section 3.1.3.2).
func (f *Flow) ResendCode(ctx context.Context, id, source string) error {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	if _, err := Next(e.State(), ChangeContacts); err != nil {
		return err
	}
	if err := f.take(ctx, "source:"+source, otp.PerSource()...); err != nil {
		return err
	}
	if err := f.take(ctx, "phone:"+e.Data.Profile.Phone, otp.PerPhone()...); err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := e.Apply(ChangeContacts, now); err != nil {
			return err
		}
		challenge := &e.Data.PhoneCode.Challenge
		if err := challenge.Renew(now); err != nil {
			return err
		}
		e.Data.PhoneCode.markUnsent()
		e.Schedule(Effect{Kind: SendCode, EnrollmentID: e.ID, Ref: codeRef(*challenge)})
		return nil
	})
}

// ResendLink sends a new link to the e-mail address; the one before ends.
func (f *Flow) ResendLink(ctx context.Context, id, source string) error {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := f.takeMail(ctx, e.Data.Profile.Email, source); err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if e.State().Terminal() && e.State() != Issued {
			return &TransitionError{From: e.State(), Event: ChangeContacts}
		}
		f.newLink(e, now)
		return nil
	})
}

func (f *Flow) takeMail(ctx context.Context, email, source string) error {
	if err := f.take(ctx, "source:"+source, otp.PerSource()...); err != nil {
		return err
	}
	return f.take(ctx, "email:"+email, otp.PerPhone()...)
}

// ConfirmCode checks the code that the applicant typed. A wrong try is saved
// before it is answered, so that a restart gives no new guesses.
func (f *Flow) ConfirmCode(ctx context.Context, id, code, source string) error {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := f.take(ctx, "code:"+source, otp.PerSource()...); err != nil {
		return err
	}
	authenticator := "phone:" + e.Data.Profile.Phone
	failures, err := f.Throttle.Failures(ctx, authenticator)
	if err != nil {
		return err
	}
	if otp.Disabled(failures) {
		return otp.ErrDisabled
	}
	var refusal error
	guessed := false
	err = f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		refusal, guessed = nil, false
		if e.State() != Contacts {
			return &TransitionError{From: e.State(), Event: ValidateAddresses}
		}
		if e.Data.PhoneCode.Validated() {
			return nil
		}
		challenge := &e.Data.PhoneCode.Challenge
		before := challenge.ConsecutiveFailures
		refusal = challenge.Verify(now, code)
		guessed = challenge.ConsecutiveFailures > before
		if refusal != nil {
			return nil //nolint:nilerr // the refusal is answered outside; the count of this try must be saved
		}
		e.Data.PhoneCode.ValidatedAt = now
		return addressesValidated(e, now)
	})
	if err != nil {
		return err
	}
	// Counted over all enrollments with this number: starting anew must not
	// give new guesses either. What was not compared is not a guess, or a
	// stranger could disable a number without trying.
	if guessed {
		if _, err := f.Throttle.Fail(ctx, authenticator); err != nil {
			return err
		}
	}
	if refusal == nil {
		return f.Throttle.Succeed(ctx, authenticator)
	}
	return refusal
}

// addressesValidated moves on once both the code and the link came back.
func addressesValidated(e *Enrollment, now time.Time) error {
	if e.State() != Contacts || !e.Data.PhoneCode.Validated() || !e.Data.EmailLink.Validated() {
		return nil
	}
	e.Data.Checks = setCheck(e.Data.Checks, Check{Name: CheckContacts, Outcome: Passed, At: now})
	return e.Apply(ValidateAddresses, now)
}

// OpenLink validates the e-mail address when its link comes back for the first
// time, and resumes the enrollment every time. Possession of the mailbox is
// asked again with each new link; e-mail is never a login factor (SP 800-63B-4
// section 3.1.3), so an activated account is not opened by it.
func (f *Flow) OpenLink(ctx context.Context, token string) (*Enrollment, error) {
	ids, err := f.Enrollments.Find(ctx, ByLink, otp.TokenHash(token))
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, ErrLinkInvalid
	}
	e, err := f.Enrollments.Update(ctx, ids[0], func(e *Enrollment) error {
		now := f.Clock()
		if e.Data.Account.Active() || e.Data.LinkHash != otp.TokenHash(token) || !now.Before(e.Data.LinkExpires) {
			return ErrLinkInvalid
		}
		e.Data.Epoch++
		if e.Data.EmailLink.Validated() {
			return nil
		}
		e.Data.EmailLink.ValidatedAt = now
		e.Data.LinkExpires = now.Add(resumeLifetime)
		return addressesValidated(e, now)
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// RequestLink sends a resume link if the address has an open enrollment. Its
// answer does not tell whether there is one.
func (f *Flow) RequestLink(ctx context.Context, email, source string) error {
	faults := FieldErrors{}
	email = normalizeEmail(email, faults)
	if len(faults) > 0 {
		return faults
	}
	if err := f.takeMail(ctx, email, source); err != nil {
		return err
	}
	ids, err := f.Enrollments.Find(ctx, ByEmail, email)
	if err != nil {
		return err
	}
	// The newest whose address was validated by its owner; only then the newest
	// of all, which a stranger may have begun.
	resumed := ""
	for _, id := range ids { // newest first
		e, err := f.Enrollments.Get(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // erased in between
		}
		if err != nil {
			return err
		}
		open := !e.State().Terminal() || e.State() == Issued && !e.Data.Account.Active()
		if !open || e.Data.Profile.Email != email {
			continue
		}
		if e.Data.EmailLink.Validated() {
			resumed = id
			break
		}
		if resumed == "" {
			resumed = id
		}
	}
	if resumed == "" {
		return nil
	}
	return f.update(ctx, resumed, func(e *Enrollment, now time.Time) error {
		f.newLink(e, now)
		return nil
	})
}

// markUnsent says that the present message has not left yet.
func (c *Contact) markUnsent() { c.SentAt, c.SendDelayed, c.SendFailed = time.Time{}, false, false }

// codeRef names one sent code: the challenge and how often it was renewed.
func codeRef(c otp.Challenge) string {
	if c.Counter == 0 {
		return c.ID
	}
	return c.ID + "." + strconv.FormatUint(c.Counter, 10)
}
