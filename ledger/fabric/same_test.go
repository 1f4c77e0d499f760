package fabric_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func target(t *testing.T, n *fabricnet.Network) ledgertest.Target {
	t.Helper()
	org1, org2 := connect(t, n, "org1"), connect(t, n, "org2")
	ledgertest.Eventually(t, "org2's peers to know org1's", func() error {
		if _, err := org2.Issue(t.Context(), ledgertest.NewIssue()); !errors.Is(err, ledger.ErrForbidden) {
			return err
		}
		return nil
	})
	return ledgertest.Target{Writer: org1.Client, Other: org2.Client, Network: ledger.NetworkFabric, Events: org1.Events}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	ledgertest.Run(t, func(t *testing.T) ledgertest.Target { return target(t, n) })
}

// Calls that nobody chose are answered here as in memory.
func TestSameAsTheFake(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	for seed := range uint64(8) {
		t.Run("seed "+strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			ledgertest.Same(t, seed, 40, ledgertest.NewFake(time.Now).Target(), target(t, n))
		})
	}
}
