package main

import (
	"fmt"
	"time"

	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/store"
)

// PBXCmd gives the lines to PBXs by hand. Digests are as good as passwords:
// what export writes is for the PBX's eyes only.
type PBXCmd struct {
	Export PBXExportCmd `cmd:"" help:"Write the lines to stdout, as a PBX reads them."`
	Sync   PBXSyncCmd   `cmd:"" help:"Compare the PBX with the lines, and mend it. Exit code 1: they differ."`
	Views  PBXViewsCmd  `cmd:"" help:"Write the SQL that makes the role by which a PBX reads our database."`
}

// PBXExportCmd writes the lines.
type PBXExportCmd struct {
	StorageSettings `group:"Storage"`
	Format          string    `name:"format" default:"asterisk" enum:"asterisk,kamailio,freeswitch,json,csv" help:"asterisk (pjsip.conf), kamailio (SQL), freeswitch (directory), csv (a table), each of who may register now; or json (all lines, one each line)."`
	Since           time.Time `name:"since" format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"json: only lines changed at or after this time (RFC 3339)."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *PBXExportCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run writes the lines; --json stands for --format json.
func (c *PBXExportCmd) Run(g *Globals) error {
	if g.JSON {
		c.Format = "json"
	}
	if c.Format != "json" && !c.Since.IsZero() {
		// Who loads a part of the lines forgets the others.
		return fault(false, "since", "goes with --format json")
	}
	f, ok := format.ByName(c.Format)
	if !ok {
		return fmt.Errorf("no format %s", c.Format)
	}
	return c.withStore(g, func(s *store.Store) error {
		accounts, err := s.Accounts(g.Context, c.Since)
		if err != nil {
			return err
		}
		b, err := f.Render(accounts, g.Now())
		if err != nil {
			return err
		}
		_, err = g.Stdout.Write(b)
		return err
	})
}
