package asterisk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// published sets lines of one device each, and returns their phones.
func published(b *testing.B, r realtime, n int) []siptest.Phone {
	b.Helper()
	phones := make([]siptest.Phone, n)
	for i := range phones {
		number, password := fmt.Sprint(2000000+i), pbx.Password(fmt.Sprintf("password-of-%d", i))
		if err := r.store.Publish(b.Context(), pbxtest.Account(number, password)); err != nil {
			b.Fatal(err)
		}
		phones[i] = siptest.Phone{Number: number, User: pbxtest.Username(number), Password: password.Reveal(), Realm: pbxtest.Domain, Expires: 60}
	}
	return phones
}

// rate is how many REGISTERs a second the requirements ask for.
const rate = 400

// BenchmarkRegisters has so many phones register at the required rate, with
// lines from the database. Any that fails fails it:
//
//	go test -run '^$' -bench Registers -benchtime 2000x ./pbx/asterisk
func BenchmarkRegisters(b *testing.B) {
	r := newRealtime(b)
	phones := published(b, r, b.N)
	b.ResetTimer()
	load := r.server.SIPp().Load(b, phones, rate)
	b.StopTimer()
	if load.Registered != b.N || load.Failed != 0 {
		b.Errorf("%v, want all of %d", load, b.N)
	}
	b.ReportMetric(float64(load.Registered)/load.Took.Seconds(), "registered/s")
	b.ReportMetric(float64(load.Failed), "failed")
	b.ReportMetric(float64(load.Retransmitted), "retransmitted")
}

// BenchmarkProvision sets lines by rows and asks Asterisk what it sees, while
// two thousand phones are registered.
func BenchmarkProvision(b *testing.B) {
	r := newRealtime(b)
	phones := published(b, r, 2000)
	if load := r.server.SIPp().Load(b, phones, rate/4); load.Failed != 0 {
		b.Fatal(load)
	}
	b.ResetTimer()
	for i := range b.N {
		if err := r.adapter.Provision(b.Context(), pbxtest.Account(fmt.Sprint(3000000+i), "password")); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkRevoke takes lines away whose phones are registered, two thousand at
// first: refused, dropped and hung up when it returns.
func BenchmarkRevoke(b *testing.B) {
	r := newRealtime(b)
	phones := published(b, r, 2000)
	if load := r.server.SIPp().Load(b, phones, rate/4); load.Failed != 0 {
		b.Fatal(load)
	}
	var longest time.Duration
	b.ResetTimer()
	for i := range b.N {
		begin := time.Now()
		a := pbxtest.Account(phones[i%len(phones)].Number, "password")
		a.Enabled = false
		if err := r.adapter.Provision(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		longest = max(longest, time.Since(begin))
	}
	b.StopTimer()
	b.ReportMetric(float64(longest.Milliseconds()), "longest-ms")
}
