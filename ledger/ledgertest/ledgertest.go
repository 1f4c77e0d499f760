// Package ledgertest checks that a ledger keeps the contract of package ledger
// from the first call to the record read back.
//
// The words are those of package ledger. The suite knows no adapter: each
// gives it a [Target] and passes all of it, and so does [Fake], so that a test
// that uses the fake rests on the same contract.
//
// The rule: the suite may share its ledger with others and with its own past
// runs. Every id and digest in it is new.
package ledgertest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

// A Target is one ledger seen by two organisations.
type Target struct {
	Writer  ledger.Client
	Other   ledger.Client // reads, and is refused when it writes
	Network string        // what Location.Network must say
}

// Run runs the suite.
func Run(t *testing.T, newTarget func(t *testing.T) Target) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, Target)
	}{
		{"issue then read", issueThenRead},
		{"issue again is the first location", issueAgain},
		{"issue other content under the same id", issueConflict},
		{"issue for the same person", issueDuplicatePerson},
		{"issue what is not a digest", issueInvalid},
		{"read what is not there", readMissing},
		{"status moves by the table", statusMoves},
		{"status of what is not there", statusMissing},
		{"revocation frees the person", revocationFrees},
		{"concurrent issues leave one record", concurrentIssues},
		{"concurrent enrollments of one person", concurrentPersons},
		{"another organisation reads", otherReads},
		{"another organisation is refused", otherRefused},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newTarget(t)) })
	}
}

// NewIssue returns a valid request for an identity nobody has.
func NewIssue() ledger.Issue {
	return ledger.Issue{
		ID:         "t-" + strings.ToLower(rand.Text()),
		Attributes: map[string]string{"family_names": digest(), "birth_date": digest()},
		Nullifiers: []string{digest()},
		HolderKey:  digest(),
		Assurance:  "ial2-shaped",
	}
}

func digest() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func issued(t *testing.T, l ledger.Client, in ledger.Issue) ledger.Location {
	t.Helper()
	at, err := l.Issue(t.Context(), in)
	if err != nil {
		t.Fatalf("Issue(new identity) = %v, want no error", err)
	}
	return at
}

func read(t *testing.T, l ledger.Client, id string) (ledger.Identity, ledger.Location) {
	t.Helper()
	got, at, err := l.Identity(t.Context(), id)
	if err != nil {
		t.Fatalf("Identity(%s) = %v, want no error", id, err)
	}
	return got, at
}

func refused(t *testing.T, call string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", call, err, want)
	}
}

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

func otherReads(t *testing.T, x Target) {
	in := NewIssue()
	at := issued(t, x.Writer, in)
	want, _ := read(t, x.Writer, in.ID)
	var (
		got   ledger.Identity
		where ledger.Location
	)
	Eventually(t, "the other organisation to see the record", func() error {
		var err error
		got, where, err = x.Other.Identity(t.Context(), in.ID)
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Identity() of the other organisation (-writer's +other's):\n%s", diff)
	}
	if where != at {
		t.Errorf("Identity() of the other organisation is at %+v, want %+v", where, at)
	}
}

func otherRefused(t *testing.T, x Target) {
	in := NewIssue()
	refusedByNow := func(call string, f func() error) {
		var err error
		Eventually(t, call, func() error {
			if err = f(); errors.Is(err, ledger.ErrUnavailable) {
				return err
			}
			return nil
		})
		refused(t, call, err, ledger.ErrForbidden)
	}
	refusedByNow("Issue() by another organisation", func() error {
		_, err := x.Other.Issue(t.Context(), in)
		return err
	})
	_, _, err := x.Writer.Identity(t.Context(), in.ID)
	refused(t, "Identity(of the refused)", err, ledger.ErrNotFound)

	issued(t, x.Writer, in)
	refusedByNow("SetStatus() by another organisation", func() error {
		_, err := x.Other.SetStatus(t.Context(), in.ID, ledger.StatusRevoked, ledger.ReasonFraud)
		return err
	})
	if got, _ := read(t, x.Writer, in.ID); got.Status != ledger.StatusActive {
		t.Errorf("status after a refused change = %s, want active", got.Status)
	}
}

// Eventually polls f until it returns nil and fails the test after 30 s:
// organisations see one another's blocks a moment later than their own.
func Eventually(t testing.TB, what string, f func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited 30 s for %s: %v", what, err)
		}
	}
}
