package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/ledgertest"
	"github.com/vouchline/vouchline/store"
)

// issued puts a subscriber into the database and onto the embedded ledger of a
// data folder.
func issued(t *testing.T, st *store.Store, dir string) (identityID string) {
	t.Helper()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: filepath.Join(dir, "ledger"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	in := ledgertest.NewIssue()
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	e, err := kyc.Restore(kyc.Snapshot{ID: "en1", State: kyc.Issued, CreatedAt: now, UpdatedAt: now, Data: kyc.Data{Identity: kyc.Identity{ID: in.ID}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return in.ID
}

// service is a running service that notes what it is asked for, but for messages.
type service chan kyc.Effect

func (s service) Run(_ context.Context, e kyc.Effect) error {
	if e.Kind != kyc.TellLine {
		s <- e
	}
	return nil
}

func (service) Exhausted(context.Context, kyc.Effect, error) error { return nil }

// startService runs the effects that commands leave in a store.
func startService(t *testing.T, st *store.Store) service {
	t.Helper()
	run := make(service, 10)
	q, err := jobs.New(jobs.Config{DB: st.DB(), Dialect: st.Dialect(), Runner: run, Clock: time.Now, Queues: jobs.Queues{Effects: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Stop(context.WithoutCancel(t.Context())) })
	return run
}

// TestIdentitiesAreTakenBack: a command asks and a service does, so that it
// happens once and for certain.
func TestIdentitiesAreTakenBack(t *testing.T) {
	t.Parallel()
	dir, flags := migrated(t)
	st := testStore(t, dir)
	identity := issued(t, st, dir)
	run := startService(t, st)
	admin := func(args ...string) (string, int) {
		t.Helper()
		_, stderr, code := session(t, "", append(append([]string{"admin"}, args...), flags...)...)
		return stderr, code
	}
	for _, step := range []struct {
		args []string
		code int
		want kyc.EffectKind
	}{
		{[]string{"suspend", identity}, exitDone, kyc.ChangeLedger},
		{[]string{"resume", identity, "--reason", "fraud"}, exitFault, ""},
		{[]string{"resume", identity}, exitDone, kyc.ChangeLedger},
		{[]string{"revoke", identity}, exitFault, ""}, // without a reason
		{[]string{"revoke", identity, "--reason", "fraud"}, exitDone, kyc.ChangeLedger},
		{[]string{"suspend", identity}, exitNegative, ""},
		{[]string{"suspend", "idnobody"}, exitNegative, ""},
		{[]string{"erase", identity}, exitFault, ""}, // without --yes
		{[]string{"erase", identity, "--yes"}, exitDone, kyc.EraseIdentity},
		{[]string{"erase", "idnobody", "--yes"}, exitNegative, ""},
	} {
		stderr, code := admin(step.args...)
		if code != step.code {
			t.Errorf("admin %s = %d, %s, want %d", step.args, code, stderr, step.code)
		}
		if step.want == "" {
			continue
		}
		select {
		case e := <-run:
			if e.Kind != step.want || !strings.HasPrefix(e.Ref, identity) {
				t.Errorf("admin %s asks for %s, want %s", step.args, e.Key(), step.want)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("admin %s asks the service for nothing", step.args)
		}
	}
}

func TestAdminOrganisation(t *testing.T) {
	t.Parallel()
	dir, flags := migrated(t)
	admin := func(stdin string, args ...string) (string, string, int) {
		t.Helper()
		return session(t, stdin, append(append([]string{"admin", "organisation"}, args...), flags...)...)
	}
	key, _, code := session(t, "", "disclosure", "keygen", "--out", filepath.Join(dir, "bank.pem"))
	if code != exitDone {
		t.Fatalf("disclosure keygen = %d", code)
	}
	if _, stderr, code := admin("", "add", "bank", "--name", "Bank", "--role", "relying_party", "--msp", "BankMSP"); code != exitDone {
		t.Fatalf("add = %d, %s", code, stderr)
	}
	if _, stderr, code := admin("", "add", "shop", "--name", "Shop", "--role", "relying_party", "--msp", "BankMSP"); code != exitNegative || !strings.Contains(stderr, "exists") {
		t.Errorf("add with another's MSP = %d, %s, want it refused", code, stderr)
	}
	if _, stderr, code := admin(`{"kty":"EC"}`, "key", "bank", "-"); code != exitFault {
		t.Errorf("half a key = %d, %s, want a fault", code, stderr)
	}
	if _, stderr, code := admin(key, "key", "bank", "-"); code != exitDone {
		t.Errorf("key = %d, %s", code, stderr)
	}
	running, err := ledgerlog.Open(ledgerlog.Config{Dir: filepath.Join(dir, "ledger"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	created, _, _ := session(t, "", append([]string{"admin", "apikey", "create", "--json", "--name", "pbx", "--scope", "pbx:read", "--organisation", "bank"}, flags...)...)
	var programs store.APIKey
	if err := json.Unmarshal([]byte(created), &programs); err != nil || programs.Organisation != "bank" {
		t.Fatalf("apikey create = %s, %v, want whose it is", created, err)
	}
	list, diag, code := admin("", "list") // beside the service
	for _, want := range []string{"bank  Bank ", "  relying_party  active  BankMSP  EC ", "API keys " + programs.ID} {
		if code != exitDone || !strings.Contains(list, want) {
			t.Errorf("list = %d, %s%s, want %q in it", code, list, diag, want)
		}
	}
	list, _, _ = admin("", "list", "--json")
	var entry listedOrganisation
	if err := json.NewDecoder(strings.NewReader(list)).Decode(&entry); err != nil || entry.ID != "bank" || len(entry.APIKeys) != 1 || entry.Thumbprint == "" {
		t.Errorf("list --json = %s, %v, want the bank with its keys", list, err)
	}
	if _, stderr, code := admin("", "status", "bank", "revoked"); code != exitFault || !strings.Contains(stderr, "/console/organisations") {
		t.Errorf("status beside a service = %d, %s, want where to go instead", code, stderr)
	}
	if err := running.Close(); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := admin("", "status", "bank", "suspended")
	var got ledger.Organisation
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone || got.Status != ledger.StatusSuspended || got.Key.Type != "EC" {
		t.Errorf("status = %d, %s%s, want the bank suspended, with its key", code, stdout, stderr)
	}
}

func TestAttributesAreReadForAnOrganisation(t *testing.T) {
	t.Parallel()
	_, flags := migrated(t)
	for _, tt := range []struct {
		args []string
		code int
	}{
		{[]string{"--scope", "attributes:read", "--organisation", "bank"}, exitDone},
		{[]string{"--scope", "attributes:read"}, exitFault},
		{[]string{"--scope", "pbx:read", "--organisation", "bank"}, exitDone},
		{[]string{"--scope", "pbx:read,passport:sign"}, exitDone},
		{[]string{"--scope", "pbx:read", "--organisation", "the bank"}, exitFault},
		{[]string{"--scope", "attributes:read", "--organisation", "the bank"}, exitFault},
	} {
		args := append([]string{"admin", "apikey", "create", "--name", "test"}, tt.args...)
		if _, stderr, code := session(t, "", append(args, flags...)...); code != tt.code {
			t.Errorf("%s = %d, %s, want %d", tt.args, code, stderr, tt.code)
		}
	}
}
