package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func TestAnIdentityHasABoundedNumberOfKeys(t *testing.T) {
	t.Parallel()
	l, in := newWorld(t).client("Org1MSP"), ledgertest.NewIssue()
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	add := func(k ledger.PublicKey) error {
		_, err := l.AddKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: k})
		return err
	}
	first := ledgertest.NewKey()
	for k := range ledger.MaxKeys {
		key := ledgertest.NewKey()
		if k == 0 {
			key = first
		}
		if err := add(key); err != nil {
			t.Fatalf("AddKey(%d) = %v, want no error", k, err)
		}
	}
	if err := add(ledgertest.NewKey()); !errors.Is(err, ledger.ErrTooMany) {
		t.Errorf("AddKey(one more) = %v, want too_many", err)
	}
	if err := add(first); err != nil {
		t.Errorf("AddKey(again) = %v, want no error", err)
	}
}

func TestAnIdentityHasABoundedNumberOfConsents(t *testing.T) {
	t.Parallel()
	w, in := newWorld(t), ledgertest.NewIssue()
	l := w.client("Org1MSP")
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for k := range ledger.MaxConsents + 1 {
		o := ledgertest.NewOrganisation(ledger.RoleOperator)
		if _, err := l.RegisterOrganisation(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		_, err := l.GrantConsent(t.Context(), ledger.Consent{
			Identity: in.ID, Organisation: o.ID, Attributes: []string{"birth_date"}, Until: w.at.Add(time.Hour),
		})
		if want := k == ledger.MaxConsents; errors.Is(err, ledger.ErrTooMany) != want || (err == nil) == want {
			t.Fatalf("GrantConsent(%d) = %v, want too_many: %t", k, err, want)
		}
	}
}

// A subscriber who changes the identity until nothing fits keeps nobody from
// suspending or revoking it, and may take everything back.
func TestAHistoryIsBounded(t *testing.T) {
	t.Parallel()
	w, in, o := newWorld(t), ledgertest.NewIssue(), ledgertest.NewOrganisation(ledger.RoleOperator)
	l := w.client("Org1MSP")
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := l.RegisterOrganisation(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	key := ledger.KeyRequest{Identity: in.ID, Key: ledgertest.NewKey()}
	if _, err := l.AddKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	grant := func(k int) error {
		_, err := l.GrantConsent(t.Context(), ledger.Consent{
			Identity: in.ID, Organisation: o.ID, Attributes: []string{"birth_date"}, Until: w.at.Add(time.Duration(k) * time.Second),
		})
		return err
	}
	for version := 3; version <= ledger.MaxVersions; version++ {
		if err := grant(version); err != nil {
			t.Fatalf("GrantConsent() to version %d = %v", version, err)
		}
	}
	if err := grant(1); !errors.Is(err, ledger.ErrTooMany) {
		t.Errorf("GrantConsent(once more) = %v, want too_many", err)
	}
	if _, err := l.AddKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: ledgertest.NewKey()}); !errors.Is(err, ledger.ErrTooMany) {
		t.Errorf("AddKey(once more) = %v, want too_many", err)
	}
	if _, err := l.RevokeConsent(t.Context(), ledger.Pair{Identity: in.ID, Organisation: o.ID}); err != nil {
		t.Errorf("RevokeConsent() = %v, want no error", err)
	}
	if _, err := l.RevokeKey(t.Context(), key); err != nil {
		t.Errorf("RevokeKey() = %v, want no error", err)
	}
	var err error
	status := []ledger.Status{ledger.StatusSuspended, ledger.StatusActive}
	suspensions := 0
	for ; err == nil && suspensions < 2*ledger.MaxVersions; suspensions++ {
		_, err = l.SetStatus(t.Context(), in.ID, status[suspensions%2], ledger.ReasonUnderReview)
	}
	if !errors.Is(err, ledger.ErrTooMany) || suspensions < ledger.MaxVersions-10 {
		t.Errorf("SetStatus() the %dth time = %v, want too_many after some thousand", suspensions, err)
	}
	if _, err := l.SetStatus(t.Context(), in.ID, ledger.StatusRevoked, ledger.ReasonFraud); err != nil {
		t.Errorf("SetStatus(revoked) = %v, want no error", err)
	}
	if _, err := l.Erase(t.Context(), in.ID); err != nil {
		t.Errorf("Erase() = %v, want no error", err)
	}
	history, err := l.History(t.Context(), in.ID)
	if err != nil || len(history) != 2*ledger.MaxVersions+2 {
		t.Fatalf("History() = %d versions, %v; want %d", len(history), err, 2*ledger.MaxVersions+2)
	}
	for k, c := range history {
		if c.Version != k+1 {
			t.Fatalf("History()[%d] = %+v, want version %d", k, c, k+1)
		}
	}
}

// A batch may be larger than a single request, and each of its items may not.
func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	batch := make([]ledger.Issue, ledger.MaxBatch)
	for k := range batch {
		batch[k] = ledgertest.NewIssue()
		for n := range ledger.MaxAttributes - 2 {
			batch[k].Attributes[fmt.Sprintf("attribute_with_a_long_name_%02d", n)] = batch[k].HolderKey
		}
	}
	request := encode(t, batch)
	if len(request) < 10*ledger.MaxRequestSize {
		t.Fatalf("the batch has %d bytes only", len(request))
	}
	if _, err := w.invoke("Org1MSP", ledger.FuncIssueIdentities, request); err != nil {
		t.Errorf("IssueIdentities(%d bytes) = %v, want no error", len(request), err)
	}
	for function, limit := range map[string]int{
		ledger.FuncIssueIdentities: ledger.MaxBatch * ledger.MaxRequestSize, ledger.FuncIdentity: ledger.MaxRequestSize,
	} {
		long := `"` + string(make([]byte, limit)) + `"`
		if _, err := w.invoke("Org1MSP", function, long); !errors.Is(err, ledger.ErrInvalid) || err.Error() != "invalid: the request is too large" {
			t.Errorf("%s(%d bytes) = %v, want too large", function, len(long), err)
		}
	}
}
