package ledgertest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

func newIssues(n int) []ledger.Issue {
	out := make([]ledger.Issue, n)
	for k := range out {
		out[k] = NewIssue()
	}
	return out
}

func batchIssued(t *testing.T, x Target) {
	batch := newIssues(ledger.MaxBatch)
	at := done[[]ledger.Location](t, "IssueAll()")(x.Writer.IssueAll(t.Context(), batch))
	if len(at) != len(batch) {
		t.Fatalf("IssueAll() = %d locations, want %d", len(at), len(batch))
	}
	for k, in := range batch {
		got, where := read(t, x.Writer, in.ID)
		if !got.IssuedFrom(in) || where != at[k] || where != at[0] {
			t.Errorf("identity %d = %+v at %+v, want it at %+v", k, got, where, at[0])
		}
	}
	for name, wrong := range map[string][]ledger.Issue{"nothing": nil, "too many": newIssues(ledger.MaxBatch + 1)} {
		_, err := x.Writer.IssueAll(t.Context(), wrong)
		refused(t, "IssueAll("+name+")", err, ledger.ErrInvalid)
	}
}

// A batch whose outcome was unknown is sent again, perhaps after some of its
// items went alone.
func batchAgain(t *testing.T, x Target) {
	batch := newIssues(3)
	alone := issued(t, x.Writer, batch[1])
	first := done[[]ledger.Location](t, "IssueAll()")(x.Writer.IssueAll(t.Context(), batch))
	if first[1] != alone || first[0] == alone || first[0] != first[2] {
		t.Errorf("IssueAll(one issued before at %+v) = %+v", alone, first)
	}
	again := done[[]ledger.Location](t, "IssueAll(again)")(x.Writer.IssueAll(t.Context(), batch))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("IssueAll(again) (-first +again):\n%s", diff)
	}
	for _, in := range batch {
		if got, _ := read(t, x.Writer, in.ID); got.Version != 1 {
			t.Errorf("IssueAll(again) left version %d, want 1", got.Version)
		}
	}
}

func batchRefused(t *testing.T, x Target) {
	taken := NewIssue()
	issued(t, x.Writer, taken)
	for _, c := range []struct {
		name  string
		spoil func(*ledger.Issue)
		want  error
	}{
		{"a name in clear", func(i *ledger.Issue) { i.Attributes["family_names"] = "Mustermann" }, ledger.ErrInvalid},
		{"a person who is there", func(i *ledger.Issue) { i.Nullifiers = taken.Nullifiers }, ledger.ErrDuplicatePerson},
		{"an id that is there", func(i *ledger.Issue) { i.ID = taken.ID }, ledger.ErrExists},
	} {
		batch := newIssues(4)
		c.spoil(&batch[2])
		_, err := x.Writer.IssueAll(t.Context(), batch)
		wantItem(t, c.name, err, 2, c.want)
		for _, in := range []ledger.Issue{batch[0], batch[3]} {
			_, _, err := x.Writer.Identity(t.Context(), in.ID)
			refused(t, "Identity(of a refused batch)", err, ledger.ErrNotFound)
		}
	}
}

// Neither of two items is on the ledger when the other is judged.
func batchDuplicates(t *testing.T, x Target) {
	for _, c := range []struct {
		name  string
		spoil func(first, last *ledger.Issue)
		want  error
	}{
		{"the same id", func(first, last *ledger.Issue) { last.ID = first.ID }, ledger.ErrExists},
		{"the same person", func(first, last *ledger.Issue) { last.Nullifiers = first.Nullifiers }, ledger.ErrDuplicatePerson},
	} {
		batch := newIssues(3)
		c.spoil(&batch[0], &batch[2])
		_, err := x.Writer.IssueAll(t.Context(), batch)
		wantItem(t, c.name, err, 2, c.want)
		_, _, err = x.Writer.Identity(t.Context(), batch[0].ID)
		refused(t, "Identity(of a refused batch)", err, ledger.ErrNotFound)
	}
	twice := newIssues(1)
	twice = append(twice, twice[0])
	at := done[[]ledger.Location](t, "IssueAll(the same request twice)")(x.Writer.IssueAll(t.Context(), twice))
	if at[0] != at[1] {
		t.Errorf("IssueAll(the same request twice) = %+v, want one location", at)
	}
}

func wantItem(t *testing.T, name string, err error, item int, want error) {
	t.Helper()
	var got *ledger.ItemError
	if !errors.As(err, &got) || got.Item != item || !errors.Is(err, want) {
		t.Errorf("IssueAll(%s) = %v, want item %d: %v", name, err, item, want)
	}
}
