package main

import (
	"errors"

	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/store"
)

// withStore runs a command on an open store.
func (s *StorageSettings) withStore(g *Globals, f func(*store.Store) error) (err error) {
	st, err := store.Open(g.Context, storeConfig(g, *s))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return f(st)
}

// storageFaults reports every fault of the settings.
func storageFaults(s *StorageSettings) error { return joinFaults(check(s)) }

// MigrateCmd prepares the database before the service starts, which it would
// do itself otherwise.
type MigrateCmd struct {
	StorageSettings `group:"Storage"`
}

// Validate reports every fault of the settings; kong calls it.
func (c *MigrateCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run migrates.
func (c *MigrateCmd) Run(g *Globals) error {
	if err := store.Migrate(g.Context, storeConfig(g, c.StorageSettings), jobs.Migrate); err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(map[string]string{"database": c.DatabaseDSN().String(), "operator_key_file": c.OperatorKeyPath()})
	}
	return g.Printf("The database %s is ready.\nThe operator's key is in %s: back it up, apart from the database.\n", c.DatabaseDSN(), c.OperatorKeyPath())
}
