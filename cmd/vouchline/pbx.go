package main

import (
	"context"
	"fmt"

	"github.com/vouchline/vouchline/pbx"
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
	Format          string `name:"format" default:"asterisk" enum:"asterisk,kamailio,freeswitch,json,csv" help:"asterisk (pjsip.conf), kamailio (SQL), freeswitch (directory), csv (a table), each of who may register now; or json (all lines, one each line)."`
	Since           int64  `name:"since" placeholder:"REVISION" help:"json: only lines that changed after this revision, as each line has one."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *PBXExportCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run writes the lines; --json stands for --format json.
func (c *PBXExportCmd) Run(g *Globals) error {
	if g.JSON {
		c.Format = "json"
	}
	if c.Format != "json" && c.Since != 0 {
		// Who loads a part of the lines forgets the others.
		return fault(false, "since", "goes with --format json")
	}
	f, ok := format.ByName(c.Format)
	if !ok {
		return fmt.Errorf("no format %s", c.Format)
	}
	return c.withStore(g, func(s *store.Store) error {
		accounts, err := everyLine(g.Context, s, pbx.Query{Since: c.Since})
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

// everyLine reads all pages of what a query asks for.
func everyLine(ctx context.Context, s *store.Store, q pbx.Query) ([]pbx.Account, error) {
	var all []pbx.Account
	for {
		page, err := s.FindAccounts(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Accounts...)
		if q.After = page.Next; q.After == "" {
			return all, nil
		}
	}
}
