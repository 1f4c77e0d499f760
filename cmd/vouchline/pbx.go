package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/store"
)

// PBXCmd gives the accounts to PBXs by hand. Digests are as good as passwords:
// what these commands write is for the PBX's eyes only.
type PBXCmd struct {
	Export    PBXExportCmd    `cmd:"" help:"Write the SIP accounts to stdout."`
	Reconcile PBXReconcileCmd `cmd:"" help:"Set every account on the PBX again, as after a restored backup."`
}

// PBXExportCmd writes the accounts.
type PBXExportCmd struct {
	StorageSettings `group:"Storage"`
	Format          string    `name:"format" default:"asterisk" enum:"asterisk,json" help:"asterisk (pjsip.conf, enabled accounts only) or json (one account a line)."`
	Since           time.Time `name:"since" format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"Only accounts changed at or after this time (RFC 3339)."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *PBXExportCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run writes the accounts; --json stands for --format json.
func (c *PBXExportCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		accounts, err := s.Accounts(g.Context, c.Since)
		if err != nil {
			return err
		}
		if g.JSON || c.Format == "json" {
			return writeAccounts(g, accounts)
		}
		fragment, err := format.Asterisk(accounts, time.Now())
		if err != nil {
			return err
		}
		_, err = g.Stdout.Write(fragment)
		return err
	})
}

func writeAccounts(g *Globals, accounts []pbx.Account) error {
	for _, a := range accounts {
		if err := g.WriteJSON(a); err != nil {
			return err
		}
	}
	return nil
}

// PBXReconcileCmd makes the PBX what the database says.
type PBXReconcileCmd struct {
	StorageSettings `group:"Storage"`
	PBXSettings     `group:"PBX"`
	Prune           bool `name:"prune" help:"Also take away lines of the PBX's folder that have no account here."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *PBXReconcileCmd) Validate() error {
	return joinFaults(append(
		check(&c.StorageSettings, &c.PBXSettings),
		fault(c.PBX != "none", "pbx", "is none: there is no PBX to set accounts on"),
	))
}

// reconciled is what a reconciliation did.
type reconciled struct {
	Provisioned   int `json:"provisioned"`
	Deprovisioned int `json:"deprovisioned"`
	Failed        int `json:"failed"`
}

// Run goes on after a failure, so that one bad account does not keep the
// others off the PBX.
func (c *PBXReconcileCmd) Run(g *Globals) error {
	p, err := asterisk.New(asterisk.Config{
		Dir: c.PBXPath(c.DataDir), Console: c.PBXConsole, Reload: c.PBXReload, Show: c.PBXShow, Logger: g.Log, Clock: time.Now,
	})
	if err != nil {
		return err
	}
	return c.withStore(g, func(s *store.Store) error {
		accounts, err := s.Accounts(g.Context, time.Time{})
		if err != nil {
			return err
		}
		done, errs := c.set(g, p, accounts)
		if c.Prune {
			pruned, err := prune(g, p, accounts)
			done.Deprovisioned += pruned
			errs = append(errs, err)
		}
		if g.JSON {
			errs = append(errs, g.WriteJSON(done))
		} else {
			errs = append(errs, g.Printf("%d provisioned, %d deprovisioned, %d failed\n", done.Provisioned, done.Deprovisioned, done.Failed))
		}
		return errors.Join(errs...)
	})
}

func (c *PBXReconcileCmd) set(g *Globals, p *asterisk.Provisioner, accounts []pbx.Account) (done reconciled, errs []error) {
	for _, a := range accounts {
		switch err := p.Provision(g.Context, a); {
		case err != nil:
			done.Failed++
			errs = append(errs, fmt.Errorf("extension %s: %w", a.Extension, err))
		case a.Enabled:
			done.Provisioned++
		default:
			done.Deprovisioned++
		}
	}
	return done, errs
}

func prune(g *Globals, p *asterisk.Provisioner, accounts []pbx.Account) (pruned int, err error) {
	known := map[pbx.AOR]bool{}
	for _, a := range accounts {
		known[a.AOR] = true
	}
	lines, err := p.Accounts()
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, line := range lines {
		if known[line.AOR] {
			continue
		}
		if err := p.Deprovision(g.Context, line.AOR); err != nil {
			errs = append(errs, err)
			continue
		}
		pruned++
	}
	return pruned, errors.Join(errs...)
}
