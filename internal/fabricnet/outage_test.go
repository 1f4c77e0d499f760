package fabricnet_test

import (
	"testing"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// Each of three orderers dies, the leader among them, and is back before the
// next one does: identities are issued all the while, by the same client.
func TestOneOfThreeOrderersMayDie(t *testing.T) { // one network at a time
	n := fabricnet.Start(t, fabricnet.Orderers(3))
	c := connect(t, n, "org1")
	for _, node := range []string{"orderer", "orderer1", "orderer2"} {
		if err := n.Kill(node); err != nil {
			t.Fatal(err)
		}
		in := ledgertest.NewIssue()
		ledgertest.Eventually(t, "an identity to be issued without "+node, func() error {
			_, err := c.Issue(t.Context(), in)
			return err
		})
		if err := n.Up(); err != nil {
			t.Fatal(err)
		}
	}
}
