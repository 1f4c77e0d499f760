package kyc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

// bank registers an organisation that may be consented to, and returns the
// key that only it has.
func (b *bench) bank(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	public, err := disclosure.PublicKey(private)
	must(t, err)
	_, err = b.flow.RegisterOrganisation(t.Context(), "operator", ledger.Organisation{
		ID: "bank", Name: "Bank", Role: ledger.RoleRelyingParty, MSP: "BankMSP", Status: ledger.StatusActive,
	})
	must(t, err)
	_, err = b.flow.SetOrganisationKey(t.Context(), "operator", "bank", public)
	must(t, err)
	return private
}

func (b *bench) grant(t *testing.T, id string, attributes ...string) {
	t.Helper()
	must(t, b.flow.GrantConsent(t.Context(), id, ledger.Consent{
		Organisation: "bank", Attributes: slices.Sorted(slices.Values(attributes)), Until: b.now.Add(time.Hour),
	}))
}

var teller = kyc.Reader{Actor: "apikey:7", Organisation: "bank"}

func TestAttributesByConsent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	private := b.bank(t)
	id := b.issued(t)
	identity := b.identity(t, id)
	b.grant(t, id, kyc.AttrFamilyNames, kyc.AttrBirthDate)
	parcel, err := b.flow.Attributes(t.Context(), teller, identity.ID)
	must(t, err)
	open, err := disclosure.Open(parcel, private)
	must(t, err)
	if len(open) != 2 || open[kyc.AttrFamilyNames].Value != "ERIKSSON" || open[kyc.AttrBirthDate].Value != "1974-08-12" {
		t.Errorf("%d attributes open, want family names and birth date as they were minted", len(open))
	}
	consents, err := b.flow.Consents(t.Context(), id)
	if err != nil || len(consents) != 1 || !consents[0].ActiveAt(b.now) {
		t.Errorf("Consents = %+v, %v, want the one", consents, err)
	}
	l, err := b.flow.Lifeline(t.Context(), "agent:1", identity.ID)
	if err != nil || l.EnrollmentID != id || len(l.Consents) != 1 || l.Extension == "" || !l.Enabled {
		t.Errorf("Lifeline = %+v, %v", l, err)
	}
}

func TestAttributesAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		begin func(t *testing.T, b *bench, id string)
		as    kyc.Reader
		code  string
	}{
		{"no consent", func(*testing.T, *bench, string) {}, teller, "no_consent"},
		{"a key without an organisation", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, kyc.AttrPhone)
		}, kyc.Reader{Actor: "apikey:8"}, "no_consent"},
		{"consent to another", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, kyc.AttrPhone)
		}, kyc.Reader{Actor: "apikey:9", Organisation: "manager"}, "no_consent"},
		{"consent that ran out", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, kyc.AttrPhone)
			b.advance(2 * time.Hour)
		}, teller, "no_consent"},
		{"consent that was taken back", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, kyc.AttrPhone)
			must(t, b.flow.RevokeConsent(t.Context(), id, "bank"))
		}, teller, "no_consent"},
		{"an erased subject", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, kyc.AttrPhone)
			must(t, b.flow.EraseSubject(t.Context(), "operator", id))
			b.work(t)
		}, teller, "erased"},
		{"a subject that is being erased", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, kyc.AttrPhone)
			must(t, b.flow.EraseSubject(t.Context(), "operator", id))
		}, teller, "erased"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.bank(t)
			id := b.issued(t)
			identity := b.identity(t, id).ID
			tt.begin(t, b, id)
			parcel, err := b.flow.Attributes(t.Context(), tt.as, identity)
			if kyc.Code(err) != tt.code || parcel.WrappedKey != "" {
				t.Errorf("Attributes = %v, want it refused as %s", err, tt.code)
			}
			lines, err := b.store.AuditLog(t.Context(), identity, 1)
			must(t, err)
			if l := lines[0]; l.Action != "read_attributes_refused" || l.Actor != tt.as.Actor || l.Detail != tt.as.Organisation+" "+tt.code {
				t.Errorf("the audit log says %+v, want the refusal", l)
			}
		})
	}
}

// TestNothingIsReadUnrecorded: who cannot be noted does not read.
func TestNothingIsReadUnrecorded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bank(t)
	id := b.issued(t)
	b.grant(t, id, kyc.AttrPhone)
	b.sabotaged(&saboteur{armed: true})
	if parcel, err := b.flow.Attributes(t.Context(), teller, b.identity(t, id).ID); !errors.Is(err, errCrash) || parcel.WrappedKey != "" {
		t.Errorf("Attributes = %v, want nothing to be read", err)
	}
}

func TestSubscriberKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	public, err := disclosure.PublicKey(private)
	must(t, err)
	key, err := b.flow.AddKey(t.Context(), id, public)
	must(t, err)
	if _, err := b.flow.AddKey(t.Context(), b.issued(t), public); kyc.Code(err) != "key_taken" {
		t.Errorf("another subscriber adds the key: %v", err)
	}
	if _, err := b.flow.RevokeKey(t.Context(), id, "no such thumbprint"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("RevokeKey of an unknown one = %v", err)
	}
	_, err = b.flow.RevokeKey(t.Context(), id, key.Thumbprint)
	must(t, err)
	keys, err := b.flow.Keys(t.Context(), b.identity(t, id).ID)
	if err != nil || len(keys) != 1 || keys[0].RevokedAt.IsZero() {
		t.Errorf("Keys = %+v, %v, want the one, revoked", keys, err)
	}
	if _, err := b.flow.AddKey(t.Context(), b.approved(t), public); !errors.Is(err, kyc.ErrNotSubscriber) {
		t.Errorf("AddKey without an identity = %v", err)
	}
}

// TestSameRequestAgain: what is minted is fixed with the approval, the
// encrypted attributes to the byte.
func TestSameRequestAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	asked := &witness{Ledger: b.ledger}
	b.flow.Ledger = asked
	b.approved(t)
	b.ledger.after = ledger.ErrUnknown
	for range 3 {
		if err := b.runner.Run(t.Context(), b.queue[0]); !errors.Is(err, ledger.ErrUnknown) {
			t.Fatalf("Run = %v", err)
		}
	}
	b.ledger.after = nil
	b.work(t)
	if len(asked.requests) < 4 {
		t.Fatalf("the ledger was asked %d times", len(asked.requests))
	}
	for _, r := range asked.requests[1:] {
		if r != asked.requests[0] {
			t.Fatal("a repeated mint asks for something else")
		}
	}
}
