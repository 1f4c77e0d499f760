package ledgertest_test

import (
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func TestFake(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(*testing.T) ledgertest.Target {
		f := ledgertest.NewFake(nil)
		return ledgertest.Target{Writer: f.Client, Other: f.As(ledgertest.OtherMSP).Client, Network: ledger.NetworkEmbedded, Events: f.Events}
	})
}
