package kyc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// A misfortune befalls an identity before its line asks for a passport.
type misfortune func(t *testing.T, b *bench, enrollment, identity string)

func nothing(*testing.T, *bench, string, string) {}

// asked is a change of status that the ledger has yet to hear of.
func asked(s ledger.Status) misfortune {
	return func(t *testing.T, b *bench, _, identity string) {
		t.Helper()
		must(t, b.flow.ChangeStatus(t.Context(), kyc.StatusRequest{Actor: "operator", IdentityID: identity, Status: s, Reason: kyc.StatusReasons(s)[0]}))
	}
}

func erasureAsked(t *testing.T, b *bench, id, _ string) {
	t.Helper()
	must(t, b.flow.EraseSubject(t.Context(), "operator", id))
}

// done is what was asked for and carried out.
func done(do misfortune) misfortune {
	return func(t *testing.T, b *bench, id, identity string) {
		t.Helper()
		do(t, b, id, identity)
		b.work(t)
	}
}

// byAnother writes on the ledger as another organisation would: nobody here knows.
func byAnother(s ledger.Status) misfortune {
	return func(t *testing.T, b *bench, _, identity string) {
		t.Helper()
		_, err := b.ledger.SetStatus(t.Context(), identity, s, ledger.ReasonAdministrative)
		must(t, err)
	}
}

func lineSuspended(t *testing.T, b *bench, _, identity string) {
	t.Helper()
	accounts, err := b.store.AccountsOf(t.Context(), identity)
	must(t, err)
	accounts[0].Suspended = true
	must(t, b.store.SaveAccount(t.Context(), accounts[0]))
}

// TestPassportRefused: for each reason nothing is signed, and the log says why.
func TestPassportRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		before misfortune
		change func(*kyc.PassportRequest)
		code   string
	}{
		{"suspended", done(asked(ledger.StatusSuspended)), nil, "line_off"},
		{"revoked", done(asked(ledger.StatusRevoked)), nil, "line_off"},
		{"erased", done(erasureAsked), nil, "line_off"},
		{"suspension asked for", asked(ledger.StatusSuspended), nil, "identity_not_live"},
		{"revocation asked for", asked(ledger.StatusRevoked), nil, "identity_not_live"},
		{"erasure asked for", erasureAsked, nil, "identity_not_live"},
		{"suspended on the ledger by another", byAnother(ledger.StatusSuspended), nil, "identity_not_live"},
		{"revoked on the ledger by another", byAnother(ledger.StatusRevoked), nil, "identity_not_live"},
		{"a line that an administrator suspended", lineSuspended, nil, "line_off"},
		{"no such line", nothing, func(r *kyc.PassportRequest) { r.Extension = "999" }, "line_off"},
		{"somebody else's number", nothing, func(r *kyc.PassportRequest) { r.From = "+33612345699" }, "callers_number"},
		{"somebody else's line", nothing, func(r *kyc.PassportRequest) { r.From = "sip:2000099@vouchline" }, "callers_number"},
		{"the line's number elsewhere", nothing, func(r *kyc.PassportRequest) { r.From = "sip:" + r.Extension + "@evil.example" }, "callers_number"},
		{"no number", nothing, func(r *kyc.PassportRequest) { r.From = "anonymous" }, "callers_number"},
		{"nobody called", nothing, func(r *kyc.PassportRequest) { r.To = nil }, "callee_invalid"},
		{"nonsense called", nothing, func(r *kyc.PassportRequest) { r.To = []string{"\r\nX: y"} }, "callee_invalid"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.desk(t, all)
			id, identity, extension, _ := b.caller(t)
			tc.before(t, b, id, identity.ID)
			r := kyc.PassportRequest{Extension: extension, To: []string{"+12155551212"}}
			if tc.change != nil {
				tc.change(&r)
			}
			header, err := b.flow.Passport(t.Context(), gateway, r)
			if kyc.Code(err) != tc.code || header.Header != "" {
				t.Fatalf("Passport = %v, %v, want it refused as %s", header, err, tc.code)
			}
			subject := identity.ID
			if r.Extension != extension {
				subject = ""
			}
			lines, err := b.store.AuditLog(t.Context(), subject, 1)
			must(t, err)
			if l := lines[0]; l.Action != "sign_passport_refused" || l.Actor != gateway || l.Detail != tc.code {
				t.Errorf("the audit log says %+v, want the refusal", l)
			}
		})
	}
}

// TestPassportNumberThatNobodyConfirmed: the profile's number is a claim until
// an SMS came back.
func TestPassportNumberThatNobodyConfirmed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.desk(t, all)
	id, _, extension, phone := b.caller(t)
	_, err := b.store.Update(t.Context(), id, func(e *kyc.Enrollment) error {
		e.Data.PhoneCode.ValidatedAt = time.Time{}
		return nil
	})
	must(t, err)
	for _, from := range []string{phone, kyc.FromConfirmed} {
		_, err := b.flow.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, From: from, To: []string{"+12155551212"}})
		if !errors.Is(err, kyc.ErrCallersNumber) {
			t.Errorf("Passport = %v, want %v", err, kyc.ErrCallersNumber)
		}
	}
	if d.signed != 0 {
		t.Error("something was signed")
	}
}

// TestPassportWithoutLedger: a ledger that does not answer signs nothing, and
// is no refusal of anybody.
func TestPassportWithoutLedger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.desk(t, all)
	_, _, extension, _ := b.caller(t)
	b.flow.Ledger = absent{b.flow.Ledger}
	_, err := b.flow.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, To: []string{"+12155551212"}})
	if !kyc.Away(err) || d.signed != 0 {
		t.Errorf("Passport = %v, %d signatures", err, d.signed)
	}
}

// absent does not answer.
type absent struct{ kyc.Ledger }

func (absent) Identity(context.Context, string) (ledger.Identity, ledger.Location, error) {
	return ledger.Identity{}, ledger.Location{}, ledger.ErrUnavailable
}

// TestPassportUnrecorded: what cannot be noted does not leave.
func TestPassportUnrecorded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk(t, all)
	_, _, extension, _ := b.caller(t)
	b.sabotaged(&saboteur{armed: true})
	header, err := b.flow.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, To: []string{"+12155551212"}})
	if !errors.Is(err, errCrash) || header.Header != "" {
		t.Errorf("Passport = %v, %v, want nothing to leave", header, err)
	}
}
