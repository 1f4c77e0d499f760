package e2e

import (
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/internal/kamailiotest"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// lineDomain is the realm and domain of the lines.
const lineDomain = "pbx.example.org"

// served starts a PBX on a service's database and returns where phones find
// it, and the settings by which the service does.
var served = map[string]func(t *testing.T, dsn string) (server string, settings map[string]string){
	"AsteriskRealtime": func(t *testing.T, dsn string) (string, map[string]string) {
		s := asterisktest.Start(t, lineDomain, asterisktest.Realtime(asterisktest.NewDatabase(t, dsn)))
		return s.Address, map[string]string{
			"PBX": "asterisk-realtime", "PBX_AMI": s.Manager, "PBX_AMI_USER": s.ManagerUser, "PBX_AMI_SECRET": s.ManagerSecret,
		}
	},
	"Kamailio": func(t *testing.T, dsn string) (string, map[string]string) {
		s := kamailiotest.Start(t, kamailiotest.Config{Domain: lineDomain, Database: storetest.PBXRole(t, dsn, "kamailio").String()})
		return s.Address, map[string]string{"PBX": "kamailio", "PBX_KAMAILIO_RPC": s.RPC, "PBX_KAMAILIO_TOKEN": s.Token}
	},
}

// A line follows its identity on the ledger, whoever changes it there: a phone
// registers within seconds of the approval, is gone within seconds of a
// suspension, comes back, stays away when the suspension came while the service
// was down, and never again after a revocation.
func TestLineFollowsTheLedger(t *testing.T) {
	network := fabricnet.Start(t)
	c := issuer(t, network)
	first := 0
	for name, pbx := range served {
		first += 100 // numbers of documents that nobody else on the ledger has
		t.Run(name, func(t *testing.T) { newLineLife(t, network, pbx, first).live(c) })
	}
}

// A lineLife is one person's line on a PBX.
type lineLife struct {
	*office

	service *service
	server  string
	k       int
	phone   siptest.Phone
}

func newLineLife(t *testing.T, network *fabricnet.Network, pbx func(*testing.T, string) (string, map[string]string), k int) *lineLife {
	t.Helper()
	dsn := pgtest.Start(t)
	var server string
	s := start(t, func(settings map[string]string) {
		settings["DATABASE"], settings["PBX_REALM"] = dsn, lineDomain
		settings["LEDGER"], settings["FABRIC_PROFILE"] = "fabric", network.Profile("org1")
		settings["PBX_HANGUP"] = "on"
		migrate(t, settings)
		var more map[string]string
		server, more = pbx(t, dsn)
		for name, value := range more {
			settings[name] = value
		}
	})
	return &lineLife{office: newOffice(t, s), service: s, server: server, k: k}
}

// migrate makes the views that the PBX reads before it starts.
func migrate(t *testing.T, settings map[string]string) {
	t.Helper()
	err := store.Migrate(t.Context(), store.Config{DSN: settings["DATABASE"], KeyFile: settings["DATA_DIR"] + "/operator.key", Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
}

func (l *lineLife) live(c *fabric.Client) {
	l.t.Helper()
	l.refer(l.k)
	begin := time.Now()
	l.approve(l.k)
	l.t.Logf("approved to registered: %v", l.registers(begin))
	e := l.enrollment(l.k)
	id := e.Data.Identity.ID
	set := func(status ledger.Status, reason string) time.Time {
		l.t.Helper()
		if _, err := c.SetStatus(l.t.Context(), id, status, reason); err != nil {
			l.t.Fatal(err)
		}
		return time.Now()
	}
	l.t.Logf("suspended on the ledger to refused: %v", l.refused(set(ledger.StatusSuspended, ledger.ReasonUnderReview)))
	l.t.Logf("resumed on the ledger to registered: %v", l.registers(set(ledger.StatusActive, ledger.ReasonReviewed)))
	l.service.kill()
	set(ledger.StatusSuspended, ledger.ReasonUnderReview)
	l.service.run()
	l.refused(time.Now())
	l.registers(set(ledger.StatusActive, ledger.ReasonReviewed))
	l.t.Logf("revoked on the ledger to refused: %v", l.refused(set(ledger.StatusRevoked, ledger.ReasonFraud)))
}

// registers waits until the PBX takes the phone, and returns after how long it
// did.
func (l *lineLife) registers(since time.Time) time.Duration {
	l.t.Helper()
	wait(l.t, 30*time.Second, "the phone to register", func() bool {
		if l.phone.Number == "" && !l.settle() {
			return false
		}
		return siptest.Register(l.t, l.server, l.phone).Status == 200
	})
	return time.Since(since).Round(time.Millisecond)
}

// settle types into the phone what the subscriber is shown once.
func (l *lineLife) settle() bool {
	l.t.Helper()
	e := l.enrollment(l.k)
	if e.State() != kyc.Issued {
		return false
	}
	line := e.Data.Line
	l.phone = siptest.Phone{Number: line.Extension, User: line.Username(), Password: line.Password, Realm: lineDomain, Expires: 60}
	return true
}

// refused waits until the PBX refuses the phone, which must be within the
// limit.
func (l *lineLife) refused(since time.Time) time.Duration {
	l.t.Helper()
	wait(l.t, 30*time.Second, "the phone to be refused", func() bool { return siptest.Register(l.t, l.server, l.phone).Status == 401 })
	took := time.Since(since)
	if took > pbxtest.RevocationLimit {
		l.t.Errorf("the phone was refused after %v, want %v at most", took, pbxtest.RevocationLimit)
	}
	return took.Round(time.Millisecond)
}
