package kyc_test

import (
	"context"
	"encoding/json"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// A witness notes what the ledger is asked to mint.
type witness struct {
	kyc.Ledger
	requests []string
}

func (w *witness) Issue(ctx context.Context, i ledger.Issue) (ledger.Location, error) {
	b, err := json.Marshal(i)
	if err != nil {
		return ledger.Location{}, err
	}
	w.requests = append(w.requests, string(b)+string(i.Sealed))
	return w.Ledger.Issue(ctx, i)
}
