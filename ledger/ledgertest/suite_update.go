package ledgertest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

// newUpdate says something new of the identity that was issued from in.
func newUpdate(in ledger.Issue, version int) ledger.Update {
	return ledger.Update{
		ID: in.ID, Version: version, Attributes: map[string]string{"family_names": digest(), "given_names": digest()},
		Nullifiers: in.Nullifiers, HolderKey: digest(), Assurance: in.Assurance,
	}
}

func updated(t *testing.T, x Target, u ledger.Update) ledger.Identity {
	t.Helper()
	return done[ledger.Identity](t, "Update()")(x.Writer.Update(t.Context(), u))
}

func updateReplaces(t *testing.T, x Target) {
	in := NewIssue()
	at := issued(t, x.Writer, in)
	before, _ := read(t, x.Writer, in.ID)
	u := newUpdate(in, 1)
	updated(t, x, u)
	got, where := read(t, x.Writer, in.ID)
	want := before
	want.Attributes, want.HolderKey, want.Version = u.Attributes, u.HolderKey, 2
	want.UpdatedAt, want.UpdateTxID = got.UpdatedAt, got.UpdateTxID
	if diff := cmp.Diff(want, got); diff != "" || where != at || got.UpdateTxID == got.TxID {
		t.Errorf("Identity(updated) at %+v (-want +got):\n%s", where, diff)
	}
	if !got.IssuedFrom(in) {
		t.Errorf("IssuedFrom(the issue) = false after an update, want true")
	}
	if again := issued(t, x.Writer, in); again != at {
		t.Errorf("Issue(again, after an update) = %+v, want the first location %+v", again, at)
	}
	wrong := newUpdate(in, 2)
	wrong.Attributes["given_names"] = "Erika"
	_, err := x.Writer.Update(t.Context(), wrong)
	refused(t, "Update(a name in clear)", err, ledger.ErrInvalid)
	_, err = x.Writer.Update(t.Context(), newUpdate(NewIssue(), 1))
	refused(t, "Update(nobody)", err, ledger.ErrNotFound)
}

func updateStale(t *testing.T, x Target) {
	in := NewIssue()
	issued(t, x.Writer, in)
	first, second := newUpdate(in, 1), newUpdate(in, 1)
	updated(t, x, first)
	for name, u := range map[string]ledger.Update{"made from version 1": second, "made from no version": newUpdate(in, 0), "made from a version to come": newUpdate(in, 3)} {
		_, err := x.Writer.Update(t.Context(), u)
		refused(t, "Update("+name+")", err, ledger.ErrStale)
	}
	if again := updated(t, x, first); again.Version != 2 {
		t.Errorf("Update(again) left version %d, want 2", again.Version)
	}
	second.Version = 2
	if got := updated(t, x, second); got.Version != 3 {
		t.Errorf("Update(made from version 2) left version %d, want 3", got.Version)
	}
	revoked(t, x, in.ID, ledger.ReasonSuperseded)
	_, err := x.Writer.Update(t.Context(), newUpdate(in, 4))
	refused(t, "Update(revoked)", err, ledger.ErrIllegalStatus)
}

func updateMovesNullifiers(t *testing.T, x Target) {
	in, other := NewIssue(), NewIssue()
	issued(t, x.Writer, in)
	issued(t, x.Writer, other)
	u := newUpdate(in, 1)
	u.Nullifiers = []string{digest(), other.Nullifiers[0]}
	_, err := x.Writer.Update(t.Context(), u)
	refused(t, "Update(to another's document)", err, ledger.ErrDuplicatePerson)

	u.Nullifiers = []string{in.Nullifiers[0], digest()}
	updated(t, x, u)
	kept, u := in.Nullifiers[0], newUpdate(in, 2)
	u.Nullifiers = []string{digest()}
	updated(t, x, u)
	next := NewIssue()
	next.Nullifiers = []string{kept}
	issued(t, x.Writer, next) // the old document is free
	next = NewIssue()
	next.Nullifiers = u.Nullifiers
	_, err = x.Writer.Issue(t.Context(), next)
	refused(t, "Issue(for the new document)", err, ledger.ErrDuplicatePerson)
}

func revoked(t *testing.T, x Target, id, reason string) {
	t.Helper()
	done[ledger.Location](t, "SetStatus(revoked)")(x.Writer.SetStatus(t.Context(), id, ledger.StatusRevoked, reason))
}
