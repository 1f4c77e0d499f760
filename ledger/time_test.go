package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// The clock is the transaction's: every peer that runs it tells the same time.
func TestConsentAndCredentialEnd(t *testing.T) {
	t.Parallel()
	w, in, o := newWorld(t), ledgertest.NewSealedIssue(), ledgertest.NewOrganisation(ledger.RoleOperator)
	l, ctx := w.client("Org1MSP"), t.Context()
	if _, err := l.Issue(ctx, in); err != nil {
		t.Fatal(err)
	}
	if _, err := l.RegisterOrganisation(ctx, o); err != nil {
		t.Fatal(err)
	}
	pair, end := ledger.Pair{Identity: in.ID, Organisation: o.ID}, w.at.Add(time.Hour)
	consent := ledger.Consent{Identity: in.ID, Organisation: o.ID, Attributes: []string{"birth_date"}, Until: end}
	if _, err := l.GrantConsent(ctx, consent); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Disclose(ctx, pair); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Disclose(to an organisation without a key) = %v, want not_found", err)
	}
	if _, err := l.SetOrganisationKey(ctx, o.ID, ledgertest.NewKey()); err != nil {
		t.Fatal(err)
	}
	credential := ledger.Credential{ID: "credential-1", Identity: in.ID, Digest: in.HolderKey, ExpiresAt: end}
	if _, err := l.IssueCredential(ctx, credential); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		want bool
	}{{end.Add(-time.Millisecond), true}, {end, false}, {end.Add(time.Hour), false}} {
		w.at = c.at
		if _, err := l.Disclose(ctx, pair); (err == nil) != c.want || !c.want && !errors.Is(err, ledger.ErrNoConsent) {
			t.Errorf("Disclose() at %v = %v, want a disclosure: %t", c.at, err, c.want)
		}
		if got, err := l.CredentialStatus(ctx, credential.ID); err != nil || got.Valid != c.want || !got.At.Equal(c.at) {
			t.Errorf("CredentialStatus() at %v = %+v, %v; want valid %t", c.at, got, err, c.want)
		}
	}
	if _, err := l.IssueCredential(ctx, credential); err != nil {
		t.Errorf("IssueCredential(again, expired) = %v, want no error", err)
	}
	if _, err := l.GrantConsent(ctx, consent); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("GrantConsent(of the past) = %v, want invalid", err)
	}
}

func TestRecordsTellWhen(t *testing.T) {
	t.Parallel()
	w, in := newWorld(t), ledgertest.NewIssue()
	l, ctx, issued := w.client("Org1MSP"), t.Context(), w.at
	if _, err := l.Issue(ctx, in); err != nil {
		t.Fatal(err)
	}
	w.at = issued.Add(time.Hour)
	if _, err := l.SetStatus(ctx, in.ID, ledger.StatusRevoked, ledger.ReasonExpired); err != nil {
		t.Fatal(err)
	}
	w.at = issued.Add(2*time.Hour + 123456*time.Nanosecond)
	if _, err := l.Erase(ctx, in.ID); err != nil {
		t.Fatal(err)
	}
	got, _, err := l.Identity(ctx, in.ID)
	if err != nil || !got.IssuedAt.Equal(issued) || !got.EndedAt.Equal(issued.Add(time.Hour)) || !got.UpdatedAt.Equal(issued.Add(2*time.Hour)) {
		t.Errorf("Identity() = valid from %v to %v, erased at %v, %v", got.IssuedAt, got.EndedAt, got.UpdatedAt, err)
	}
}
