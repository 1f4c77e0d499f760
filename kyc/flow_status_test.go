package kyc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

func (b *bench) change(t *testing.T, identityID string, to ledger.Status, reason string) error {
	t.Helper()
	return b.flow.ChangeStatus(t.Context(), kyc.StatusRequest{Actor: "operator", IdentityID: identityID, Status: to, Reason: reason})
}

// TestStatusReasonsAreTheLedgers: a reason that the ledger refused would be
// learned of only after the line was cut.
func TestStatusReasonsAreTheLedgers(t *testing.T) {
	t.Parallel()
	for _, to := range []ledger.Status{ledger.StatusSuspended, ledger.StatusActive, ledger.StatusRevoked} {
		for _, reason := range kyc.StatusReasons(to) {
			b := newBench(t)
			identity := b.identity(t, b.issued(t)).ID
			if to == ledger.StatusActive {
				must(t, b.change(t, identity, ledger.StatusSuspended, ledger.ReasonUnderReview))
				b.work(t)
			}
			must(t, b.change(t, identity, to, reason))
			b.work(t)
			if record, _ := b.standing(t, identity); record.Status != to || record.Reason != reason {
				t.Errorf("the ledger says %s because of %q, want %s because of %q", record.Status, record.Reason, to, reason)
			}
		}
	}
}

// orderOfTrust fails the test when the PBX lets somebody call whom the ledger
// does not trust, or the ledger distrusts somebody who can still call.
type orderOfTrust struct {
	kyc.Ledger
	kyc.Provisioner
	t *testing.T
	b *bench
}

func (o orderOfTrust) SetStatus(ctx context.Context, id string, s ledger.Status, reason string) (ledger.Location, error) {
	if _, on := o.b.standing(o.t, id); on && s != ledger.StatusActive {
		o.t.Errorf("the ledger is told %s while the line is on", s)
	}
	return o.Ledger.SetStatus(ctx, id, s, reason)
}

func (o orderOfTrust) Provision(ctx context.Context, a pbx.Account) error {
	if record, _ := o.b.standing(o.t, a.IdentityID); a.Enabled && record.Status != ledger.StatusActive {
		o.t.Errorf("the line is switched on while the ledger says %s", record.Status)
	}
	return o.Provisioner.Provision(ctx, a)
}

func TestStatusChangesSurviveAKillAnywhere(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before []ledger.Status
		to     ledger.Status
		reason string
		line   bool
	}{
		{"suspend", nil, ledger.StatusSuspended, ledger.ReasonUnderReview, false},
		{"resume", []ledger.Status{ledger.StatusSuspended}, ledger.StatusActive, ledger.ReasonReviewed, true},
		{"revoke", nil, ledger.StatusRevoked, ledger.ReasonFraud, false},
		{"revoke who is suspended", []ledger.Status{ledger.StatusSuspended}, ledger.StatusRevoked, ledger.ReasonFraud, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			prepare := func(t *testing.T, b *bench) string {
				t.Helper()
				identity := b.identity(t, b.issued(t)).ID
				for _, s := range tt.before {
					must(t, b.change(t, identity, s, ledger.ReasonUnderReview))
					b.work(t)
				}
				return identity
			}
			killEverywhere(t, prepare, func(t *testing.T, b *bench, identity string, _ *saboteur) {
				was, _ := b.standing(t, identity)
				order := orderOfTrust{b.flow.Ledger, b.runner.Provisioner, t, b}
				b.flow.Ledger, b.runner.Provisioner = order, order
				insist(t, func() error { return b.change(t, identity, tt.to, tt.reason) })
				b.persist(t)
				record, line := b.standing(t, identity)
				if record.Status != tt.to || record.Reason != tt.reason || line != tt.line {
					t.Errorf("ledger %s because of %q, line on %t, want %s because of %q, %t", record.Status, record.Reason, line, tt.to, tt.reason, tt.line)
				}
				if record.Version != was.Version+1 {
					t.Errorf("the record went from version %d to %d, want one change", was.Version, record.Version)
				}
			})
		})
	}
}

// TestSuspendedWhileTheLedgerIsAway: the PBX does not wait for it.
func TestSuspendedWhileTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	b.flow.Ledger = away{b.ledger}
	must(t, b.change(t, identity, ledger.StatusSuspended, ledger.ReasonKeyCompromise))
	effect := b.queue[0]
	if err := b.runner.Run(t.Context(), effect); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("Run = %v, want it tried again", err)
	}
	if _, on := b.standing(t, identity); on {
		t.Error("the line waits for the ledger")
	}
	// A newer change replaces the one that the ledger never learned of.
	must(t, b.change(t, identity, ledger.StatusActive, ledger.ReasonReviewed))
	b.flow.Ledger = b.ledger
	b.work(t)
	record, on := b.standing(t, identity)
	if record.Status != ledger.StatusActive || record.Version != 1 || !on {
		t.Errorf("record = %s, version %d, line on %t, want it as before", record.Status, record.Version, on)
	}
}

// away is a ledger that does not answer.
type away struct{ kyc.Ledger }

func (away) Identity(context.Context, string) (ledger.Identity, ledger.Location, error) {
	return ledger.Identity{}, ledger.Location{}, ledger.ErrUnavailable
}

func (away) SetStatus(context.Context, string, ledger.Status, string) (ledger.Location, error) {
	return ledger.Location{}, ledger.ErrUnavailable
}

func TestChangeStatusRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	identity := b.identity(t, b.issued(t)).ID
	must(t, b.change(t, identity, ledger.StatusRevoked, ledger.ReasonFraud))
	pending := b.change(t, identity, ledger.StatusActive, ledger.ReasonReviewed)
	b.work(t)
	waiting := b.identity(t, b.approved(t)).ID
	for name, tt := range map[string]struct {
		err  error
		code string
	}{
		"what is being revoked":       {pending, "illegal_status"},
		"nothing that was done":       {b.change(t, identity, ledger.StatusRevoked, ledger.ReasonFraud), ""},
		"what is revoked":             {b.change(t, identity, ledger.StatusActive, ledger.ReasonReviewed), "illegal_status"},
		"a reason of another change":  {b.change(t, identity, ledger.StatusSuspended, ledger.ReasonReviewed), "reason_unknown"},
		"no status at all":            {b.change(t, identity, "gone", ledger.ReasonFraud), "reason_unknown"},
		"what is not on the ledger":   {b.change(t, waiting, ledger.StatusRevoked, ledger.ReasonFraud), "not_found"},
		"an identity that nobody has": {b.change(t, "idnobody", ledger.StatusRevoked, ledger.ReasonFraud), "not_found"},
	} {
		if got := kyc.Code(tt.err); got != tt.code {
			t.Errorf("%s: code %q (%v), want %q", name, got, tt.err, tt.code)
		}
	}
	if err := b.flow.ChangeStatus(t.Context(), kyc.StatusRequest{IdentityID: identity, Status: ledger.StatusRevoked, Reason: ledger.ReasonFraud}); err == nil {
		t.Error("a change by nobody was taken")
	}
}
