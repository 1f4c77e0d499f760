package main

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/api"
	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/passport"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store"
)

// A signingService is what serve has for a PBX that signs its calls: flow,
// store, ledger, certificate and API, with one subscriber.
type signingService struct {
	flow       *kyc.Flow
	store      *store.Store
	ledger     *ledgerlog.Log
	url        string
	root       []byte // PEM
	identity   string
	extension  string
	enrollment string
}

func startSigning(t *testing.T) *signingService {
	t.Helper()
	dir, _ := migrated(t)
	st, err := store.Open(t.Context(), storeConfig(&Globals{Now: time.Now}, StorageSettings{DataDir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: filepath.Join(dir, "ledger"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &signingService{store: st, ledger: l, flow: &kyc.Flow{
		Enrollments: st, Accounts: st, Opener: st, Auditor: st, Keyring: st.Keyring(), Ledger: l, Clock: time.Now,
		Settings: kyc.Settings{
			Service: "test", BaseURL: "http://127.0.0.1", DefaultCountry: "FR", Realm: "pbx.example.org", SIPDomain: "pbx.example.org",
			Numbering: pbx.Numbering{Ranges: []pbx.Range{{Plan: pbx.Plan{First: 2000, Last: 2099}}}},
		},
	}}
	s.subscribe(t)
	s.serve(t, filepath.Join(dir, "passport"))
	return s
}

// subscribe issues an identity, whose number an SMS confirmed.
func (s *signingService) subscribe(t *testing.T) {
	t.Helper()
	q, err := jobs.New(jobs.Config{
		DB: s.store.DB(), Dialect: s.store.Dialect(), Clock: time.Now, Backoff: 50 * time.Millisecond, Queues: jobs.Queues{Effects: 4, Ledger: 4},
		Runner: &kyc.Runner{
			Flow: s.flow, Sender: &notifytest.Fake{}, Provisioner: &pbxtest.Fake{}, Logger: slog.New(slog.DiscardHandler),
			QR: func(string) ([]byte, error) { return []byte("png"), nil },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.store.EnqueueWith(q.Enqueue)
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		cancel()
		_ = q.Stop(ctx)
	})
	s.enrollment = approve(t, s.flow, s.store, 1)
	await(t, "the subscriber", func() bool {
		e, err := s.store.Get(t.Context(), s.enrollment)
		return err == nil && e.State() == kyc.Issued
	})
	e, err := s.store.Update(t.Context(), s.enrollment, func(e *kyc.Enrollment) error {
		e.Data.PhoneCode.ValidatedAt = time.Now()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.identity, s.extension = e.Data.Identity.ID, e.Data.Line.Extension
}

// gatewayKey is the API key of the test's PBX.
const gatewayKey = "vl_gateway"

type gatewayKeys struct{}

func (gatewayKeys) CheckKey(_ context.Context, token string) (v1.Caller, error) {
	if token != gatewayKey {
		return v1.Caller{}, v1.ErrUnauthorized
	}
	return v1.Caller{ID: "gateway", Scopes: []string{v1.ScopePassport}}, nil
}

// serve makes a certificate and serves the API with it.
func (s *signingService) serve(t *testing.T, dir string) {
	t.Helper()
	g := &Globals{Context: t.Context(), Stdout: io.Discard, Stderr: io.Discard, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	certificate := &PassportInitCmd{
		Dir: dir, Organisation: "Example Operator",
		PassportSubject: PassportSubject{Domain: []string{"pbx.example.org"}, Provider: []string{"1234"}, Lifetime: 24 * time.Hour},
	}
	if err := certificate.Run(g); err != nil {
		t.Fatal(err)
	}
	root, err := os.ReadFile(filepath.Join(dir, rootFile))
	if err != nil {
		t.Fatal(err)
	}
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	desk, err := newPassportDesk(g, PassportSettings{
		PassportKey: filepath.Join(dir, passportKeyFile), PassportCertificate: filepath.Join(dir, passportFile),
	}, server.URL, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.flow.Passports, s.url, s.root = desk, server.URL, root
	err = v1.Mount(engine, v1.Config{
		Spec: api.Description(), Keys: gatewayKeys{}, PBX: linesOf(s.flow), Certificates: desk.certificate, Auditor: s.store, Clock: time.Now,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// startGateway starts an Asterisk with the example of deploy/asterisk/stir and
// the subscriber's line.
func startGateway(t *testing.T, s *signingService) *asterisktest.Server {
	t.Helper()
	gateway := asterisktest.Start(t, "pbx.example.org")
	etc, example := filepath.Dir(gateway.Accounts), filepath.Join(testenv.Root(), "deploy", "asterisk", "stir")
	read := func(name string) string {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(example, name)) //nolint:gosec // the repository's
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for name, text := range map[string]string{
		"settings.conf":   strings.NewReplacer("https://id.example.org", s.url, "replace-me", gatewayKey).Replace(read("settings.conf")),
		"extensions.conf": "[globals]\n[vouchline]\ninclude => vouchline-trunk\n" + read("extensions.conf"),
		"pjsip.d/line.conf": strings.ReplaceAll("[LINE](ep-base)\nauth=LINE\naors=LINE\n[LINE](aor-base)\n"+
			"[LINE](auth-base)\nusername=LINE\nauth_type=userpass\npassword=x\n", "LINE", s.extension),
	} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644); err != nil { //nolint:gosec // Asterisk may run as another user
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(read("modules.conf")) {
		if module, ok := strings.CutPrefix(strings.TrimSpace(line), "load = "); ok {
			gateway.CLI(t, "module load "+module)
		}
	}
	gateway.CLI(t, "dialplan reload")
	return gateway
}

// connect gives a PBX a trunk to a carrier.
func connect(t *testing.T, gateway *asterisktest.Server, carrier string) {
	t.Helper()
	trunk := "[carrier](ep-base)\naors=carrier\n[carrier]\ntype=aor\ncontact=sip:" + carrier + "\n"
	if err := os.WriteFile(filepath.Join(gateway.Accounts, "trunk.conf"), []byte(trunk), 0o644); err != nil { //nolint:gosec // Asterisk may run as another user
		t.Fatal(err)
	}
	gateway.CLI(t, "module reload res_pjsip.so")
}

// TestSignedCallsThroughAsterisk: the subscriber's phone calls by the example
// dial plan, and a carrier's Asterisk that knows nothing of this program takes
// the call because of the token. Once the identity is revoked there is none,
// and the carrier refuses what the PBX still lets through.
func TestSignedCallsThroughAsterisk(t *testing.T) {
	t.Parallel()
	s := startSigning(t)
	carrier := asterisktest.Start(t, "carrier.example")
	carrier.VerifyCalls(t, s.root)
	gateway := startGateway(t, s)
	connect(t, gateway, carrier.Address)
	call := func() int {
		t.Helper()
		ua := siptest.NewUA(t, gateway.Address, siptest.Phone{Number: s.extension, Password: "x", Realm: "pbx.example.org"})
		defer ua.Close()
		c := ua.Call(t, "0012155551212")
		if c.Status == http.StatusOK {
			c.AwaitAudio(t, 5)
			c.HangUp(t)
		}
		return c.Status
	}
	if status := call(); status != http.StatusOK {
		t.Fatalf("a call of a live identity = %d, want 200", status)
	}
	for _, st := range []ledger.Status{ledger.StatusSuspended, ledger.StatusActive, ledger.StatusRevoked} {
		if _, err := s.ledger.SetStatus(t.Context(), s.identity, st, ledger.ReasonAdministrative); err != nil {
			t.Fatal(err)
		}
		if answered := call() == http.StatusOK; answered != (st == ledger.StatusActive) {
			t.Errorf("a call of a %s identity was answered: %v", st, answered)
		}
	}
	lines, err := s.store.AuditLog(t.Context(), s.identity, 0)
	if err != nil {
		t.Fatal(err)
	}
	noted := map[string]int{}
	for _, l := range lines {
		noted[l.Action]++
	}
	if noted["sign_passport"] != 2 || noted["sign_passport_refused"] != 2 {
		t.Errorf("the audit log has %v, want two signatures and two refusals", noted)
	}
}

// TestSignedCallIsAboutTheNumber reads what leaves by the trunk.
func TestSignedCallIsAboutTheNumber(t *testing.T) {
	t.Parallel()
	s := startSigning(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.root)
	gateway := startGateway(t, s)
	trunk := siptest.NewUA(t, gateway.Address, siptest.Phone{Number: "carrier", Realm: "carrier.example"})
	connect(t, gateway, trunk.Address())
	ua := siptest.NewUA(t, gateway.Address, siptest.Phone{Number: s.extension, Password: "x", Realm: "pbx.example.org"})
	c := ua.Call(t, "+12155551212")
	defer c.HangUp(t)
	invite := trunk.Incoming(t).Header
	u, err := passport.Parse(invite.Get("Identity"))
	if err != nil {
		t.Fatalf("Identity %q: %v", invite.Get("Identity"), err)
	}
	r, err := http.Get(u.X5U()) //nolint:gosec,noctx // the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := passport.ParseChain(text)
	if err != nil {
		t.Fatalf("what is at %s: %v", u.X5U(), err)
	}
	token, err := passport.Verifier{Roots: roots, Clock: time.Now}.Verify(u, chain, passport.Call{
		Orig: passport.Party{TN: "33612345601"}, Dest: passport.Party{TN: "12155551212"},
	})
	if err != nil || token.Attest != passport.Full || token.Name != "Anna Eriksson" {
		t.Errorf("the token has attestation %s and name %q, %v", token.Attest, token.Name, err)
	}
	if from := invite.Get("From"); !strings.Contains(from, "<sip:+33612345601@") {
		t.Errorf("the call shows %s", from)
	}
	if _, err := http.ParseTime(invite.Get("Date")); err != nil {
		t.Errorf("Date: %v", err)
	}
}
