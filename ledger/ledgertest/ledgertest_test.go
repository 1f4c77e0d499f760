package ledgertest_test

import (
	"testing"

	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func TestFake(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(*testing.T) ledgertest.Target { return ledgertest.NewFake(nil).Target() })
}
