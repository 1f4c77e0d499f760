package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/vouchline/vouchline/api"
	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
)

// ServeCmd runs the web service with its queue and its engines.
type ServeCmd struct {
	ServeSettings
	PrintAdminLink bool `name:"print-admin-link" help:"Print a link to the console on stdout even where that is no terminal."`
}

// Run serves until the context ends.
func (c *ServeCmd) Run(g *Globals) error {
	// Listened on first: a busy port is told at once, before anything is made.
	listener, err := (&net.ListenConfig{}).Listen(g.Context, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; --listen chooses another address", c.Listen, err)
	}
	defer func() { _ = listener.Close() }()
	site := c.SiteSettings
	site.BaseURL = c.PublicURL()
	a, err := newApp(g, parts{
		Site: site, Storage: c.StorageSettings, Ledger: c.LedgerSettings, Engines: c.EngineSettings,
		Message: c.MessageSettings, PBX: c.PBXSettings, Outbox: c.OutboxEnabled(), Words: c.words(), Screen: c.LiveScreen == "on",
	})
	if err != nil {
		return err
	}
	desk, err := newPassportDesk(g, c.PassportSettings, site.BaseURL, c.DataDir)
	if err != nil {
		return errors.Join(err, a.close())
	}
	if desk != nil {
		a.flow.Passports = desk
	}
	handler, err := c.newEdge(g, a, desk, site.BaseURL)
	if err != nil {
		return errors.Join(err, a.close())
	}
	events, attempts := newLedgerMetrics(), newAttemptMetrics()
	handler, metrics, err := c.observe(g, handler, append(events.collectors(), attempts, passportMetrics{desk})...)
	if err != nil {
		return errors.Join(err, a.close())
	}
	a.closers = append(a.closers, metrics)
	if err := a.queue.Start(g.Context); err != nil {
		return errors.Join(err, a.close())
	}
	background, stop := context.WithCancel(g.Context)
	var running sync.WaitGroup
	running.Go(func() { a.keepTidy(background, g.Log) })
	running.Go(func() { a.followLedger(background, g, events) })
	running.Go(func() { a.watchLines(background, g, attempts) })
	if desk != nil {
		running.Go(func() { desk.files.follow(background) })
	}
	err = errors.Join(c.greet(g, a, site.BaseURL), serve(g, listener, handler))
	stop()
	running.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.Context), stopWithin)
	defer cancel()
	return errors.Join(err, a.queue.Stop(ctx), a.close())
}

// words returns the language of the live words, or "" for the applicant's.
func (c *ServeCmd) words() string {
	if c.LiveWords == "auto" {
		return ""
	}
	return c.LiveWords
}

func (c *ServeCmd) newEdge(g *Globals, a *app, desk *passportDesk, base string) (http.Handler, error) {
	console := console{a.store}
	cfg := api.Config{
		Flow: a.flow, Sessions: a.store.Sessions(), Logger: g.Log, Clock: g.Now, BaseURL: base, Service: c.Name,
		TrustedProxies: c.TrustedProxies,
		SIP:            api.SIP{Server: c.Service(base).Server, Realm: c.PBXRealm},
		WebPhone:       api.WebPhone{Lines: a.flow, PBX: c.Service(base)},
		Console: api.Console{
			Reviews: a.flow, Staff: console, Keys: console, Auditor: a.store, Ledger: a.ledger, Identities: a.flow, Organisations: a.flow, Lines: a.flow,
		},
		API: &v1.Config{
			Spec: api.Description(), Prover: a.flow, Records: a.flow, Readers: a.flow, Devices: a.flow, Keys: console, Auditor: a.store, Clock: g.Now, Logger: g.Log,
			PBX: linesOf(a.flow), Certificates: desk.certificate,
		},
	}
	if c.OutboxEnabled() {
		cfg.Outbox = outbox{a.store.Outbox()}
	}
	return api.New(cfg)
}

// linesOf is what the API keys of an organisation reach of the lines.
func linesOf(f *kyc.Flow) func(organisation string) v1.PBX {
	return func(organisation string) v1.PBX {
		own := f.Within(organisation)
		return v1.PBX{Lines: own, Accounts: own.Accounts, Callers: own}
	}
}

