package kyc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/passport"
)

// given makes a subscriber's line one of an organisation.
func (b *bench) given(t *testing.T, extension, organisation string) pbx.Account {
	t.Helper()
	a, err := b.store.UpdateAccount(t.Context(), extension, func(a *pbx.Account) ([]kyc.Effect, error) { a.Organisation = organisation; return nil, nil })
	must(t, err)
	return a
}

// For a program of one organisation the line of another is a number that nobody
// has: the same answer, nothing changed, and nothing in the line's past.
func TestWithinTouchesNoOthersLine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, _, extension, _ := b.caller(t)
	_, _, foreign, _ := b.caller(t)
	b.given(t, extension, "acme")
	before := b.given(t, foreign, "birch")
	acme := b.flow.Within("acme")
	for name, do := range map[string]func(ctx context.Context, extension string) error{
		"view": func(ctx context.Context, e string) error { _, err := acme.LineDetail(ctx, "apikey:k", e); return err },
		"look up": func(ctx context.Context, e string) error {
			_, err := acme.Accounts.Account(ctx, e)
			return err
		},
		"rotate":  func(ctx context.Context, e string) error { return acme.RotateLine(ctx, "apikey:k", e) },
		"suspend": func(ctx context.Context, e string) error { return acme.SuspendLine(ctx, "apikey:k", e) },
		"resume":  func(ctx context.Context, e string) error { return acme.ResumeLine(ctx, "apikey:k", e) },
		"release": func(ctx context.Context, e string) error { return acme.ReleaseLine(ctx, "apikey:k", e) },
		"drop":    func(ctx context.Context, e string) error { return acme.DropContact(ctx, "apikey:k", e, "") },
		"change what was read before it moved": func(ctx context.Context, e string) error {
			_, err := acme.Accounts.UpdateAccount(ctx, e, func(a *pbx.Account) ([]kyc.Effect, error) { a.Suspended = true; return nil, nil })
			return err
		},
	} {
		for _, number := range []string{foreign, "2999999"} {
			if err := do(t.Context(), number); !errors.Is(err, kyc.ErrNotFound) {
				t.Errorf("%s %s = %v, want that there is no such line", name, number, err)
			}
		}
	}
	after, err := b.store.Account(t.Context(), foreign)
	must(t, err)
	if !after.Equal(before) {
		t.Errorf("the line is %+v, was %+v", after, before)
	}
	past, err := b.store.AuditLog(t.Context(), kyc.LineSubject(before), 100)
	must(t, err)
	for _, entry := range past {
		if entry.Actor == "apikey:k" {
			t.Errorf("the line's past has %+v", entry)
		}
	}
	must(t, acme.SuspendLine(t.Context(), "apikey:k", extension))
	if a, err := b.store.Account(t.Context(), extension); err != nil || !a.Suspended {
		t.Errorf("its own line is suspended: %v, %v", a.Suspended, err)
	}
	page, err := acme.FindLines(t.Context(), "apikey:k", pbx.Query{})
	must(t, err)
	if len(page.Accounts) != 1 || page.Accounts[0].Extension != extension {
		t.Errorf("FindLines() = %d lines, want its own", len(page.Accounts))
	}
	if own, err := acme.Accounts.AccountsOf(t.Context(), before.IdentityID); err != nil || len(own) != 0 {
		t.Errorf("AccountsOf another's subscriber = %d lines, %v, want none", len(own), err)
	}
}

// A PBX has its own calls signed. It believes the calls of others, whose tokens
// say who they are, and does not find out by asking which numbers there are.
func TestWithinSignsItsOwnCalls(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk(t, all)
	_, _, extension, _ := b.caller(t)
	_, _, foreign, _ := b.caller(t)
	b.given(t, extension, "acme")
	b.given(t, foreign, "birch")
	acme, birch := b.flow.Within("acme"), b.flow.Within("birch")
	for _, number := range []string{foreign, "2999999"} {
		_, err := acme.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: number, To: []string{"+12155551212"}})
		if kyc.Code(err) != "line_off" {
			t.Errorf("Passport of %s = %v, want line_off", number, err)
		}
		_, err = acme.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, To: []string{number}})
		if kyc.Code(err) != "callee_invalid" {
			t.Errorf("Passport of a call to %s = %v, want callee_invalid", number, err)
		}
		verdict, err := acme.CheckPassport(t.Context(), kyc.PassportCheck{Actor: gateway, Header: "x", From: number})
		must(t, err)
		if want := passport.ErrNumber.Code(); verdict.Refused != want {
			t.Errorf("CheckPassport from %s = %q, want %q", number, verdict.Refused, want)
		}
	}
	called := "sip:" + extension + "@vouchline"
	signed, err := birch.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: foreign, To: []string{called}})
	must(t, err)
	check := kyc.PassportCheck{Actor: gateway, Header: signed.Header, From: "sip:" + foreign + "@vouchline", To: extension}
	verdict, err := acme.CheckPassport(t.Context(), check)
	must(t, err)
	if !verdict.Verified() || !verdict.Own {
		t.Errorf("the call of another organisation's line = %+v, want it verified", verdict)
	}
	must(t, birch.SuspendLine(t.Context(), gateway, foreign))
	if verdict, err = acme.CheckPassport(t.Context(), check); err != nil || verdict.Refused != "line_off" {
		t.Errorf("the call of a line that was suspended since = %+v, %v, want line_off", verdict, err)
	}
}
