package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/store"
)

// operator is who runs this program's commands, in the audit log.
const operator = "operator"

// IdentityFlags name an identity and find what is known of it.
type IdentityFlags struct {
	StorageSettings `group:"Storage"`
	LedgerPlace     `group:"Ledger"`
	ID              string `arg:"" help:"The identity's id."`
}

func (f *IdentityFlags) faults(to ledger.Status, reason string) error {
	reasons := kyc.StatusReasons(to)
	return joinFaults(append(
		check(&f.StorageSettings, &f.LedgerPlace),
		fault(slices.Contains(reasons, reason), "reason", "%q is none of %s", reason, strings.Join(reasons, ", ")),
	))
}

// AdminSuspendCmd suspends an identity.
type AdminSuspendCmd struct {
	IdentityFlags
	Reason string `name:"reason" default:"under_review" help:"under_review, subscriber_request, key_compromise or administrative."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminSuspendCmd) Validate() error { return c.faults(ledger.StatusSuspended, c.Reason) }

// Run asks for it.
func (c *AdminSuspendCmd) Run(g *Globals) error {
	return c.change(g, ledger.StatusSuspended, c.Reason)
}

// AdminResumeCmd resumes a suspended identity.
type AdminResumeCmd struct {
	IdentityFlags
	Reason string `name:"reason" default:"reviewed" help:"reviewed, subscriber_request or administrative."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminResumeCmd) Validate() error { return c.faults(ledger.StatusActive, c.Reason) }

// Run asks for it.
func (c *AdminResumeCmd) Run(g *Globals) error { return c.change(g, ledger.StatusActive, c.Reason) }

// AdminRevokeCmd revokes an identity for good.
type AdminRevokeCmd struct {
	IdentityFlags
	Reason string `name:"reason" required:"" help:"subscriber_request, key_compromise, fraud, superseded, expired or administrative. After fraud the person cannot enroll again."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminRevokeCmd) Validate() error { return c.faults(ledger.StatusRevoked, c.Reason) }

// Run asks for it.
func (c *AdminRevokeCmd) Run(g *Globals) error { return c.change(g, ledger.StatusRevoked, c.Reason) }

// change saves the change; the service carries it out, beside which this may
// run: the ledger is only read.
func (f *IdentityFlags) change(g *Globals, to ledger.Status, reason string) error {
	return f.withStore(g, func(s *store.Store) error {
		l, closer, err := f.readLedger(g)
		if err != nil {
			return err
		}
		defer func() { _ = closer.Close() }()
		flow, err := intents(g, s)
		if err != nil {
			return err
		}
		flow.Ledger = l
		err = flow.ChangeStatus(g.Context, kyc.StatusRequest{Actor: operator, IdentityID: f.ID, Status: to, Reason: reason})
		return asked(g, f.ID, string(to), err)
	})
}

// readLedger opens the ledger beside the service that writes to it.
func (f *IdentityFlags) readLedger(g *Globals) (kyc.Ledger, io.Closer, error) {
	return f.read(g, f.DataDir)
}

// read opens the ledger for looking.
func (s *LedgerPlace) read(g *Globals, dataDir string) (kyc.Ledger, io.Closer, error) {
	if s.Ledger == "embedded" {
		l, err := readLog(s.LedgerPath(dataDir))
		return l, l, err
	}
	l, err := openLedger(g, *s, dataDir)
	return l, l, err
}

// AdminEraseCmd makes everything forget a person.
type AdminEraseCmd struct {
	StorageSettings `group:"Storage"`
	ID              string `arg:"" help:"The identity's id, or that of an enrollment without one."`
	Yes             bool   `name:"yes" required:"" help:"Say that you mean it: nothing brings the person's data back."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminEraseCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run asks for it.
func (c *AdminEraseCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		flow, err := intents(g, s)
		if err != nil {
			return err
		}
		return asked(g, c.ID, string(ledger.StatusErased), flow.EraseSubject(g.Context, operator, c.ID))
	})
}

// intents is a flow that saves what shall happen; a service makes it happen.
func intents(g *Globals, s *store.Store) (*kyc.Flow, error) {
	queue, err := jobs.New(jobs.Config{DB: s.DB(), Dialect: s.Dialect(), Runner: &kyc.Runner{}, Logger: g.Log, Clock: g.Now})
	if err != nil {
		return nil, err
	}
	s.EnqueueWith(queue.Enqueue)
	return &kyc.Flow{Enrollments: s, Accounts: s, Auditor: s, Clock: g.Now}, nil
}

// asked tells what becomes of a wish. A refusal is exit code 1.
func asked(g *Globals, id, to string, err error) error {
	if code := kyc.Code(err); code != "" {
		return &NegativeError{Reason: fmt.Sprintf("%s: %s", id, code)}
	}
	if err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(map[string]string{"id": id, "to": to})
	}
	return g.Printf("%s will be %s: the running service, or the next one that runs, carries it out.\n", id, to)
}
