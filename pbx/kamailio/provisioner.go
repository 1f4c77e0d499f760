package kamailio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// ProvisionerConfig is what the operator sets, and who writes the rows.
type ProvisionerConfig struct {
	// Publish makes the rows that Kamailio sees of a line those of the account;
	// of a line that is off there are none. They are committed when it returns:
	// Kamailio keeps no copy, so that they are in effect too.
	Publish func(ctx context.Context, a pbx.Account) error
	// Registrar drops devices.
	Registrar *Registrar
	// HangUp ends the calls of a line that is taken away.
	HangUp bool
	Logger *slog.Logger
	Clock  func() time.Time
}

// A Provisioner sets lines by the rows that Kamailio reads. Several goroutines
// may use it at once.
type Provisioner struct{ config ProvisionerConfig }

// NewProvisioner checks the settings.
func NewProvisioner(c ProvisionerConfig) (*Provisioner, error) {
	if c.Publish == nil || c.Registrar == nil || c.Clock == nil {
		return nil, errors.New("kamailio: no publisher, registrar or clock")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Provisioner{c}, nil
}

// Provision publishes the account and then drops the devices that must not stay:
// all of a line that nobody may use now, and those whose credential has ended.
// In this order, as a device that is dropped while its credential is good comes
// back at once.
func (p *Provisioner) Provision(ctx context.Context, a pbx.Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	if err := p.config.Publish(ctx, a); err != nil {
		return fmt.Errorf("kamailio: publish: %w", err)
	}
	now := p.config.Clock()
	off := !a.Enabled || len(a.Credentials(now)) == 0
	if err := p.drop(ctx, a, off, now); err != nil {
		return err
	}
	if off && p.config.HangUp {
		if err := p.config.Registrar.HangUp(ctx, a.AOR); err != nil {
			return err
		}
	}
	p.config.Logger.InfoContext(ctx, "line changed", "extension", a.Extension, "on", !off)
	return nil
}

// glance bounds a look at who is registered that nothing calls for.
const glance = 2 * time.Second

// drop drops all devices of a line that is off, and otherwise those whose
// credential has ended. The account may have forgotten that one did, so that it
// is looked for always; only where the account says so must that succeed: a line
// can be set while a Kamailio is away, which then has nobody registered.
func (p *Provisioner) drop(ctx context.Context, a pbx.Account, off bool, now time.Time) error {
	switch {
	case off:
		return p.config.Registrar.Drop(ctx, a.AOR, "")
	case a.PhoneEnded(now):
		return pbx.DropEnded(ctx, p.config.Registrar, a, now)
	}
	looking, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	contacts, err := p.config.Registrar.Contacts(looking, a.AOR)
	ended, _ := a.Ended(contacts, now)
	for _, c := range ended {
		err = errors.Join(err, p.config.Registrar.Drop(looking, a.AOR, c.ID))
	}
	if err != nil {
		p.config.Logger.WarnContext(ctx, "devices whose password ended were not looked for", "extension", a.Extension, "error", err)
	}
	return nil
}

// Deprovision takes the line away. An unknown one is no error.
func (p *Provisioner) Deprovision(ctx context.Context, aor pbx.AOR) error {
	if _, err := key(aor); err != nil {
		return err
	}
	return p.Provision(ctx, pbx.Account{Extension: aor.User(), AOR: aor, Realm: aor.Domain()})
}
