package e2e

import (
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// benchLine is a line that nobody had before, and its phone.
func benchLine(b *testing.B, i int) (pbx.Account, siptest.Phone) {
	b.Helper()
	password, err := pbx.NewPassword(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
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

// BenchmarkProvisioning sets lines up one after another. An operation is one
// line that the PBX has given back.
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

// BenchmarkRevocation takes lines away whose phone is registered. An operation
// ends when the PBX refuses the phone and has forgotten it.
func BenchmarkRevocation(b *testing.B) {
	onEach(b, func(b *testing.B, bench pbxtest.Bench) {
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			a, phone := benchLine(b, n)
			set(b, bench, a)
			if got := siptest.Register(b, bench.Server, phone); got.Status != 200 {
				b.Fatalf("REGISTER = %d, want 200", got.Status)
			}
			a.Enabled = false
			b.StartTimer()
			set(b, bench, a)
			refused := siptest.Register(b, bench.Server, phone)
			contacts, err := bench.Registrar.Contacts(b.Context(), a.AOR)
			if err != nil || len(contacts) > 0 || refused.Status != 401 {
				b.Fatalf("after revocation: REGISTER = %d, contacts %v, %v; want 401 and none", refused.Status, contacts, err)
			}
		}
	})
}

// What a PBX has to stand: as many phones as come back after a power cut.
const (
	crowd     = 2000
	crowdRate = 400 // a second
)

// BenchmarkCrowd lets 2,000 phones register, 400 a second, by sipp. It fails
// where one is not answered 200.
func BenchmarkCrowd(b *testing.B) {
	onEach(b, func(b *testing.B, bench pbxtest.Bench) {
		phones := make([]siptest.Phone, crowd)
		for i := range phones {
			var a pbx.Account
			a, phones[i] = benchLine(b, i)
			set(b, bench, a)
		}
		for b.Loop() {
			load := bench.SIPp.Load(b, phones, crowdRate)
			if load.Failed > 0 || load.Registered != crowd {
				b.Errorf("%v, want all %d", load, crowd)
			}
			b.ReportMetric(float64(load.Retransmitted), "retransmissions")
			b.ReportMetric(crowd/load.Took.Seconds(), "registrations/s")
		}
	})
}
