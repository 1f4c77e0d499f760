package ledgertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

var errHeard = errors.New("ledgertest: heard enough")

// listen returns the notices about an identity from after a checkpoint until
// one of this kind.
func listen(t *testing.T, x Target, after ledger.Checkpoint, id string, until ledger.EventKind) []ledger.Notice {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var heard []ledger.Notice
	err := x.Events(ctx, after, func(_ context.Context, n ledger.Notice) error {
		n.Time = time.Time{} // which a ledger need not say
		for _, e := range n.Events {
			if e.Identity != id {
				continue
			}
			heard = append(heard, n)
			if e.Kind == until {
				return errHeard
			}
		}
		return nil
	})
	if !errors.Is(err, errHeard) {
		t.Fatalf("Events(after %+v) = %v after %+v, want the handler's own error", after, err, heard)
	}
	return heard
}

func eventsFollow(t *testing.T, x Target) {
	before := NewIssue()
	at := issued(t, x.Writer, before)
	start := ledger.Checkpoint{Block: at.Block, TxID: at.TxID}

	in, other := NewIssue(), NewIssue()
	batch := done[[]ledger.Location](t, "IssueAll()")(x.Writer.IssueAll(t.Context(), []ledger.Issue{before, in, other}))
	suspended := done[ledger.Location](t, "SetStatus()")(x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview))
	done[ledger.Location](t, "SetStatus(again)")(x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview))
	resumed := done[ledger.Location](t, "SetStatus()")(x.Writer.SetStatus(t.Context(), in.ID, ledger.StatusActive, ledger.ReasonReviewed))
	gone := erased(t, x, in.ID)

	notice := func(at ledger.Location, events ...ledger.Event) ledger.Notice {
		return ledger.Notice{Checkpoint: ledger.Checkpoint{Block: at.Block, TxID: at.TxID}, Events: events}
	}
	want := []ledger.Notice{
		notice(batch[1], ledger.Event{Kind: ledger.EventIssued, Identity: in.ID, Version: 1}, ledger.Event{Kind: ledger.EventIssued, Identity: other.ID, Version: 1}),
		notice(suspended, ledger.Event{Kind: ledger.EventSuspended, Identity: in.ID, Version: 2}),
		notice(resumed, ledger.Event{Kind: ledger.EventResumed, Identity: in.ID, Version: 3}),
		notice(gone, ledger.Event{Kind: ledger.EventErased, Identity: in.ID, Version: 4}),
	}
	got := listen(t, x, start, in.ID, ledger.EventErased)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Events(after the first issue) (-want +got):\n%s", diff)
	}
	got = listen(t, x, want[1].Checkpoint, in.ID, ledger.EventErased) // as after a restart
	if diff := cmp.Diff(want[2:], got); diff != "" {
		t.Errorf("Events(after the suspension) (-want +got):\n%s", diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Events(ctx, want[3].Checkpoint, func(context.Context, ledger.Notice) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Events(cancelled) = %v, want canceled", err)
	}
}
