package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/drift"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/store"
)

// A lister is a registrar that tells all lines with a device at once.
type lister interface {
	Registered(ctx context.Context) ([]pbx.AOR, error)
}

// pbxSync reads the accounts and the PBX, and mends the PBX.
type pbxSync struct {
	g        *Globals
	settings *PBXSyncCmd
	store    *store.Store
	exchange exchange
	format   format.Format
}

func newPBXSync(g *Globals, c *PBXSyncCmd, s *store.Store) (*pbxSync, error) {
	x, err := newExchange(g, c.PBXSettings, c.DataDir, s.Publish)
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(c.PBX, "-") // asterisk-realtime reads what asterisk does
	f, ok := format.ByName(name)
	if !ok {
		return nil, fmt.Errorf("no format of %s", c.PBX)
	}
	return &pbxSync{g: g, settings: c, store: s, exchange: x, format: f}, nil
}

// settled returns the drifts that are there at two looks: a line that changes
// meanwhile is read from one side before and from the other after.
func (p *pbxSync) settled() ([]drift.Drift, error) {
	first, err := p.look()
	if err != nil || len(first) == 0 {
		return nil, err
	}
	second, err := p.look()
	return slices.DeleteFunc(second, func(d drift.Drift) bool { return !slices.Contains(first, d) }), err
}

func (p *pbxSync) look() ([]drift.Drift, error) {
	accounts, err := everyLine(p.g.Context, p.store, pbx.Query{})
	if err != nil {
		return nil, err
	}
	var has drift.PBX
	if p.settings.Published() {
		has.Lines, err = p.store.Published(p.g.Context)
	} else {
		has.Lines, has.Foreign, err = readFragments(p.settings.PBXPath(p.settings.DataDir))
	}
	if err != nil {
		return nil, err
	}
	if has.Registered, err = p.registered(accounts); err != nil {
		return nil, err
	}
	return drift.Compare(accounts, has, p.format, p.g.Now())
}

// registered returns the lines of ours that have a device, or, where the PBX
// tells of one line at a time, those of them that should have none.
func (p *pbxSync) registered(accounts []pbx.Account) ([]pbx.AOR, error) {
	if p.exchange.registrar == nil {
		return nil, nil
	}
	if all, ok := p.exchange.registrar.(lister); ok {
		aors, err := all.Registered(p.g.Context)
		return slices.DeleteFunc(aors, func(a pbx.AOR) bool { return a.Domain() != p.settings.PBXRealm }), err
	}
	var aors []pbx.AOR
	for _, a := range accounts {
		if a.Enabled {
			continue
		}
		contacts, err := p.exchange.registrar.Contacts(p.g.Context, a.AOR)
		if err != nil {
			return nil, err
		}
		if len(contacts) > 0 {
			aors = append(aors, a.AOR)
		}
	}
	return aors, nil
}

// mendedAtOnce is how many lines are mended at a time, so that they share what
// one change costs a PBX.
const mendedAtOnce = 16

// repair mends each drift and returns what is left. It goes on after a failure,
// so that one bad line does not keep the others off the PBX.
func (p *pbxSync) repair(drifts []drift.Drift) ([]drift.Drift, error) {
	errs := make([]error, len(drifts))
	room := make(chan struct{}, mendedAtOnce)
	var lines sync.WaitGroup
	for i, d := range drifts {
		room <- struct{}{}
		lines.Go(func() {
			defer func() { <-room }()
			if err := p.mend(d); err != nil {
				errs[i] = fmt.Errorf("line %s: %w", d.Extension, err)
			}
		})
	}
	lines.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return p.settled()
}

// mend sets the line to what the account says by now; one without an account is
// off.
func (p *pbxSync) mend(d drift.Drift) error {
	a, err := p.store.Account(p.g.Context, d.Extension)
	if errors.Is(err, kyc.ErrNotFound) {
		a, err = pbx.Account{Extension: d.Extension, Realm: p.settings.PBXRealm, AOR: pbx.NewAOR(d.Extension, p.settings.PBXRealm)}, nil
	}
	if err != nil {
		return err
	}
	if d.Kind != drift.RegisteredButOff {
		return p.exchange.provisioner.Provision(p.g.Context, a)
	}
	if a.Enabled {
		return nil // meanwhile
	}
	err = p.exchange.registrar.Drop(p.g.Context, a.AOR, "")
	if err == nil && p.settings.PBXHangup == "on" {
		err = p.exchange.registrar.HangUp(p.g.Context, a.AOR)
	}
	return err
}

// readFragments reads the lines in a folder of pjsip.conf, and which files that
// are named like a line are not as we write them. Other files are the
// operator's.
func readFragments(dir string) (lines []pbx.Account, foreign []string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.conf"))
	if err != nil {
		return nil, nil, err
	}
	for _, file := range files {
		extension := strings.TrimSuffix(filepath.Base(file), ".conf")
		if strings.Trim(extension, "0123456789") != "" {
			continue
		}
		b, err := os.ReadFile(file) //nolint:gosec // a name from our own folder
		if errors.Is(err, os.ErrNotExist) {
			continue // taken away meanwhile
		}
		if err != nil {
			return nil, nil, err
		}
		parsed, err := format.ParseAsterisk(b)
		if err != nil || len(parsed) != 1 || parsed[0].Extension != extension {
			foreign = append(foreign, extension)
			continue
		}
		lines = append(lines, parsed[0])
	}
	return lines, foreign, nil
}
