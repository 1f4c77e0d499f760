package ledgertest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

func keysComeAndGo(t *testing.T, x Target) {
	in := NewIssue()
	issued(t, x.Writer, in)
	ec, rsa := ledger.KeyRequest{Identity: in.ID, Key: NewKey()}, ledger.KeyRequest{Identity: in.ID, Key: NewRSAKey()}
	first := done[ledger.SubscriberKey](t, "AddKey(P-256)")(x.Writer.AddKey(t.Context(), ec))
	second := done[ledger.SubscriberKey](t, "AddKey(RSA)")(x.Writer.AddKey(t.Context(), rsa))
	if first.Thumbprint != ec.Key.Thumbprint() || first.Identity != in.ID || first.AddedAt.IsZero() || !first.RevokedAt.IsZero() {
		t.Errorf("AddKey() = %+v", first)
	}
	first = done[ledger.SubscriberKey](t, "RevokeKey()")(x.Writer.RevokeKey(t.Context(), ec))
	if first.RevokedAt.IsZero() {
		t.Errorf("RevokeKey() = %+v, want when", first)
	}
	got := done[[]ledger.SubscriberKey](t, "Keys()")(x.Writer.Keys(t.Context(), in.ID))
	if diff := cmp.Diff([]ledger.SubscriberKey{first, second}, got); diff != "" {
		t.Errorf("Keys() (-want +got):\n%s", diff)
	}
	i, _ := read(t, x.Writer, in.ID)
	if want := []string{first.Thumbprint, second.Thumbprint}; !slices.Equal(i.Keys, want) || i.Version != 4 {
		t.Errorf("Identity() = keys %q in version %d, want %q in 4", i.Keys, i.Version, want)
	}
	_, err := x.Writer.AddKey(t.Context(), ec)
	refused(t, "AddKey(revoked)", err, ledger.ErrIllegalStatus)
	_, err = x.Writer.RevokeKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: NewKey()})
	refused(t, "RevokeKey(nobody's)", err, ledger.ErrNotFound)

	off := NewKey()
	off.Y = off.X
	for name, key := range map[string]ledger.PublicKey{"none": {}, "not on the curve": off} {
		_, err := x.Writer.AddKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: key})
		refused(t, "AddKey("+name+")", err, ledger.ErrInvalid)
	}
	done[ledger.Location](t, "SetStatus()")(x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview))
	_, err = x.Writer.AddKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: NewKey()})
	refused(t, "AddKey(of a suspended identity)", err, ledger.ErrIllegalStatus)
}

func keysAreUnique(t *testing.T, x Target) {
	a, b := NewIssue(), NewIssue()
	issued(t, x.Writer, a)
	issued(t, x.Writer, b)
	key := NewKey()
	done[ledger.SubscriberKey](t, "AddKey()")(x.Writer.AddKey(t.Context(), ledger.KeyRequest{Identity: a.ID, Key: key}))
	taken := func(when string) {
		t.Helper()
		_, err := x.Writer.AddKey(t.Context(), ledger.KeyRequest{Identity: b.ID, Key: key})
		refused(t, "AddKey(another's, "+when+")", err, ledger.ErrKeyTaken)
	}
	taken("in use")
	_, err := x.Writer.RevokeKey(t.Context(), ledger.KeyRequest{Identity: b.ID, Key: key})
	refused(t, "RevokeKey(another's)", err, ledger.ErrNotFound)
	done[ledger.SubscriberKey](t, "RevokeKey()")(x.Writer.RevokeKey(t.Context(), ledger.KeyRequest{Identity: a.ID, Key: key}))
	taken("revoked")
	erased(t, x, a.ID)
	taken("erased")
}

func erased(t *testing.T, x Target, id string) ledger.Location {
	t.Helper()
	return done[ledger.Location](t, "Erase()")(x.Writer.Erase(t.Context(), id))
}
