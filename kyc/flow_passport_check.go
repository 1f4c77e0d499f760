package kyc

import (
	"context"
	"errors"
	"slices"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/passport"
)

// A PassportCheck asks what an Identity header is worth.
type PassportCheck struct {
	Actor  string
	Header string
	// From and To are what the INVITE says; empty is not compared.
	From, To string
}

// A PassportVerdict says what a call's token is worth.
type PassportVerdict struct {
	// Refused is the code of what is wrong; empty is nothing.
	Refused string
	// Status and Reason are what a PBX answers that refuses the call for it (RFC
	// 8224 section 6.2.2).
	Status int
	Reason string
	// Claims are what may be believed: nothing where Refused is set.
	Claims passport.Claims
	// Signer is who signed, by the certificate's subject.
	Signer string
	// Own tells that this service signed it, and that the identity is live.
	Own bool
}

// Verified reports whether the claims may be believed.
func (v PassportVerdict) Verified() bool { return v.Refused == "" }

// CheckPassport verifies an Identity header. Of a token that this service
// signed it also asks whether the identity is still live: within its minute of
// life an identity can be revoked.
func (f *Flow) CheckPassport(ctx context.Context, c PassportCheck) (PassportVerdict, error) {
	if f.Passports == nil {
		return PassportVerdict{}, ErrPassportOff
	}
	verdict, err := f.verdict(ctx, c)
	if err != nil {
		return PassportVerdict{}, err
	}
	detail := verdict.Refused
	if verdict.Verified() {
		detail = string(verdict.Claims.Attest) + " " + verdict.Signer
	}
	if err := f.audit(ctx, c.Actor, "check_passport", "", detail); err != nil {
		return PassportVerdict{}, err
	}
	return verdict, nil
}

func (f *Flow) verdict(ctx context.Context, c PassportCheck) (PassportVerdict, error) {
	call, err := f.call(ctx, c)
	if err != nil {
		return refusedPassport(err)
	}
	token, own, err := f.Passports.VerifyPassport(ctx, c.Header, call)
	if err != nil {
		return refusedPassport(err)
	}
	if own {
		// Also of another organisation's line: its token was for who is called.
		if err := f.unbounded().speaksStill(ctx, token.Orig); err != nil {
			return refusedPassport(err)
		}
	}
	return PassportVerdict{Claims: token.Claims, Signer: token.Certificate.Subject.CommonName, Own: own}, nil
}

// refusedPassport makes a verdict of a refusal; anything else stays an error.
func refusedPassport(err error) (PassportVerdict, error) {
	var refused *passport.Error
	switch {
	case errors.As(err, &refused):
		return PassportVerdict{Refused: refused.Code(), Status: refused.SIPStatus(), Reason: refused.SIPReason()}, nil
	case errors.Is(err, ErrIdentityNotLive), errors.Is(err, ErrLineOff):
		stale := passport.ErrStale
		return PassportVerdict{Refused: Code(err), Status: stale.SIPStatus(), Reason: stale.SIPReason()}, nil
	default:
		return PassportVerdict{}, err
	}
}

func (f *Flow) call(ctx context.Context, c PassportCheck) (passport.Call, error) {
	var call passport.Call
	for _, end := range []struct {
		text  string
		party *passport.Party
	}{{c.From, &call.Orig}, {c.To, &call.Dest}} {
		if end.text == "" {
			continue
		}
		p, err := f.party(ctx, end.text)
		if err != nil {
			return call, err
		}
		*end.party = p
	}
	return call, nil
}

// speaksStill refuses a caller of ours whose identity or line has ended since
// the token was made.
func (f *Flow) speaksStill(ctx context.Context, orig passport.Party) error {
	if orig.TN == "" {
		_, e, err := f.caller(ctx, pbx.AOR(orig.URI).User())
		if err != nil {
			return err
		}
		return f.live(ctx, e)
	}
	ids, err := f.Enrollments.Find(ctx, ByPhone, "+"+orig.TN)
	if err != nil {
		return err
	}
	refusal := error(ErrIdentityNotLive)
	for _, id := range ids {
		e, err := f.Enrollments.Get(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // erased in between
		}
		if err == nil {
			err = f.speaksFor(ctx, e)
		}
		if !errors.Is(err, ErrIdentityNotLive) && !errors.Is(err, ErrLineOff) {
			return err
		}
		refusal = err
	}
	return refusal
}

// speaksFor refuses what was signed for a number of an enrollment that by now
// would not get it: of a number that an SMS confirmed, on a line that is on, of an
// identity that is live.
func (f *Flow) speaksFor(ctx context.Context, e *Enrollment) error {
	if !e.Data.PhoneCode.Validated() {
		return ErrIdentityNotLive
	}
	lines, err := f.Accounts.AccountsOf(ctx, e.Data.Identity.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(lines, func(a pbx.Account) bool { return a.Status() == pbx.StatusOn }) {
		return ErrLineOff
	}
	return f.live(ctx, e)
}
