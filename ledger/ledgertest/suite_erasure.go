package ledgertest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

func erasureLeavesDates(t *testing.T, x Target) {
	for _, end := range []string{"", ledger.ReasonSuperseded} {
		in, consent, _ := consented(t, x)
		key := ledger.KeyRequest{Identity: in.ID, Key: NewKey()}
		done[ledger.SubscriberKey](t, "AddKey()")(x.Writer.AddKey(t.Context(), key))
		if end != "" {
			revoked(t, x, in.ID, end)
		}
		before, at := read(t, x.Writer, in.ID)
		gone := erased(t, x, in.ID)
		got, where := read(t, x.Writer, in.ID)
		want := ledger.Identity{
			ID: in.ID, Attributes: map[string]string{}, Nullifiers: []string{},
			Status: ledger.StatusErased, Reason: ledger.ReasonErasure, Assurance: in.Assurance, Issuer: before.Issuer,
			IssuedAt: before.IssuedAt, UpdatedAt: got.UpdatedAt, EndedAt: before.EndedAt,
			Version: before.Version + 1, TxID: before.TxID, UpdateTxID: gone.TxID,
		}
		if end == "" {
			want.EndedAt = got.UpdatedAt // it was valid until now
		}
		if diff := cmp.Diff(want, got); diff != "" || where != at || got.EndedAt.IsZero() {
			t.Errorf("Identity(erased, revoked before: %q) at %+v (-want +got):\n%s", end, where, diff)
		}
		if got.IssuedFrom(in) {
			t.Errorf("IssuedFrom() = true of an erased identity, want false")
		}
		if keys, err := x.Writer.Keys(t.Context(), in.ID); len(keys) != 0 || err != nil {
			t.Errorf("Keys(erased) = %+v, %v; want none", keys, err)
		}
		if consents, err := x.Writer.Consents(t.Context(), in.ID); len(consents) != 0 || err != nil {
			t.Errorf("Consents(erased) = %+v, %v; want none", consents, err)
		}
		_, err := x.Writer.Disclose(t.Context(), pairOf(consent))
		refused(t, "Disclose(erased)", err, ledger.ErrErased)
	}
}

func erasureEnds(t *testing.T, x Target) {
	in, consent, _ := consented(t, x)
	credential := newCredential(t, x, in.ID)
	at := erased(t, x, in.ID)
	if again := erased(t, x, in.ID); again != at {
		t.Errorf("Erase(again) = %+v, want %+v", again, at)
	}
	key := ledger.KeyRequest{Identity: in.ID, Key: NewKey()}
	grant := ledger.Consent{Identity: in.ID, Organisation: consent.Organisation, Attributes: consent.Attributes, Until: consent.Until}
	for name, call := range map[string]func() error{
		"Issue":           func() error { _, err := x.Writer.Issue(t.Context(), in); return err },
		"IssueAll":        func() error { _, err := x.Writer.IssueAll(t.Context(), []ledger.Issue{in}); return err },
		"Update":          func() error { _, err := x.Writer.Update(t.Context(), newUpdate(in, 3)); return err },
		"AddKey":          func() error { _, err := x.Writer.AddKey(t.Context(), key); return err },
		"RevokeKey":       func() error { _, err := x.Writer.RevokeKey(t.Context(), key); return err },
		"GrantConsent":    func() error { _, err := x.Writer.GrantConsent(t.Context(), grant); return err },
		"RevokeConsent":   func() error { _, err := x.Writer.RevokeConsent(t.Context(), pairOf(consent)); return err },
		"IssueCredential": func() error { _, err := x.Writer.IssueCredential(t.Context(), credential); return err },
		"SetStatus": func() error {
			_, err := x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusRevoked, ledger.ReasonErasure)
			return err
		},
	} {
		refused(t, name+"(erased)", call(), ledger.ErrErased)
	}
	if got, _ := read(t, x.Writer, in.ID); got.Version != 3 {
		t.Errorf("refused calls left version %d, want 3", got.Version)
	}
	_, err := x.Writer.Erase(t.Context(), newID())
	refused(t, "Erase(nobody)", err, ledger.ErrNotFound)
}

// After a revocation the person may have enrolled anew: the erasure of the old
// identity must not free what the new one holds.
func erasureFrees(t *testing.T, x Target) {
	again := func(in ledger.Issue, want error, when string) ledger.Issue {
		t.Helper()
		next := NewIssue()
		next.Nullifiers = in.Nullifiers
		_, err := x.Writer.Issue(t.Context(), next)
		refused(t, "Issue("+when+")", err, want)
		return next
	}
	in := NewIssue()
	issued(t, x.Writer, in)
	erased(t, x, in.ID)
	in = again(in, nil, "after erasure")

	revoked(t, x, in.ID, ledger.ReasonSuperseded)
	again(in, nil, "after revocation")
	erased(t, x, in.ID)
	again(in, ledger.ErrDuplicatePerson, "after the erasure of an earlier identity")

	in = NewIssue()
	issued(t, x.Writer, in)
	revoked(t, x, in.ID, ledger.ReasonFraud)
	erased(t, x, in.ID)
	again(in, ledger.ErrDuplicatePerson, "after fraud and erasure")
}

func historyTells(t *testing.T, x Target) {
	in := NewIssue()
	at := issued(t, x.Writer, in)
	suspended := done[ledger.Location](t, "SetStatus()")(x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview))
	u := updated(t, x, newUpdate(in, 2))
	revoked(t, x, in.ID, ledger.ReasonKeyCompromise)
	end, _ := read(t, x.Writer, in.ID)
	gone := erased(t, x, in.ID)
	i, _ := read(t, x.Writer, in.ID)

	got := done[[]ledger.Change](t, "History()")(x.Writer.History(t.Context(), in.ID))
	if len(got) != 5 {
		t.Fatalf("History() = %+v, want 5 versions", got)
	}
	want := []ledger.Change{
		{Version: 1, Kind: ledger.EventIssued, Status: ledger.StatusActive, At: i.IssuedAt, TxID: at.TxID},
		{Version: 2, Kind: ledger.EventSuspended, Status: ledger.StatusSuspended, Reason: ledger.ReasonUnderReview, At: got[1].At, TxID: suspended.TxID},
		{Version: 3, Kind: ledger.EventUpdated, Status: ledger.StatusSuspended, Reason: ledger.ReasonUnderReview, At: u.UpdatedAt, TxID: u.UpdateTxID},
		{Version: 4, Kind: ledger.EventRevoked, Status: ledger.StatusRevoked, Reason: ledger.ReasonKeyCompromise, At: end.EndedAt, TxID: end.UpdateTxID},
		{Version: 5, Kind: ledger.EventErased, Status: ledger.StatusErased, Reason: ledger.ReasonErasure, At: i.UpdatedAt, TxID: gone.TxID},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("History() (-want +got):\n%s", diff)
	}
	_, err := x.Writer.History(t.Context(), newID())
	refused(t, "History(nobody)", err, ledger.ErrNotFound)
}
