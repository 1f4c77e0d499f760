package ledgertest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

func issueThenRead(t *testing.T, x Target) {
	in := NewIssue()
	at := issued(t, x.Writer, in)
	if at.Network != x.Network || at.TxID == "" {
		t.Errorf("Issue() location = %+v, want a transaction on %q", at, x.Network)
	}
	got, where := read(t, x.Writer, in.ID)
	if where != at {
		t.Errorf("Identity() location = %+v, want that of the issue, %+v", where, at)
	}
	want := ledger.Identity{
		ID: in.ID, Attributes: in.Attributes, Nullifiers: in.Nullifiers, HolderKey: in.HolderKey,
		Status: ledger.StatusActive, Assurance: in.Assurance, Version: 1, TxID: at.TxID, UpdateTxID: at.TxID,
		Issuer: got.Issuer, IssuedAt: got.IssuedAt, UpdatedAt: got.IssuedAt, IssueDigest: got.IssueDigest,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Identity() (-want +got):\n%s", diff)
	}
	if got.Issuer == "" || got.IssuedAt.IsZero() || got.IssuedAt.Location() != time.UTC {
		t.Errorf("Identity() = issuer %q at %v, want an issuer and a time in UTC", got.Issuer, got.IssuedAt)
	}
}

func issueAgain(t *testing.T, x Target) {
	in := NewIssue()
	in.Nullifiers = append(in.Nullifiers, digest())
	first := issued(t, x.Writer, in)
	in.Nullifiers[0], in.Nullifiers[1] = in.Nullifiers[1], in.Nullifiers[0] // a set has no order
	if again := issued(t, x.Writer, in); again != first {
		t.Errorf("Issue(same again) = %+v, want the first location %+v", again, first)
	}
	if got, _ := read(t, x.Writer, in.ID); got.Version != 1 {
		t.Errorf("Issue(same again) left version %d, want 1", got.Version)
	}
}

func issueConflict(t *testing.T, x Target) {
	in := NewIssue()
	issued(t, x.Writer, in)
	other := NewIssue()
	other.ID = in.ID
	_, err := x.Writer.Issue(t.Context(), other)
	refused(t, "Issue(other content)", err, ledger.ErrExists)
	if got, _ := read(t, x.Writer, in.ID); !got.IssuedFrom(in) {
		t.Errorf("the conflicting issue changed the record")
	}
}

func issueDuplicatePerson(t *testing.T, x Target) {
	in := NewIssue()
	issued(t, x.Writer, in)
	other := NewIssue()
	other.Nullifiers = append(other.Nullifiers, in.Nullifiers[0])
	_, err := x.Writer.Issue(t.Context(), other)
	refused(t, "Issue(same nullifier)", err, ledger.ErrDuplicatePerson)
	_, _, err = x.Writer.Identity(t.Context(), other.ID)
	refused(t, "Identity(of the refused)", err, ledger.ErrNotFound)
}

func issueInvalid(t *testing.T, x Target) {
	in := NewIssue()
	in.Attributes["family_names"] = "Mustermann"
	_, err := x.Writer.Issue(t.Context(), in)
	refused(t, "Issue(a name in clear)", err, ledger.ErrInvalid)
	if err != nil && strings.Contains(err.Error(), "Mustermann") {
		t.Errorf("Issue(a name in clear) = %v, want an error without the name", err)
	}
}

func readMissing(t *testing.T, x Target) {
	_, _, err := x.Writer.Identity(t.Context(), NewIssue().ID)
	refused(t, "Identity(nobody)", err, ledger.ErrNotFound)
}

func concurrentIssues(t *testing.T, x Target) {
	in := NewIssue()
	const callers = 4
	var (
		wg        sync.WaitGroup
		locations [callers]ledger.Location
		errs      [callers]error
	)
	for k := range callers {
		wg.Go(func() { locations[k], errs[k] = x.Writer.Issue(t.Context(), in) })
	}
	wg.Wait()
	got, where := read(t, x.Writer, in.ID)
	if got.Version != 1 {
		t.Errorf("concurrent issues left version %d, want 1", got.Version)
	}
	for k, err := range errs {
		if err != nil || locations[k] != where {
			t.Errorf("Issue() of caller %d = %+v, %v; want %+v", k, locations[k], err, where)
		}
	}
}

func concurrentPersons(t *testing.T, x Target) {
	a, b := NewIssue(), NewIssue()
	b.Nullifiers = a.Nullifiers
	var (
		wg   sync.WaitGroup
		errs [2]error
	)
	for k, in := range []ledger.Issue{a, b} {
		wg.Go(func() { _, errs[k] = x.Writer.Issue(t.Context(), in) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("Issue() of one person twice = %v and %v, want one of them refused", errs[0], errs[1])
	}
	refused(t, "the later Issue()", errors.Join(errs[:]...), ledger.ErrDuplicatePerson)
}
