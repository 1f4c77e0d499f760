package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vouchline/vouchline/pbx/drift"
	"github.com/vouchline/vouchline/store"
)

// PBXSyncCmd compares the PBX with the database: after a restored backup, a
// change by hand, or from time to time.
type PBXSyncCmd struct {
	StorageSettings `group:"Storage"`
	PBXSettings     `group:"PBX"`
	Repair          bool `name:"repair" help:"Mend what differs: set lines again, take those away that have no account here, drop devices of lines that are off."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *PBXSyncCmd) Validate() error {
	return joinFaults(append(
		check(&c.StorageSettings, &c.PBXSettings),
		fault(c.PBX != "none", "pbx", "is none: there is no PBX to compare with"),
		c.publishFault(&c.StorageSettings),
	))
}

// found is one drift as it is told.
type found struct {
	drift.Drift
	Repaired bool `json:"repaired"`
}

// Run tells each drift, and is a negative answer when one is left.
func (c *PBXSyncCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		sync, err := newPBXSync(g, c, s)
		if err != nil {
			return err
		}
		drifts, err := sync.settled()
		if err != nil {
			return err
		}
		left := drifts
		if c.Repair && len(drifts) > 0 {
			if left, err = sync.repair(drifts); err != nil {
				return errors.Join(tell(g, drifts, drifts), err)
			}
		}
		if err := tell(g, drifts, left); err != nil {
			return err
		}
		if len(left) > 0 {
			return &NegativeError{Reason: fmt.Sprintf("the PBX differs in %d places", len(left))}
		}
		return nil
	})
}

// tell writes each drift, and whether it is there no more.
func tell(g *Globals, drifts, left []drift.Drift) error {
	for _, d := range drifts {
		f := found{d, !slices.Contains(left, d)}
		if g.JSON {
			if err := g.WriteJSON(f); err != nil {
				return err
			}
			continue
		}
		note := ""
		if f.Repaired {
			note = " repaired"
		}
		if err := g.Printf("%s %s%s\n", d.Extension, d.Kind, note); err != nil {
			return err
		}
	}
	return nil
}