// serve answers until the context ends and lets what runs finish.
func serve(g *Globals, l net.Listener, h http.Handler) error {
	s := &http.Server{
		Handler: h,
		// A photograph on a slow network takes minutes; headers do not.
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-g.Context.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.Context), stopWithin)
	defer cancel()
	return s.Shutdown(ctx)
}

// greet prints where to go.
func (c *ServeCmd) greet(g *Globals, a *app, base string) error {
	console, err := c.consoleLine(g, a.store, base)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("\nEnroll:         %s/\nConsole:        %s\n", base, console)
	if c.OutboxEnabled() {
		text += fmt.Sprintf("Message outbox: %s/outbox\n", base)
	}
	text += fmt.Sprintf("API:            %s/v1/openapi.yaml\n", base)
	if a.missing != nil {
		text += fmt.Sprintf("\nNOT COMPLETE: %v\nEvery check that needs them is referred to a reviewer.\n", a.missing)
	}
	return g.Printf("%s\n", text)
}

// consoleLine tells how to enter the console. The administrator's link is a
// secret for the person at the terminal: in a container or below systemd
// stdout is a log that many may read, so there it is made on demand only.
func (c *ServeCmd) consoleLine(g *Globals, s *store.Store, base string) (string, error) {
	if !c.PrintAdminLink && !terminal(g.Stdout) {
		return base + "/console (a link to enter it: vouchline admin link)", nil
	}
	link, expires, err := staffLink(g, s, base, store.StaffLink{Name: "administrator", Role: "administrator"}, store.StaffLinkLifetime)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\n                (works once, until %s; another: vouchline admin link)", link, expires.Local().Format("15:04")), nil
}

// terminal reports whether a person may be reading w.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// console adapts the store to the console and the API.
type console struct{ *store.Store }

// RedeemLink implements api.Staff.
func (c console) RedeemLink(ctx context.Context, token string) (api.StaffMember, error) {
	link, err := c.UseStaffLink(ctx, token)
	if errors.Is(err, store.ErrLinkInvalid) {
		return api.StaffMember{}, kyc.ErrLinkInvalid
	}
	return api.StaffMember{Name: link.Name, Role: link.Role}, err
}

// CreateKey implements api.APIKeys.
func (c console) CreateKey(ctx context.Context, name string, scopes []string, organisation string) (string, error) {
	_, token, err := c.CreateAPIKey(ctx, name, scopes, organisation)
	return token, err
}

// ListKeys implements api.APIKeys.
func (c console) ListKeys(ctx context.Context) ([]api.APIKey, error) {
	keys, err := c.APIKeys(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]api.APIKey, len(keys))
	for i, k := range keys {
		out[i] = api.APIKey{
			ID: k.ID, Name: k.Name, Scopes: k.Scopes, Organisation: k.Organisation,
			Created: k.CreatedAt, LastUsed: k.UsedAt, Revoked: !k.RevokedAt.IsZero(),
		}
	}
	return out, nil
}

// RevokeKey implements api.APIKeys.
func (c console) RevokeKey(ctx context.Context, id string) error {
	err := c.RevokeAPIKey(ctx, id)
	if errors.Is(err, store.ErrNoAPIKey) {
		return kyc.ErrNotFound
	}
	return err
}

// CheckKey implements v1.KeyChecker.
func (c console) CheckKey(ctx context.Context, token string) (v1.Caller, error) {
	key, err := c.APIKey(ctx, token)
	if errors.Is(err, store.ErrNoAPIKey) {
		return v1.Caller{}, v1.ErrUnauthorized
	}
	return v1.Caller{ID: key.ID, Scopes: key.Scopes, Organisation: key.Organisation}, err
}

// outbox adapts the store's outbox to the page.
type outbox struct{ *store.Outbox }

// SentMessages implements api.Outbox.
func (o outbox) SentMessages(ctx context.Context, limit int) ([]api.SentMessage, error) {
	messages, err := o.Messages(ctx, limit)
	if err != nil {
		return nil, err
	}
	out := make([]api.SentMessage, len(messages))
	for i, m := range messages {
		out[i] = api.SentMessage{At: m.At, Message: m.Message}
	}
	return out, nil
}
