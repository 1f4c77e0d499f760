package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	qrcode "github.com/yeqown/go-qrcode/v2"
	"github.com/yeqown/go-qrcode/writer/standard"

	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger/batch"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/sms"
	"github.com/vouchline/vouchline/notify/smtp"
	"github.com/vouchline/vouchline/store"
)

// parts is what the commands are wired from. Site's base URL is already the
// one that messages link to.
type parts struct {
	Site    SiteSettings
	Storage StorageSettings
	Ledger  LedgerSettings
	Engines EngineSettings
	Message MessageSettings
	PBX     PBXSettings
	Outbox  bool
	Words   string // of the live step; empty follows the applicant
	Screen  bool   // may show them
}

// app is the service without its edge: what serve and work share.
type app struct {
	store  *store.Store
	ledger network
	flow   *kyc.Flow
	queue  *jobs.Queue
	// exchange is the PBX.
	exchange exchange
	// missing is nil when every model file was found.
	missing error
	closers []io.Closer
}

// close closes what was opened, the last first.
func (a *app) close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i].Close())
	}
	return errors.Join(errs...)
}

// newApp opens everything in the order in which one needs the other: database
// and keys, ledger, engines, senders, PBX; then the flow over them and the
// queue that runs its effects.
func newApp(g *Globals, p parts) (a *app, err error) {
	a = &app{}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.store, err = openStore(g.Context, g, p.Storage); err != nil {
		return a, err
	}
	a.closers = append(a.closers, a.store)
	if a.ledger, err = openLedger(g, p.Ledger.LedgerPlace, p.Storage.DataDir); err != nil {
		return a, err
	}
	a.closers = append(a.closers, a.ledger)
	numbering, err := p.PBX.Numbering()
	if err != nil {
		return a, err
	}
	if a.exchange, err = newExchange(g, p.PBX, p.Storage.DataDir, a.store.Publish); err != nil {
		return a, err
	}
	a.flow = &kyc.Flow{
		Enrollments: a.store, Photos: a.store, Throttle: a.store, Auditor: a.store, Past: a.store,
		Accounts: a.store, Opener: a.store, Finder: a.store, Pairings: a.store, PBX: a.exchange.provisioner, Registrar: a.exchange.registrar,
		Ledger: batched{a.ledger, batch.New(a.ledger, batch.Config{})},
		Eraser: a.store, Keyring: a.store.Keyring(), Clock: g.Now,
		Policy: kyc.Policy{LoneHints: p.Engines.LoneHints()},
		Settings: kyc.Settings{
			Service: p.Site.Name, BaseURL: strings.TrimSuffix(p.Site.BaseURL, "/"), DefaultCountry: p.Site.DefaultCountry,
			Numbering: numbering, Realm: p.PBX.PBXRealm, PBX: p.PBX.Service(p.Site.BaseURL),
			Rotate: p.PBX.PBXRotate, Overlap: p.PBX.PBXOverlap, HangUp: p.PBX.PBXHangup == "on",
			SIPDomain: p.PBX.PBXRealm, LiveWords: p.Words, WordsOnScreen: p.Screen,
			FaceHints: p.Engines.FaceHints == "on", Retention: p.Storage.Retention,
		},
	}
	runner, err := a.newRunner(g, p)
	if err != nil {
		return a, err
	}
	a.queue, err = jobs.New(jobs.Config{
		DB: a.store.DB(), Dialect: a.store.Dialect(), Runner: runner, Logger: g.Log, Clock: g.Now,
		Queues: jobs.Queues{Effects: 16, Engines: p.Engines.Workers(), Ledger: mintsAtOnce},
	})
	if err != nil {
		return a, err
	}
	a.store.EnqueueWith(a.queue.Enqueue)
	return a, nil
}

// mintsAtOnce is how many mints wait for the ledger together, so that they
// share transactions: more than fit in those that are in flight.
const mintsAtOnce = 256

func storeConfig(g *Globals, s StorageSettings) store.Config {
	return store.Config{
		DSN: s.DatabaseDSN().Reveal(), Blobs: s.BlobsPath(), KeyFile: s.OperatorKeyPath(), Clock: g.Now, Logger: g.Log,
	}
}

// openStore brings the database up to date and opens it.
func openStore(ctx context.Context, g *Globals, s StorageSettings) (*store.Store, error) {
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return nil, err
	}
	cfg := storeConfig(g, s)
	if err := store.Migrate(ctx, cfg, jobs.Migrate); err != nil {
		return nil, err
	}
	return store.Open(ctx, cfg)
}

func (a *app) newRunner(g *Globals, p parts) (*kyc.Runner, error) {
	finder, err := p.Engines.modelsFlag().finder()
	if err != nil {
		return nil, err
	}
	a.missing = finder.Missing(neededModels(finder)...)
	thresholds, err := thresholds(finder)
	if err != nil {
		return nil, err
	}
	pool, err := newEnginePool(p.Engines, g.Log)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, poolCloser{pool})
	sender, err := a.newSender(g, p)
	if err != nil {
		return nil, err
	}
	// The flow has the engines too: the live step is judged while its person
	// waits, so serve needs them even where work runs elsewhere.
	a.flow.Faces, a.flow.Words, a.flow.Thresholds = pool, pool, thresholds
	return &kyc.Runner{
		Flow: a.flow, Documents: pool, Sender: sender, Provisioner: a.exchange.provisioner, Gallery: a.store, QR: qrPNG, Logger: g.Log,
	}, nil
}

