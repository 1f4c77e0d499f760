package kyc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx/passport"
)

func TestCheckPassport(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk(t, all)
	_, identity, extension, phone := b.caller(t)
	sign := func(from string) string {
		header, err := b.flow.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, From: from, To: []string{"+12155551212"}})
		must(t, err)
		return header.Header
	}
	byNumber, byAddress := sign(phone), sign("")
	check := func(header, from string) kyc.PassportVerdict {
		t.Helper()
		v, err := b.flow.CheckPassport(t.Context(), kyc.PassportCheck{Actor: gateway, Header: header, From: from, To: "+12155551212"})
		must(t, err)
		return v
	}
	if v := check(byNumber, phone); !v.Verified() || !v.Own || v.Claims.Attest != passport.Full || v.Signer != "Example Operator SHAKEN" {
		t.Errorf("verdict of a number: %s %s by %s", v.Refused, v.Claims.Attest, v.Signer)
	}
	if v := check(byAddress, extension); !v.Verified() || v.Claims.Attest != passport.Partial {
		t.Errorf("verdict of an address: %s %s", v.Refused, v.Claims.Attest)
	}
	if v := check(byNumber, "+33612345699"); v.Refused != "caller_mismatch" || v.Status != 438 {
		t.Errorf("verdict of another caller: %s %d", v.Refused, v.Status)
	}
	if v := check(byNumber, "anonymous"); v.Refused != "number_invalid" {
		t.Errorf("verdict of no caller: %s", v.Refused)
	}
	if v := check("nonsense", phone); v.Refused != "malformed" || v.Claims.Name != "" {
		t.Errorf("verdict of nonsense: %s", v.Refused)
	}
	_, err := b.ledger.SetStatus(t.Context(), identity.ID, ledger.StatusRevoked, ledger.ReasonAdministrative)
	must(t, err)
	for _, header := range []string{byNumber, byAddress} {
		if v := check(header, ""); v.Refused != "identity_not_live" || v.Status != 403 || v.Claims.Name != "" {
			t.Errorf("verdict once the identity is revoked: %s %d", v.Refused, v.Status)
		}
	}
	b.advance(2 * time.Minute)
	if v := check(byNumber, phone); v.Refused != "stale" {
		t.Errorf("verdict after two minutes: %s", v.Refused)
	}
	lines, err := b.store.AuditLog(t.Context(), "", 0)
	must(t, err)
	for _, l := range lines {
		if strings.Contains(l.Detail, phone[1:]) || strings.Contains(l.Detail, "Anna") {
			t.Errorf("the audit log has %+v", l)
		}
	}
}

// A token that was signed for a confirmed number is worth nothing once the line is
// suspended, nor because somebody else claims the number.
func TestCheckPassportOfAConfirmedNumber(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk(t, all)
	_, identity, extension, phone := b.caller(t)
	header, err := b.flow.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, From: phone, To: []string{"+12155551212"}})
	must(t, err)
	check := func(want string) {
		t.Helper()
		v, err := b.flow.CheckPassport(t.Context(), kyc.PassportCheck{Actor: gateway, Header: header.Header, From: phone})
		must(t, err)
		if v.Refused != want {
			t.Errorf("the verdict is %q, want %q", v.Refused, want)
		}
	}
	must(t, b.flow.SuspendLine(t.Context(), agent, extension))
	b.work(t)
	check("line_off")
	must(t, b.flow.ResumeLine(t.Context(), agent, extension))
	b.work(t)
	check("")
	other, _, _, _ := b.caller(t)
	_, err = b.store.Update(t.Context(), other, func(e *kyc.Enrollment) error {
		e.Data.Profile.Phone, e.Data.PhoneCode.ValidatedAt = phone, time.Time{}
		return nil
	})
	must(t, err)
	check("")
	_, err = b.ledger.SetStatus(t.Context(), identity.ID, ledger.StatusRevoked, ledger.ReasonAdministrative)
	must(t, err)
	check("identity_not_live")
}
