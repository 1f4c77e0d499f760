package ledgertest

import (
	"bytes"
	"context"
	"testing"

	"github.com/vouchline/vouchline/ledger"
)

// Ledgers that break one rule each, to show that Same sees it.
func TestSameSeesADifference(t *testing.T) {
	t.Parallel()
	none := func(c ledger.Call) ledger.Call { return c }
	for _, c := range []struct {
		name  string
		spoil func(ledger.Call) ledger.Call
		same  bool
	}{
		{"no rule", none, true},
		{"fraud frees the person", func(c ledger.Call) ledger.Call {
			c.Request = bytes.Replace(c.Request, []byte(`"fraud"`), []byte(`"superseded"`), 1)
			return c
		}, false},
		{"erasure is a revocation", func(c ledger.Call) ledger.Call {
			if c.Function == ledger.FuncEraseIdentity {
				c.Function = ledger.FuncSetStatus
				c.Request = bytes.Replace(c.Request, []byte(`}`), []byte(`,"status":"revoked","reason":"erasure"}`), 1)
			}
			return c
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			good, bad := NewFake(nil).Target(), NewFake(nil).Target()
			honest := bad.Writer
			bad.Writer = watched(honest, func(ctx context.Context, call ledger.Call) (ledger.Answer, error) {
				return honest.Transport.Submit(ctx, c.spoil(call))
			})
			if difference := compare(t, 1, 300, good, bad); (difference == "") != c.same {
				t.Errorf("compare() = %q, want none: %t", difference, c.same)
			}
		})
	}
}

func TestSameSeesWhoMayWrite(t *testing.T) {
	t.Parallel()
	good, bad := NewFake(nil).Target(), NewFake(nil).Target()
	bad.Other = bad.Writer
	if compare(t, 1, 300, good, bad) == "" {
		t.Errorf("compare(everybody writes) saw no difference")
	}
}
