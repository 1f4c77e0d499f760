package kyc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// lateGrant is a ledger whose orderer takes a consent, says nothing, and forms
// its block when it is told to. As on Fabric the transaction has then no effect
// if the identity's record has changed meanwhile.
type lateGrant struct {
	kyc.Ledger
	held func(context.Context) error
}

func (l *lateGrant) GrantConsent(ctx context.Context, c ledger.Consent) (ledger.Consent, error) {
	if l.held != nil {
		return l.Ledger.GrantConsent(ctx, c)
	}
	read, _, err := l.Identity(ctx, c.Identity)
	if err != nil {
		return ledger.Consent{}, err
	}
	l.held = func(ctx context.Context) error {
		now, _, err := l.Identity(ctx, c.Identity)
		if err != nil || now.Version != read.Version {
			return err
		}
		_, err = l.Ledger.GrantConsent(ctx, c)
		return err
	}
	return ledger.Consent{}, ledger.ErrUnknown
}

// refuses is a ledger that is away when it is asked for a consent.
type refuses struct{ kyc.Ledger }

func (refuses) GrantConsent(context.Context, ledger.Consent) (ledger.Consent, error) {
	return ledger.Consent{}, ledger.ErrUnavailable
}

// TestLateConsentDoesNotOutliveItsRevocation: who grants something, sees no
// answer, and then takes it back or grants less, must not be told that this is
// how things are, only for the first transaction to arrive.
func TestLateConsentDoesNotOutliveItsRevocation(t *testing.T) {
	t.Parallel()
	less, more := []string{kyc.AttrPhone}, []string{kyc.AttrBirthDate, kyc.AttrPhone}
	takeBack := func(b *bench, id string, _ time.Time) error {
		return b.flow.RevokeConsent(context.Background(), id, "bank")
	}
	for _, tt := range []struct {
		name  string
		begin func(t *testing.T, b *bench, id string)
		end   func(b *bench, id string, until time.Time) error
		want  []string // nothing is no consent
	}{
		{"never granted before, taken back", func(*testing.T, *bench, string) {}, takeBack, nil},
		{"taken back before, taken back", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, less...)
			must(t, b.flow.RevokeConsent(t.Context(), id, "bank"))
		}, takeBack, nil},
		{"granted less before, granted less", func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.grant(t, id, less...)
		}, func(b *bench, id string, until time.Time) error {
			return b.flow.GrantConsent(context.Background(), id, ledger.Consent{Organisation: "bank", Attributes: less, Until: until})
		}, less},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.bank(t)
			id := b.issued(t)
			identity := b.identity(t, id).ID
			until := b.now.Add(time.Hour)
			tt.begin(t, b, id)
			slow := &lateGrant{Ledger: b.ledger}
			b.flow.Ledger = slow
			err := b.flow.GrantConsent(t.Context(), id, ledger.Consent{Organisation: "bank", Attributes: more, Until: until})
			if !errors.Is(err, ledger.ErrUnknown) {
				t.Fatalf("GrantConsent = %v, want the outcome unknown", err)
			}
			b.flow.Ledger = refuses{slow}
			if err := tt.end(b, id, until); !errors.Is(err, ledger.ErrUnavailable) {
				t.Errorf("while the ledger is away = %v, want no answer", err)
			}
			b.flow.Ledger = slow
			must(t, tt.end(b, id, until))
			must(t, slow.held(t.Context()))
			d, err := b.flow.Ledger.Disclose(t.Context(), ledger.Pair{Identity: identity, Organisation: "bank"})
			switch {
			case tt.want == nil && !errors.Is(err, ledger.ErrNoConsent):
				t.Errorf("Disclose = %v, %v, want no consent", d.Consent.Attributes, err)
			case tt.want != nil && (err != nil || len(d.Attributes) != len(tt.want)):
				t.Errorf("Disclose = %v, %v, want %v", d.Consent.Attributes, err, tt.want)
			}
			e, err := b.store.Get(t.Context(), id)
			if must(t, err); len(e.Data.Granting) > 0 {
				t.Errorf("%v is noted as on its way", e.Data.Granting)
			}
		})
	}
}
