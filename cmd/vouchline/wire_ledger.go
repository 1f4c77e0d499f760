package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/vouchline/vouchline/api"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/batch"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/fabric"
)

// network is a ledger with all that the service asks of one: the flow's calls,
// its events, and what the console shows of it.
type network interface {
	kyc.Ledger
	kyc.Events
	api.Explorer
	batch.Issuer
	io.Closer
}

var (
	_ network = (*ledgerlog.Log)(nil)
	_ network = (*fabric.Client)(nil)
)

// batched lets mints that wait together share a transaction.
type batched struct {
	network

	mints *batch.Batcher
}

// Issue implements kyc.Identities.
func (b batched) Issue(ctx context.Context, in ledger.Issue) (ledger.Location, error) {
	return b.mints.Issue(ctx, in)
}

// openLedger opens the ledger for writing.
func openLedger(g *Globals, s LedgerPlace, dataDir string) (network, error) {
	if s.Ledger == "fabric" {
		p, err := fabric.LoadProfile(s.FabricProfile)
		if err != nil {
			return nil, err
		}
		return fabric.Connect(p, fabric.Config{Now: g.Now, Log: g.Log})
	}
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: s.LedgerPath(dataDir), Now: g.Now, Log: g.Log})
	if errors.Is(err, ledgerlog.ErrLocked) {
		return nil, fmt.Errorf("%w; the embedded ledger has one writer: several processes need --ledger fabric", err)
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}
