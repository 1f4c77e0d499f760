package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"time"

	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/fabric"
)

// LedgerCmd looks into the ledger beside the service; it writes nothing.
type LedgerCmd struct {
	Show   LedgerShowCmd   `cmd:"" help:"Show an identity's record and where it was minted."`
	Verify LedgerVerifyCmd `cmd:"" help:"Embedded: check the whole log. Fabric: compare a record as two organisations' peers hold it."`
	Prove  LedgerProveCmd  `cmd:"" help:"Write a proof of a record that can be checked without the ledger."`
	Trust  LedgerTrustCmd  `cmd:"" help:"Write what proofs of this ledger are checked with: authorities' certificates or the log's public key."`
	Check  LedgerCheckCmd  `cmd:"" help:"Check a proof offline."`
}

// LedgerFlags find the ledger.
type LedgerFlags struct {
	LedgerPlace `group:"Ledger"`
	DataDir     string `name:"data-dir" env:"VOUCHLINE_DATA_DIR" default:"var/data" placeholder:"DIR" help:"Folder of everything the service writes."`
}

// Validate reports every fault of the settings; kong calls it.
func (f *LedgerFlags) Validate() error { return joinFaults(check(&f.LedgerPlace)) }

// identityReader is the half of a ledger that these commands need.
type identityReader interface {
	Identity(ctx context.Context, id string) (ledger.Identity, ledger.Location, error)
}

// ledgerRecord is an identity as one organisation sees it.
type ledgerRecord struct {
	Identity ledger.Identity `json:"identity"`
	Location ledger.Location `json:"location"`
}

// LedgerShowCmd shows one record.
type LedgerShowCmd struct {
	LedgerFlags
	ID string `arg:"" help:"The identity's id."`
}

// Run writes the record as JSON; an id that nobody has is exit code 1.
func (c *LedgerShowCmd) Run(g *Globals) error {
	l, closer, err := c.open()
	if err != nil {
		return err
	}
	defer func() { _ = closer.Close() }()
	r, err := recordOf(g.Context, l, c.ID)
	if err != nil {
		return err
	}
	return g.WriteJSON(r)
}

// open opens the ledger for reading, beside the service that writes to it.
func (f *LedgerFlags) open() (identityReader, io.Closer, error) {
	if f.Ledger == "embedded" {
		l, err := readLog(f.LedgerPath(f.DataDir))
		return l, l, err
	}
	c, err := connectFabric(f.FabricProfile)
	return c, c, err
}

func connectFabric(path string) (*fabric.Client, error) {
	p, err := fabric.LoadProfile(path)
	if err != nil {
		return nil, err
	}
	return fabric.Connect(p, fabric.Config{Now: time.Now})
}

func recordOf(ctx context.Context, l identityReader, id string) (ledgerRecord, error) {
	i, at, err := l.Identity(ctx, id)
	return ledgerRecord{i, at}, nobody(err)
}

func nobody(err error) error {
	if errors.Is(err, ledger.ErrNotFound) {
		return &NegativeError{Reason: "no such identity"}
	}
	return err
}

// LedgerVerifyCmd checks the ledger.
type LedgerVerifyCmd struct {
	LedgerFlags
	FabricVerifyProfile string `name:"fabric-verify-profile" group:"Ledger" env:"VOUCHLINE_FABRIC_VERIFY_PROFILE" placeholder:"FILE" help:"Connection profile of a second organisation, whose peers the record is read back from."`
	ID                  string `arg:"" optional:"" help:"The identity's id; needed with --ledger fabric."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *LedgerVerifyCmd) Validate() error {
	return joinFaults(append(check(&c.LedgerPlace), fileFault("fabric-verify-profile", c.FabricVerifyProfile)))
}

// Run checks; anything that does not hold is exit code 1.
func (c *LedgerVerifyCmd) Run(g *Globals) error {
	if c.Ledger == "embedded" {
		return c.verifyLog(g)
	}
	if c.ID == "" {
		return errors.New("ledger verify: name an identity; on Fabric the peers check the chain, and this compares what two organisations' peers hold")
	}
	if c.FabricVerifyProfile == "" {
		return errors.New("ledger verify: --fabric-verify-profile is needed: the organisation to compare with")
	}
	return c.compare(g)
}

func (c *LedgerVerifyCmd) verifyLog(g *Globals) error {
	report, err := ledgerlog.Verify(c.LedgerPath(c.DataDir))
	if err != nil {
		return opened(err)
	}
	if c.ID != "" {
		l, err := readLog(c.LedgerPath(c.DataDir))
		if err != nil {
			return err
		}
		defer func() { _ = l.Close() }()
		if _, err := recordOf(g.Context, l, c.ID); err != nil {
			return err
		}
	}
	if g.JSON {
		return g.WriteJSON(report)
	}
	return g.Printf("the log holds: %d entries, %d identities\nhead %s\nsigned by %s\n",
		report.Entries, report.Identities, report.Head, report.PublicKey)
}

// readLog opens an embedded ledger beside the service that writes to it.
func readLog(dir string) (*ledgerlog.Log, error) {
	l, err := ledgerlog.OpenReadOnly(dir)
	return l, opened(err)
}

func opened(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no embedded ledger (--ledger-dir, --data-dir, or --ledger fabric?): %w", err)
	}
	return tampered(err)
}

func tampered(err error) error {
	if errors.Is(err, ledgerlog.ErrTampered) {
		return &NegativeError{Reason: err.Error()}
	}
	return err
}

// comparison is one record as two organisations' peers hold it.
type comparison struct {
	ID       string       `json:"id"`
	Agree    bool         `json:"agree"`
	Writer   ledgerRecord `json:"writer"`
	Verifier ledgerRecord `json:"verifier"`
}

func (c *LedgerVerifyCmd) compare(g *Globals) error {
	out := comparison{ID: c.ID}
	for _, side := range []struct {
		profile string
		record  *ledgerRecord
	}{{c.FabricProfile, &out.Writer}, {c.FabricVerifyProfile, &out.Verifier}} {
		l, err := connectFabric(side.profile)
		if err != nil {
			return err
		}
		*side.record, err = recordOf(g.Context, l, c.ID)
		if err := errors.Join(err, l.Close()); err != nil {
			return fmt.Errorf("%s: %w", side.profile, err)
		}
	}
	out.Agree = reflect.DeepEqual(out.Writer, out.Verifier)
	if err := out.print(g); err != nil {
		return err
	}
	if !out.Agree {
		return &NegativeError{Reason: "the two organisations' peers hold different records"}
	}
	return nil
}

func (c comparison) print(g *Globals) error {
	if g.JSON {
		return g.WriteJSON(c)
	}
	at := c.Writer.Location
	return g.Printf("%s: %s, version %d, transaction %s in block %d of %s; both organisations agree: %v\n",
		c.ID, c.Writer.Identity.Status, c.Writer.Identity.Version, at.TxID, at.Block, at.Channel, c.Agree)
}
