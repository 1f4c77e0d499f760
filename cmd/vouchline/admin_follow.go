package main

import (
	"fmt"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/store"
)

// AdminFollowAnewCmd forgets how far the service has followed the ledger. A
// checkpoint that is not on the ledger stops it, since only a person knows what
// became of the ledger. Going through all events once more does no harm: their
// effects read what is true now.
type AdminFollowAnewCmd struct {
	StorageSettings `group:"Storage"`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminFollowAnewCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run forgets the checkpoint. A service that runs finds that out by itself.
func (c *AdminFollowAnewCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		was, err := s.Checkpoint(g.Context, kyc.ListenerName)
		if err != nil {
			return err
		}
		entry := kyc.AuditEntry{At: g.Now(), Actor: operator, Action: "follow_anew", Detail: fmt.Sprintf("%d %s", was.Block, was.TxID)}
		if err := s.Audit(g.Context, entry); err != nil {
			return err
		}
		if err := s.Advance(g.Context, kyc.ListenerName, was, ledger.Checkpoint{}, nil); err != nil {
			return err
		}
		return g.Printf("The service, or the next one that runs, begins again with the ledger's first event; it was at block %d.\n", was.Block)
	})
}
