package e2e

import (
	"fmt"
	"path/filepath"
	"sync"
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
	"github.com/vouchline/vouchline/store/storetest"
)

// benches are the PBXs that run with the adapters that set their lines, each
// as an operator would have it.
var benches = map[string]func(t testing.TB) pbxtest.Bench{
	"Asterisk": onFragments, "AsteriskRealtime": onRealtime, "Kamailio": onKamailio,
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
	return pbxtest.Bench{Provisioner: p, Registrar: ami, Server: s.Address, SIPp: s.SIPp()}
}

// onRealtime is an Asterisk that reads its lines from our database.
func onRealtime(t testing.TB) pbxtest.Bench {
	t.Helper()
	db, dsn := published(t)
	s := asterisktest.Start(t, pbxtest.Domain, asterisktest.Realtime(asterisktest.NewDatabase(t, dsn)))
	ami := manager(t, s)
	p, err := asterisk.NewRealtime(asterisk.RealtimeConfig{Publish: db.Publish, AMI: ami, HangUp: true, Timeout: time.Minute, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return pbxtest.Bench{Provisioner: p, Registrar: ami, Server: s.Address, SIPp: s.SIPp()}
}

// onKamailio is a Kamailio that reads its lines from our database.
func onKamailio(t testing.TB) pbxtest.Bench {
	t.Helper()
	db, dsn := published(t)
	s := kamailiotest.Start(t, kamailiotest.Config{Domain: pbxtest.Domain, Database: storetest.PBXRole(t, dsn, "kamailio").String()})
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
	return pbxtest.Bench{Provisioner: p, Registrar: registrar, Server: s.Address, SIPp: siptest.SIPp{Server: s.Address}}
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
	db = storetest.Open(t, store.Config{DSN: dsn, Blobs: filepath.Join(data, "blobs"), KeyFile: filepath.Join(data, "operator.key"), Clock: time.Now})
	return db, dsn
}

// benchLine is a line that nobody had before, and its phone.
func benchLine(b *testing.B, i int) (pbx.Account, siptest.Phone) {
	b.Helper()
	// Not at random: sipp reads a password that begins with 0x as a number.
	password := pbx.Password(fmt.Sprintf("password-of-%d", i))
	a := pbxtest.Account(fmt.Sprintf("5%06d", i), password)
	return a, siptest.Phone{
		Number: a.Extension, User: pbxtest.Username(a.Extension), Password: password.Reveal(), Realm: pbxtest.Domain, Expires: 60,
	}
}

func set(b *testing.B, bench pbxtest.Bench, a pbx.Account) {
	b.Helper()
	if err := bench.Provisioner.Provision(b.Context(), a); err != nil {
		b.Fatal(err)
	}
}

// onEach runs a benchmark on every PBX.
func onEach(b *testing.B, run func(b *testing.B, bench pbxtest.Bench)) {
	for name, bench := range benches {
		b.Run(name, func(b *testing.B) { run(b, bench(b)) })
	}
}

// BenchmarkProvisioning sets lines up one after another, as one administrator
// does; BenchmarkCrowd has many at a time. An operation is one line that the PBX
// has given back.
func BenchmarkProvisioning(b *testing.B) {
	onEach(b, func(b *testing.B, bench pbxtest.Bench) {
		n := 0
		for b.Loop() {
			n++
			a, _ := benchLine(b, n)
			set(b, bench, a)
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "accounts/s")
	})
}

// revoke takes a line away whose phone is registered, and returns how long it
// took until the PBX refuses the phone and has forgotten it.
func revoke(b *testing.B, bench pbxtest.Bench, a pbx.Account, phone siptest.Phone) time.Duration {
	b.Helper()
	a.Enabled = false
	begin := time.Now()
	set(b, bench, a)
	refused := siptest.Register(b, bench.Server, phone)
	contacts, err := bench.Registrar.Contacts(b.Context(), a.AOR)
	took := time.Since(begin)
	if err != nil || len(contacts) > 0 || refused.Status != 401 {
		b.Fatalf("after revocation: REGISTER = %d, contacts %v, %v; want 401 and none", refused.Status, contacts, err)
	}
	return took
}

// BenchmarkRevocation revokes one line after another.
func BenchmarkRevocation(b *testing.B) {
	onEach(b, func(b *testing.B, bench pbxtest.Bench) {
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			a, phone := benchLine(b, n)
			set(b, bench, a)
			if got := siptest.Register(b, bench.Server, phone); got.Status != 200 {
				b.Fatalf("REGISTER = %d, want 200", got.Status)
			}
			b.StartTimer()
			revoke(b, bench, a, phone)
		}
	})
}

// What a PBX has to stand: as many phones as come back after a power cut.
const (
	crowd     = 2000
	crowdRate = 400 // a second
)

// setAll sets lines up as the queue of jobs does: some at the same time.
func setAll(b *testing.B, bench pbxtest.Bench, lines []pbx.Account) {
	b.Helper()
	const atOnce = 16
	var all sync.WaitGroup
	for k := range atOnce {
		all.Go(func() {
			for i := k; i < len(lines); i += atOnce {
				if err := bench.Provisioner.Provision(b.Context(), lines[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// BenchmarkCrowd sets 2,000 lines up, lets their phones register, 400 a second,
// by sipp, and then revokes some of the lines. It fails where a phone is not
// answered 200.
func BenchmarkCrowd(b *testing.B) {
	onEach(b, func(b *testing.B, bench pbxtest.Bench) {
		lines, phones := make([]pbx.Account, crowd), make([]siptest.Phone, crowd)
		for i := range phones {
			lines[i], phones[i] = benchLine(b, i)
		}
		begin := time.Now()
		setAll(b, bench, lines)
		took := time.Since(begin)
		for b.Loop() {
			load := bench.SIPp.Load(b, phones, crowdRate)
			if load.Failed > 0 || load.Registered != crowd {
				b.Errorf("%v, want all %d", load, crowd)
			}
			b.ReportMetric(float64(load.Retransmitted), "retransmissions")
			b.ReportMetric(crowd/load.Took.Seconds(), "registrations/s")
		}
		var longest time.Duration
		for i := range 50 {
			longest = max(longest, revoke(b, bench, lines[i], phones[i]))
		}
		b.ReportMetric(float64(longest.Milliseconds()), "longest-revocation-ms")
		b.ReportMetric(crowd/took.Seconds(), "accounts/s")
	})
}
