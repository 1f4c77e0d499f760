package kyc_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx/passport"
)

// desk signs and verifies with a certificate of its own.
type desk struct {
	signer   *passport.Signer
	verifier passport.Verifier
	signed   int
}

func (d *desk) SignPassport(c passport.Claims) (string, error) {
	d.signed++
	return d.signer.Sign(c)
}

func (d *desk) VerifyPassport(_ context.Context, header string, call passport.Call) (passport.Token, bool, error) {
	u, err := passport.Parse(header)
	if err != nil {
		return passport.Token{}, false, err
	}
	t, err := d.verifier.Verify(u, []*x509.Certificate{d.signer.Certificate()}, call)
	return t, err == nil, err
}

// desk gives the flow a certificate that may speak for what is listed.
func (b *bench) desk(t *testing.T, numbers passport.TNAuthList) *desk {
	t.Helper()
	rootKey, err := passport.NewKey()
	must(t, err)
	key, err := passport.NewKey()
	must(t, err)
	r := passport.Request{
		Organisation: "Example Operator", Domains: []string{"vouchline"}, Numbers: numbers,
		NotBefore: b.now.Add(-time.Hour), NotAfter: b.now.Add(48 * time.Hour),
	}
	root, err := passport.NewRoot(rootKey, r)
	must(t, err)
	leaf, err := passport.Root{Certificate: root, Key: rootKey}.Issue(key.Public(), r)
	must(t, err)
	signer, err := passport.NewSigner(key, leaf, "https://id.example.org/c.pem", nil)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(root)
	d := &desk{signer: signer, verifier: passport.Verifier{Roots: roots, Clock: b.flow.Clock}}
	b.flow.Passports = d
	return d
}

// caller is a subscriber with a line, whose number an SMS confirmed.
func (b *bench) caller(t *testing.T) (enrollment string, identity kyc.Identity, extension, phone string) {
	t.Helper()
	id := b.issued(t)
	e, err := b.store.Update(t.Context(), id, func(e *kyc.Enrollment) error {
		e.Data.PhoneCode.ValidatedAt = b.now
		return nil
	})
	must(t, err)
	accounts, err := b.store.AccountsOf(t.Context(), e.Data.Identity.ID)
	must(t, err)
	return id, e.Data.Identity, accounts[0].Extension, e.Data.Profile.Phone
}

var all = passport.TNAuthList{Providers: []string{"1234"}}

const gateway = "apikey:pbx"

func (d *desk) read(t *testing.T, header string) passport.Claims {
	t.Helper()
	token, _, err := d.VerifyPassport(t.Context(), header, passport.Call{})
	must(t, err)
	return token.Claims
}

func TestPassport(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.desk(t, all)
	_, identity, extension, phone := b.caller(t)
	_, _, other, _ := b.caller(t)
	address := passport.Party{URI: "sip:" + extension + "@vouchline"}
	number := passport.Party{TN: strings.TrimPrefix(phone, "+")}
	for _, tc := range []struct {
		name, from, to string
		attest         passport.Attestation
		orig, dest     passport.Party
	}{
		{"the line itself", "", "+12155551212", passport.Partial, address, passport.Party{TN: "12155551212"}},
		{"the line by its number", extension, "sip:+12155551212@carrier.example;user=phone", passport.Partial, address, passport.Party{TN: "12155551212"}},
		{"the line by its address", "sip:" + extension + "@VOUCHLINE:5060", other, passport.Partial, address, passport.Party{URI: "sip:" + other + "@vouchline"}},
		{"the confirmed number", phone, "tel:+1-215-555-1212", passport.Full, number, passport.Party{TN: "12155551212"}},
		{"the confirmed number as an address", "sip:" + phone + "@vouchline", "+12155551212", passport.Full, number, passport.Party{TN: "12155551212"}},
		{"the confirmed number, unknown to the PBX", kyc.FromConfirmed, "+12155551212", passport.Full, number, passport.Party{TN: "12155551212"}},
		{"a callee as people dial it", phone, "01 90 01 12 34", passport.Full, number, passport.Party{TN: "2290190011234"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			header, err := b.flow.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, From: tc.from, To: []string{tc.to}})
			must(t, err)
			c := d.read(t, header.Header)
			if shown := strings.TrimPrefix(header.From, "+"); header.Attest != tc.attest || shown != tc.orig.TN && shown != tc.orig.URI {
				t.Errorf("the call shows %q with attestation %s", header.From, header.Attest)
			}
			if c.Attest != tc.attest || c.Orig != tc.orig || len(c.Dest) != 1 || c.Dest[0] != tc.dest || !c.IssuedAt.Equal(b.now) {
				t.Errorf("claims: attest %s, orig %q %q, dest %q", c.Attest, c.Orig.TN, c.Orig.URI, fmt.Sprint(c.Dest[0].TN, c.Dest[0].URI))
			}
			if c.Name != "Anna Maria Eriksson" {
				t.Errorf("name = %q", c.Name)
			}
			lines, err := b.store.AuditLog(t.Context(), identity.ID, 1)
			must(t, err)
			if l := lines[0]; l.Action != "sign_passport" || l.Actor != gateway || l.Detail != string(tc.attest)+" "+c.OrigID {
				t.Errorf("the audit log says %+v", l)
			}
		})
	}
	t.Run("without a name", func(t *testing.T) {
		header, err := b.flow.Passport(t.Context(), gateway, kyc.PassportRequest{Extension: extension, To: []string{"+12155551212"}, WithoutName: true})
		must(t, err)
		if name := d.read(t, header.Header).Name; name != "" {
			t.Errorf("name = %q", name)
		}
	})
}

