package kyc_test

import (
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

func TestMintSurvivesAKillAnywhere(t *testing.T) {
	prepare := func(t *testing.T, b *bench) string { t.Helper(); return b.approved(t) }
	killEverywhere(t, prepare, func(t *testing.T, b *bench, id string, _ *saboteur) {
		b.persist(t)
		b.wantState(t, id, kyc.Issued)
		identity := b.identity(t, id)
		record, on := b.standing(t, identity.ID)
		if record.Status != ledger.StatusActive || record.Version != 1 || !on {
			t.Errorf("ledger %s, version %d, line on %t, want one issue and a line", record.Status, record.Version, on)
		}
		if identity.Location.TxID != record.TxID {
			t.Errorf("the enrollment says it was minted by %s, the ledger by %s", identity.Location.TxID, record.TxID)
		}
		if n := len(b.pbx.Accounts()); n != 1 {
			t.Errorf("%d lines, want one", n)
		}
		if n := strings.Count(b.last(t, "anna1@example.org"), "/i/"+identity.ID); n == 0 {
			t.Error("the subscriber was not told")
		}
	})
}

// TestSuspendedBeforeTheLineIsThere: an identity that is taken back while its
// line is being set up never calls.
func TestSuspendedBeforeTheLineIsThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.approved(t)
	must(t, b.runner.Run(t.Context(), b.queue[0])) // minted; the line waits in the queue
	b.wantState(t, id, kyc.Minted)
	identity := b.identity(t, id).ID
	must(t, b.change(t, identity, ledger.StatusSuspended, ledger.ReasonKeyCompromise))
	b.runner.Provisioner = orderOfTrust{b.flow.Ledger, b.runner.Provisioner, t, b}
	b.work(t)
	if record, on := b.standing(t, identity); record.Status != ledger.StatusSuspended || on {
		t.Errorf("ledger %s, line on %t", record.Status, on)
	}
	b.wantState(t, id, kyc.Issued)
	must(t, b.change(t, identity, ledger.StatusActive, ledger.ReasonReviewed))
	b.work(t)
	if _, on := b.standing(t, identity); !on {
		t.Error("the line does not come back")
	}
}
