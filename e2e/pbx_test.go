package e2e

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/kamailiotest"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/kamailio"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store"
)

// benches are the PBXs that run with the adapters that set their lines, each
// as an operator would have it.
var benches = map[string]func(t testing.TB) pbxtest.Bench{
	"Asterisk": onFragments, "AsteriskRealtime": onRealtime, "Kamailio": onKamailio,
}

// The same phones on every PBX: what a line can do does not depend on whose
// product it is on.
func TestPhonesOnEveryPBX(t *testing.T) {
	t.Parallel()
	for name, bench := range benches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pbxtest.Scenarios(t, bench(t))
		})
	}
}

// onFragments is an Asterisk that reads a file for each line.
func onFragments(t testing.TB) pbxtest.Bench {
	t.Helper()
	s := asterisktest.Start(t, pbxtest.Domain)
	ami := manager(t, s)
	p, err := asterisk.New(asterisk.Config{Dir: s.Accounts, AMI: ami, HangUp: true, Timeout: time.Minute, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return pbxtest.Bench{Provisioner: p, Registrar: ami, Server: s.Address, SIPp: s.SIPp(), Algorithms: pbx.Algorithms()}
}

// onRealtime is an Asterisk that reads its lines from our database.
func onRealtime(t testing.TB) pbxtest.Bench {
	t.Helper()
	db, dsn := published(t)
	database := asterisktest.NewDatabase(t, dsn)
	s := asterisktest.Start(t, pbxtest.Domain, asterisktest.Realtime(database))
	ami := manager(t, s)
	p, err := asterisk.NewRealtime(asterisk.RealtimeConfig{Publish: db.Publish, AMI: ami, HangUp: true, Timeout: time.Minute, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return pbxtest.Bench{
		Provisioner: p, Registrar: ami, Server: s.Address, SIPp: s.SIPp(), Algorithms: pbx.Algorithms(),
		Database: func(t *testing.T, answers bool) { database.Answers(t, answers) },
	}
}

// onKamailio is a Kamailio that reads its lines from our database.
func onKamailio(t testing.TB) pbxtest.Bench {
	t.Helper()
	db, dsn := published(t)
	gate := kamailiotest.NewGate(t, roleOf(t, dsn, "kamailio"))
	s := kamailiotest.Start(t, kamailiotest.Config{Domain: pbxtest.Domain, Database: gate.URL})
	registrar, err := kamailio.NewRegistrar(kamailio.Config{
		Nodes: []string{s.RPC}, Token: pbx.Password(s.Token), Timeout: time.Minute, Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := kamailio.NewProvisioner(kamailio.ProvisionerConfig{Publish: db.Publish, Registrar: registrar, HangUp: true, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return pbxtest.Bench{
		Provisioner: p, Registrar: registrar, Server: s.Address, SIPp: siptest.SIPp{Server: s.Address},
		Algorithms: []pbx.Algorithm{pbx.MD5}, Database: answering(gate),
	}
}

// manager returns the manager interface of an Asterisk.
func manager(t testing.TB, s *asterisktest.Server) *asterisk.AMI {
	t.Helper()
	ami, err := asterisk.NewAMI(asterisk.AMIConfig{
		Address: s.Manager, Username: s.ManagerUser, Secret: s.ManagerSecret, Timeout: time.Minute, Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return ami
}

// published returns a database of ours that shows lines to PBXs.
func published(t testing.TB) (db *store.Store, dsn string) {
	t.Helper()
	dsn, data := pgtest.Start(t), t.TempDir()
	config := store.Config{DSN: dsn, Blobs: filepath.Join(data, "blobs"), KeyFile: filepath.Join(data, "operator.key"), Clock: time.Now}
	if err := store.Migrate(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, dsn
}

// roleOf makes a PBX's role by our own statements and returns the URL that the
// PBX opens the database by.
func roleOf(t testing.TB, dsn, kind string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	role := kind + "_" + strings.TrimPrefix(u.Path, "/")
	statements, err := store.PBXRoleSQL(kind, role)
	if err != nil {
		t.Fatal(err)
	}
	kamailiotest.Exec(t, dsn, statements)
	t.Cleanup(func() {
		kamailiotest.Exec(t, dsn, "DROP OWNED BY "+role)
		kamailiotest.Exec(t, dsn, "DROP ROLE "+role)
	})
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(role, "x"), Host: u.Host, Path: u.Path}).String()
}

func answering(gate *kamailiotest.Gate) func(*testing.T, bool) {
	return func(_ *testing.T, answers bool) {
		if answers {
			gate.Open()
		} else {
			gate.Close()
		}
	}
}