// TestPassportRefused: for each reason nothing is signed, and the log says why.
func TestPassportRefused(t *testing.T) {
	t.Parallel()
	status := func(s ledger.Status) func(*testing.T, *bench, string, string) {
		return func(t *testing.T, b *bench, _, identity string) {
			t.Helper()
			must(t, b.flow.ChangeStatus(t.Context(), kyc.StatusRequest{Actor: "operator", IdentityID: identity, Status: s, Reason: kyc.StatusReasons(s)[0]}))
		}
	}
	worked := func(do func(*testing.T, *bench, string, string)) func(*testing.T, *bench, string, string) {
		return func(t *testing.T, b *bench, id, identity string) {
			t.Helper()
			do(t, b, id, identity)
			b.work(t)
		}
	}
	erase := func(t *testing.T, b *bench, id, _ string) {
		t.Helper()
		must(t, b.flow.EraseSubject(t.Context(), "operator", id))
	}
	// behind writes on the ledger as another organisation would: nobody here knows.
	behind := func(s ledger.Status) func(*testing.T, *bench, string, string) {
		return func(t *testing.T, b *bench, _, identity string) {
			t.Helper()
			_, err := b.ledger.SetStatus(t.Context(), identity, s, ledger.ReasonAdministrative)
			must(t, err)
		}
	}
	nothing := func(*testing.T, *bench, string, string) {}
	for _, tc := range []struct {
		name   string
		before func(t *testing.T, b *bench, enrollment, identity string)
		change func(*kyc.PassportRequest)
		code   string
	}{
		{"suspended", worked(status(ledger.StatusSuspended)), nil, "line_off"},
		{"revoked", worked(status(ledger.StatusRevoked)), nil, "line_off"},
		{"erased", worked(erase), nil, "line_off"},
		{"suspension asked for", status(ledger.StatusSuspended), nil, "identity_not_live"},
		{"revocation asked for", status(ledger.StatusRevoked), nil, "identity_not_live"},
		{"erasure asked for", erase, nil, "identity_not_live"},
		{"suspended on the ledger by another", behind(ledger.StatusSuspended), nil, "identity_not_live"},
		{"revoked on the ledger by another", behind(ledger.StatusRevoked), nil, "identity_not_live"},
		{"a line that an administrator suspended", func(t *testing.T, b *bench, _, identity string) {
			t.Helper()
			accounts, err := b.store.AccountsOf(t.Context(), identity)
			must(t, err)
			accounts[0].Suspended = true
			must(t, b.store.SaveAccount(t.Context(), accounts[0]))
		}, nil, "line_off"},
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

func TestPassportCertificate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, _, extension, phone := b.caller(t)
	r := kyc.PassportRequest{Extension: extension, From: phone, To: []string{"+12155551212"}}
	if _, err := b.flow.Passport(t.Context(), gateway, r); !errors.Is(err, kyc.ErrPassportOff) {
		t.Errorf("without a certificate: %v", err)
	}
	if _, err := b.flow.CheckPassport(t.Context(), kyc.PassportCheck{Actor: gateway}); !errors.Is(err, kyc.ErrPassportOff) {
		t.Errorf("check without a certificate: %v", err)
	}
	b.desk(t, passport.TNAuthList{Numbers: []string{"12155551212"}})
	if _, err := b.flow.Passport(t.Context(), gateway, r); !errors.Is(err, kyc.ErrNotCovered) {
		t.Errorf("with a certificate for other numbers: %v", err)
	}
	b.desk(t, all)
	b.advance(72 * time.Hour)
	if _, err := b.flow.Passport(t.Context(), gateway, r); !errors.Is(err, kyc.ErrPassportExpired) {
		t.Errorf("with a certificate that has ended: %v", err)
	}
}

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
