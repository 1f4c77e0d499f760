package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/store"
)

// AdminOrganisationCmd looks after the parties to the channel.
type AdminOrganisationCmd struct {
	Add    OrganisationAddCmd    `cmd:"" help:"Register an organisation."`
	Status OrganisationStatusCmd `cmd:"" help:"Suspend, resume or revoke an organisation."`
	List   OrganisationListCmd   `cmd:"" help:"List the ledger's organisations, with their public and API keys."`
	Key    OrganisationKeyCmd    `cmd:"" help:"Set the public key that attributes are wrapped for."`
}

// OrganisationFlags name an organisation and find the ledger it is on.
type OrganisationFlags struct {
	StorageSettings `group:"Storage"`
	LedgerPlace     `group:"Ledger"`
	ID              string `arg:"" help:"The organisation's id."`
}

// Validate reports every fault of the settings; kong calls it.
func (f *OrganisationFlags) Validate() error {
	return joinFaults(check(&f.StorageSettings, &f.LedgerPlace))
}

// write changes an organisation and shows what it is then. An embedded ledger
// has one writer: while a service runs on it, its console does this.
func (f *OrganisationFlags) write(g *Globals, do func(*kyc.Flow) (ledger.Organisation, error)) error {
	return f.withStore(g, func(s *store.Store) error {
		l, err := openLedger(g, f.LedgerPlace, f.DataDir)
		if errors.Is(err, ledgerlog.ErrLocked) {
			return errors.New("a service runs on this embedded ledger, which has one writer: use its console, /console/organisations")
		}
		if err != nil {
			return err
		}
		defer func() { _ = l.Close() }()
		o, err := do(&kyc.Flow{Ledger: l, Auditor: s, Clock: g.Now})
		if code := kyc.Code(err); code != "" {
			return &NegativeError{Reason: fmt.Sprintf("%s: %v", f.ID, err)}
		}
		if err != nil {
			return err
		}
		return g.WriteJSON(o)
	})
}

// OrganisationListCmd lists organisations.
type OrganisationListCmd struct {
	StorageSettings `group:"Storage"`
	LedgerPlace     `group:"Ledger"`
}

// Validate reports every fault of the settings; kong calls it.
func (c *OrganisationListCmd) Validate() error {
	return joinFaults(check(&c.StorageSettings, &c.LedgerPlace))
}

// A listedOrganisation has what the ledger knows of it and what we do.
type listedOrganisation struct {
	ledger.Organisation

	Thumbprint string   `json:"thumbprint,omitempty"` // of its public key
	APIKeys    []string `json:"api_keys"`             // that were not revoked, by their ids
}

// Run writes one organisation a line. It only reads the ledger, so it runs beside
// the service.
func (c *OrganisationListCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		l, closer, err := c.read(g, c.DataDir)
		if err != nil {
			return err
		}
		defer func() { _ = closer.Close() }()
		all, err := l.Organisations(g.Context)
		if err != nil {
			return err
		}
		keys, err := s.APIKeys(g.Context)
		if err != nil {
			return err
		}
		for _, o := range all {
			if err := listed(o, keys).write(g); err != nil {
				return err
			}
		}
		return nil
	})
}

func listed(o ledger.Organisation, keys []store.APIKey) listedOrganisation {
	out := listedOrganisation{Organisation: o, APIKeys: []string{}}
	if o.Key != (ledger.PublicKey{}) {
		out.Thumbprint = o.Key.Thumbprint()
	}
	for _, k := range keys {
		if k.Organisation == o.ID && k.RevokedAt.IsZero() {
			out.APIKeys = append(out.APIKeys, k.ID)
		}
	}
	return out
}

func (o listedOrganisation) write(g *Globals) error {
	if g.JSON {
		return g.WriteJSON(o)
	}
	public, programs := "no public key", "no API keys"
	if o.Thumbprint != "" {
		public = o.Organisation.Key.Type + " " + o.Thumbprint
	}
	if len(o.APIKeys) > 0 {
		programs = "API keys " + strings.Join(o.APIKeys, ",")
	}
	return g.Printf("%s  %-24s  %s  %s  %s  %s  %s\n", o.ID, o.Name, o.Role, o.Status, o.MSP, public, programs)
}

// OrganisationAddCmd registers an organisation.
type OrganisationAddCmd struct {
	OrganisationFlags
	Name string `name:"name" required:"" help:"What subscribers read when they are asked to consent."`
	Role string `name:"role" required:"" enum:"issuer,operator,relying_party" help:"issuer, operator or relying_party."`
	MSP  string `name:"msp" required:"" placeholder:"ID" help:"Its MSP id on the channel."`
}

// Run registers; the same again changes nothing.
func (c *OrganisationAddCmd) Run(g *Globals) error {
	return c.write(g, func(f *kyc.Flow) (ledger.Organisation, error) {
		return f.RegisterOrganisation(g.Context, operator, ledger.Organisation{
			ID: c.ID, Name: c.Name, Role: ledger.Role(c.Role), MSP: c.MSP, Status: ledger.StatusActive,
		})
	})
}

// OrganisationStatusCmd moves an organisation.
type OrganisationStatusCmd struct {
	OrganisationFlags
	Status string `arg:"" enum:"active,suspended,revoked" help:"active, suspended or revoked."`
}

// Run moves it.
func (c *OrganisationStatusCmd) Run(g *Globals) error {
	return c.write(g, func(f *kyc.Flow) (ledger.Organisation, error) {
		return f.SetOrganisationStatus(g.Context, operator, c.ID, ledger.Status(c.Status))
	})
}

// OrganisationKeyCmd sets an organisation's public key.
type OrganisationKeyCmd struct {
	OrganisationFlags
	File string `arg:"" help:"The public key as vouchline disclosure keygen prints it, a JSON Web Key; - is stdin."`
}

// Run sets it.
func (c *OrganisationKeyCmd) Run(g *Globals) error {
	key, err := readPublicKey(c.File, g.Stdin)
	if err != nil {
		return err
	}
	return c.write(g, func(f *kyc.Flow) (ledger.Organisation, error) {
		return f.SetOrganisationKey(g.Context, operator, c.ID, key)
	})
}

// readPublicKey reads a key and looks at it before anything is opened.
func readPublicKey(path string, stdin io.Reader) (key ledger.PublicKey, err error) {
	if err := readJSONFile(path, stdin, &key); err != nil {
		return key, err
	}
	if err := key.Validate(); err != nil {
		return key, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}