// neededModels are the files without which some check goes to a reviewer.
func neededModels(finder models.Finder) []string {
	needed := []string{models.YuNet, models.MiniFASNetV1, models.MiniFASNetV2, models.Landmarks68, models.DocCorners, models.MRZ}
	for _, file := range finder.Embeddings() {
		needed = append(needed, file.Name)
	}
	return needed
}

type poolCloser struct{ *engine.Pool }

func (p poolCloser) Close() error {
	p.Pool.Close()
	return nil
}

// thresholds come from the manifest that describes the model files, so that
// nobody moves them without touching the figures beside them (ADR 0006).
func thresholds(finder models.Finder) (kyc.Thresholds, error) {
	matcher, err := opencv.Matcher(finder.Embeddings())
	if err != nil {
		return kyc.Thresholds{}, err
	}
	file, _ := finder.Lookup(models.MiniFASNetV2)
	bonaFide, _ := file.Threshold("bona_fide")
	thresholds := kyc.Thresholds{Face: matcher, BonaFide: bonaFide.Value}
	if len(matcher) > 0 {
		first, _ := finder.Lookup(matcher[0].Name)
		duplicate, _ := first.Threshold(models.ThresholdDuplicate)
		thresholds.Duplicate = duplicate.Value
	}
	return thresholds, nil
}

// newSender makes a sender for each channel. A channel without a provider goes
// to the outbox where there is one; else its messages wait for a provider.
func (a *app) newSender(g *Globals, p parts) (notify.Sender, error) {
	senders := notify.Router{}
	if p.Outbox {
		senders[notify.Email], senders[notify.SMS] = a.store.Outbox(), a.store.Outbox()
	}
	if p.Message.SMTPHost != "" {
		s, err := newSMTP(g, &p.Message.SMTPSettings)
		if err != nil {
			return nil, err
		}
		senders[notify.Email] = s
	}
	if p.Message.SMSProvider != "none" {
		s, err := newSMS(g.Log, &p.Message.SMSSettings)
		if err != nil {
			return nil, err
		}
		if c, ok := s.(io.Closer); ok {
			a.closers = append(a.closers, c)
		}
		senders[notify.SMS] = s
	}
	for _, channel := range []notify.Channel{notify.Email, notify.SMS} {
		if senders[channel] == nil {
			g.Log.Warn("no provider: messages wait until one is set up", "channel", channel)
		}
	}
	return senders, nil
}

func newSMTP(g *Globals, s *SMTPSettings) (notify.Sender, error) {
	password, err := s.SMTPSecret()
	if err != nil {
		return nil, err
	}
	security := map[string]smtp.Security{"starttls": smtp.StartTLS, "tls": smtp.TLS, "none": smtp.Plain}[s.SMTPSecurity]
	return smtp.New(smtp.Config{
		Address: fmt.Sprintf("%s:%d", s.SMTPHost, s.SMTPPort), Security: security, Username: s.SMTPUsername,
		Password: password.Reveal(), From: s.SMTPFrom, Now: g.Now, Logger: g.Log,
	})
}

func newSMS(log *slog.Logger, s *SMSSettings) (notify.Sender, error) {
	switch s.SMSProvider {
	case "smpp":
		password, err := s.SMPPSecret()
		if err != nil {
			return nil, err
		}
		return sms.NewSMPP(sms.SMPPConfig{
			Address: s.SMPPAddr, TLS: s.SMPPTLS, SystemID: s.SMPPSystemID, Password: password.Reveal(), From: s.SMSFrom, Logger: log,
		})
	case "twilio":
		token, err := s.TwilioSecret()
		if err != nil {
			return nil, err
		}
		return sms.NewTwilio(sms.TwilioConfig{
			URL: s.TwilioURL, AccountSID: s.TwilioAccountSID, Password: token.Reveal(), From: s.SMSFrom, Logger: log,
		})
	case "http":
		headers := map[string]string{}
		for name, value := range s.SMSHTTPHeaders {
			headers[name] = value.Reveal()
		}
		return sms.NewHTTP(sms.HTTPConfig{
			Method: s.SMSHTTPMethod, URL: s.SMSHTTPURL, Headers: headers, Body: s.SMSHTTPBody, From: s.SMSFrom, Logger: log,
		})
	default:
		return nil, fmt.Errorf("unknown SMS provider %q", s.SMSProvider)
	}
}

// qrPNG draws a text as a QR code of about 300 pixels. Level M survives a
// poor print (ISO/IEC 18004).
func qrPNG(text string) ([]byte, error) {
	code, err := qrcode.NewWith(text, qrcode.WithErrorCorrectionLevel(qrcode.ErrorCorrectionMedium))
	if err != nil {
		return nil, err
	}
	var b buffer
	w := standard.NewWithWriter(&b, standard.WithBuiltinImageEncoder(standard.PNG_FORMAT), standard.WithQRWidth(8), standard.WithBorderWidth(24))
	if err := code.Save(w); err != nil {
		return nil, err
	}
	return b.bytes, nil
}

// buffer is the io.WriteCloser that the QR writer asks for.
type buffer struct{ bytes []byte }

func (b *buffer) Write(p []byte) (int, error) {
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}

func (*buffer) Close() error { return nil }

// hostOf returns the host of a base URL, for what a phone is set up with.
func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	return u.Hostname()
}

// keepTidy enforces retention and looks after lines, now and every hour until
// ctx ends. Several servers may do so.
func (a *app) keepTidy(ctx context.Context, log *slog.Logger) {
	go a.store.KeepSwept(ctx)
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := a.flow.Tidy(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "retention was not enforced in full", "cause", err)
		}
		if err := a.flow.TendLines(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "not every line was looked after", "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// stopWithin bounds what happens after a signal.
const stopWithin = 20 * time.Second
