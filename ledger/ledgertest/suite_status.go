package ledgertest

import (
	"errors"
	"testing"

	"github.com/vouchline/vouchline/ledger"
)

func statusMissing(t *testing.T, x Target) {
	_, err := x.Writer.SetStatus(t.Context(), NewIssue().ID, ledger.StatusRevoked, ledger.ReasonFraud)
	refused(t, "SetStatus(nobody)", err, ledger.ErrNotFound)
}

func statusMoves(t *testing.T, x Target) {
	in := NewIssue()
	first := issued(t, x.Writer, in)
	for _, step := range []struct {
		status  ledger.Status
		reason  string
		want    error
		version int
	}{
		{ledger.StatusActive, ledger.ReasonReviewed, ledger.ErrIllegalStatus, 1},
		{ledger.StatusSuspended, "because Erika asked", ledger.ErrInvalid, 1},
		{"paused", ledger.ReasonReviewed, ledger.ErrInvalid, 1},
		{ledger.StatusSuspended, ledger.ReasonUnderReview, nil, 2},
		{ledger.StatusSuspended, ledger.ReasonUnderReview, nil, 2}, // idempotent
		{ledger.StatusActive, ledger.ReasonReviewed, nil, 3},
		{ledger.StatusRevoked, ledger.ReasonSubscriberRequest, nil, 4},
		{ledger.StatusActive, ledger.ReasonReviewed, ledger.ErrIllegalStatus, 4},
	} {
		at, err := x.Writer.SetStatus(t.Context(), in.ID, step.status, step.reason)
		if !errors.Is(err, step.want) {
			t.Errorf("SetStatus(%s, %s) = %v, want %v", step.status, step.reason, err, step.want)
		}
		got, where := read(t, x.Writer, in.ID)
		if got.Version != step.version {
			t.Errorf("SetStatus(%s, %s) left version %d, want %d", step.status, step.reason, got.Version, step.version)
		}
		if err == nil && (got.Status != step.status || got.Reason != step.reason || got.UpdateTxID != at.TxID) {
			t.Errorf("SetStatus(%s, %s) at %s left %+v", step.status, step.reason, at.TxID, got)
		}
		if where != first {
			t.Errorf("Identity() location = %+v, want that of the issue, %+v", where, first)
		}
	}
}

func revocationFrees(t *testing.T, x Target) {
	for _, c := range []struct {
		reason string
		want   error
	}{
		{ledger.ReasonSuperseded, nil},
		{ledger.ReasonFraud, ledger.ErrDuplicatePerson},
	} {
		in := NewIssue()
		issued(t, x.Writer, in)
		if _, err := x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusRevoked, c.reason); err != nil {
			t.Fatalf("SetStatus(revoked, %s) = %v", c.reason, err)
		}
		next := NewIssue()
		next.Nullifiers = in.Nullifiers
		if _, err := x.Writer.Issue(t.Context(), next); !errors.Is(err, c.want) {
			t.Errorf("Issue(after %s) = %v, want %v", c.reason, err, c.want)
		}
	}
}
