package main

import (
	"context"
	"fmt"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/store"
)

// AdminLineCmd looks after phone lines. What it asks for is saved; the running
// service tells the PBX.
type AdminLineCmd struct {
	Add     AdminLineAddCmd     `cmd:"" help:"Give an identity one more line, which is silent until it has a device."`
	Suspend AdminLineSuspendCmd `cmd:"" help:"Turn a line off until it is resumed, whatever its identity's status."`
	Resume  AdminLineResumeCmd  `cmd:"" help:"End a line's suspension."`
	Release AdminLineReleaseCmd `cmd:"" help:"End a line for good; its number rests before somebody else gets it."`
	Rotate  AdminLineRotateCmd  `cmd:"" help:"End the passwords of all devices of a line after the overlap; desk phones fetch new ones, the others are set up again."`
}

// AdminLineAddCmd adds a line.
type AdminLineAddCmd struct {
	IdentityFlags
	PBXSettings  `group:"PBX"`
	Organisation string `name:"organisation" placeholder:"ID" help:"From whose range of the numbering plan. Default: everyone's."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminLineAddCmd) Validate() error {
	return joinFaults(append(
		check(&c.StorageSettings, &c.LedgerPlace, &c.PBXSettings),
		fault(c.Organisation == "" || ledger.ValidID(c.Organisation), "organisation", "%q is not an organisation's id", c.Organisation),
	))
}

// Run writes the number to stdout.
func (c *AdminLineAddCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		l, closer, err := c.readLedger(g)
		if err != nil {
			return err
		}
		defer func() { _ = closer.Close() }()
		flow, err := lineIntents(g, s, &c.PBXSettings)
		if err != nil {
			return err
		}
		flow.Ledger = l
		line, err := flow.AddLine(g.Context, operator, c.ID, c.Organisation)
		if code := kyc.Code(err); code != "" {
			return &NegativeError{Reason: fmt.Sprintf("%s: %s", c.ID, code)}
		}
		if err != nil {
			return err
		}
		if g.JSON {
			return g.WriteJSON(map[string]string{"identity": c.ID, "extension": line.Extension})
		}
		return g.Printf("%s\n", line.Extension)
	})
}

// LineFlags name a line and find what is known of it.
type LineFlags struct {
	StorageSettings `group:"Storage"`
	PBXSettings     `group:"PBX"`
	Extension       string `arg:"" help:"The line's number."`
}

// Validate reports every fault of the settings; kong calls it.
func (f *LineFlags) Validate() error {
	return joinFaults(append(check(&f.StorageSettings, &f.PBXSettings), fault(f.Extension != "", "extension", "is empty")))
}

// change saves what is asked for; the service carries it out.
func (f *LineFlags) change(g *Globals, to string, ask func(flow *kyc.Flow, ctx context.Context, actor, extension string) error) error {
	return f.withStore(g, func(s *store.Store) error {
		flow, err := lineIntents(g, s, &f.PBXSettings)
		if err != nil {
			return err
		}
		return asked(g, f.Extension, to, ask(flow, g.Context, operator, f.Extension))
	})
}

// lineIntents is intents with what lines need. It does not tell the PBX: that is
// the service's, which may be the only one that can.
func lineIntents(g *Globals, s *store.Store, settings *PBXSettings) (*kyc.Flow, error) {
	flow, err := intents(g, s)
	if err != nil {
		return nil, err
	}
	numbering, err := settings.Numbering()
	flow.Opener = s
	flow.Settings = kyc.Settings{
		Numbering: numbering, Realm: settings.PBXRealm, SIPDomain: settings.PBXRealm,
		Rotate: settings.PBXRotate, Overlap: settings.PBXOverlap,
	}
	return flow, err
}

// AdminLineSuspendCmd suspends a line.
type AdminLineSuspendCmd struct{ LineFlags }

// Run asks for it.
func (c *AdminLineSuspendCmd) Run(g *Globals) error {
	return c.change(g, "suspended", (*kyc.Flow).SuspendLine)
}

// AdminLineResumeCmd resumes a line.
type AdminLineResumeCmd struct{ LineFlags }

// Run asks for it.
func (c *AdminLineResumeCmd) Run(g *Globals) error {
	return c.change(g, "resumed", (*kyc.Flow).ResumeLine)
}

// AdminLineReleaseCmd ends a line.
type AdminLineReleaseCmd struct {
	LineFlags
	Yes bool `name:"yes" required:"" help:"Say that you mean it: the line does not come back."`
}

// Run asks for it.
func (c *AdminLineReleaseCmd) Run(g *Globals) error {
	return c.change(g, "released", (*kyc.Flow).ReleaseLine)
}

// AdminLineRotateCmd ends a line's passwords.
type AdminLineRotateCmd struct{ LineFlags }

// Run asks for it.
func (c *AdminLineRotateCmd) Run(g *Globals) error {
	return c.change(g, "rotated", (*kyc.Flow).RotateLine)
}
