package ledgertest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

func newCredential(t *testing.T, x Target, identity string) ledger.Credential {
	t.Helper()
	i, _ := read(t, x.Writer, identity)
	return ledger.Credential{ID: newID(), Identity: identity, Digest: digest(), ExpiresAt: tomorrow(i.IssuedAt)}
}

func valid(t *testing.T, x Target, id string, want bool, when string) ledger.CredentialStatus {
	t.Helper()
	got := done[ledger.CredentialStatus](t, "CredentialStatus()")(x.Writer.CredentialStatus(t.Context(), id))
	if got.Valid != want || got.At.IsZero() {
		t.Errorf("CredentialStatus(%s) = %+v, want valid %t", when, got, want)
	}
	return got
}

func credentialsFollow(t *testing.T, x Target) {
	in := NewIssue()
	issued(t, x.Writer, in)
	c := newCredential(t, x, in.ID)
	c = done[ledger.Credential](t, "IssueCredential()")(x.Writer.IssueCredential(t.Context(), c))
	got := valid(t, x, c.ID, true, "issued")
	if diff := cmp.Diff(ledger.CredentialStatus{Credential: c, Identity: ledger.StatusActive, Valid: true, At: got.At}, got); diff != "" {
		t.Errorf("CredentialStatus() (-want +got):\n%s", diff)
	}
	set := func(status ledger.Status, reason string, want error) {
		t.Helper()
		_, err := x.Writer.SetCredentialStatus(t.Context(), c.ID, status, reason)
		refused(t, "SetCredentialStatus("+string(status)+")", err, want)
	}
	set(ledger.StatusActive, ledger.ReasonReviewed, ledger.ErrIllegalStatus)
	set(ledger.StatusErased, ledger.ReasonErasure, ledger.ErrInvalid)
	set(ledger.StatusSuspended, ledger.ReasonUnderReview, nil)
	valid(t, x, c.ID, false, "suspended")
	set(ledger.StatusActive, ledger.ReasonReviewed, nil)
	valid(t, x, c.ID, true, "resumed")
	if i, _ := read(t, x.Writer, in.ID); i.Version != 1 {
		t.Errorf("a credential left the identity in version %d, want 1", i.Version)
	}

	done[ledger.Location](t, "SetStatus()")(x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview))
	valid(t, x, c.ID, false, "of a suspended identity")
	_, err := x.Writer.IssueCredential(t.Context(), newCredential(t, x, in.ID))
	refused(t, "IssueCredential(to a suspended identity)", err, ledger.ErrIllegalStatus)
	erased(t, x, in.ID)
	if got := valid(t, x, c.ID, false, "of an erased identity"); got.Identity != ledger.StatusErased {
		t.Errorf("CredentialStatus(of an erased identity) = %+v, want erased", got)
	}
	set(ledger.StatusRevoked, ledger.ReasonErasure, ledger.ErrErased)
}

func credentialConflict(t *testing.T, x Target) {
	in := NewIssue()
	issued(t, x.Writer, in)
	c := newCredential(t, x, in.ID)
	done[ledger.Credential](t, "IssueCredential()")(x.Writer.IssueCredential(t.Context(), c))
	for _, w := range []struct {
		name   string
		change func(*ledger.Credential)
		want   error
	}{
		{"other content", func(c *ledger.Credential) { c.Digest = digest() }, ledger.ErrExists},
		{"another end", func(c *ledger.Credential) { c.ExpiresAt = c.ExpiresAt.Add(time.Hour) }, ledger.ErrExists},
		{"nobody", func(c *ledger.Credential) { c.ID, c.Identity = newID(), newID() }, ledger.ErrNotFound},
		{"no digest", func(c *ledger.Credential) { c.Digest = "Erika" }, ledger.ErrInvalid},
		{"a reason", func(c *ledger.Credential) { c.Reason = "Erika asked" }, ledger.ErrInvalid},
		{"a part of a second", func(c *ledger.Credential) { c.ID, c.ExpiresAt = newID(), c.ExpiresAt.Add(1) }, ledger.ErrInvalid},
		{"an end in the past", func(c *ledger.Credential) { c.ID, c.ExpiresAt = newID(), c.ExpiresAt.Add(-72*time.Hour) }, ledger.ErrInvalid},
	} {
		wrong := c
		w.change(&wrong)
		_, err := x.Writer.IssueCredential(t.Context(), wrong)
		refused(t, "IssueCredential("+w.name+")", err, w.want)
	}
	_, err := x.Writer.CredentialStatus(t.Context(), newID())
	refused(t, "CredentialStatus(nobody's)", err, ledger.ErrNotFound)
	_, err = x.Writer.SetCredentialStatus(t.Context(), newID(), ledger.StatusRevoked, ledger.ReasonFraud)
	refused(t, "SetCredentialStatus(nobody's)", err, ledger.ErrNotFound)
}
