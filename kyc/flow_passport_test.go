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
