package main

import (
	"context"
	"errors"
)

// WorkCmd runs the queue and the engines without the web: on as many machines
// as are needed, all on one PostgreSQL database.
type WorkCmd struct {
	WorkSettings
}

// Run works until the context ends.
func (c *WorkCmd) Run(g *Globals) error {
	a, err := newApp(g, parts{
		Site: c.SiteSettings, Storage: c.StorageSettings, Ledger: c.LedgerSettings, Engines: c.EngineSettings,
		Message: c.MessageSettings, PBX: c.PBXSettings, Outbox: c.OutboxEnabled(),
	})
	if err != nil {
		return err
	}
	if a.missing != nil {
		g.Log.Warn("checks go to a reviewer", "cause", a.missing)
	}
	if err := a.queue.Start(g.Context); err != nil {
		return errors.Join(err, a.close())
	}
	go a.keepTidy(g.Context, g.Log)
	<-g.Context.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.Context), stopWithin)
	defer cancel()
	return errors.Join(a.queue.Stop(ctx), a.close())
}
