package kamailio_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// rate is how many REGISTERs a second the requirements ask for.
const rate = 400

// phones are of so many lines, which it sets.
func (b bench) phones(tb testing.TB, n int) []siptest.Phone {
	tb.Helper()
	phones := make([]siptest.Phone, n)
	for i := range phones {
		number := fmt.Sprint(2000000 + i)
		b.provision(tb, pbxtest.Account(number, "password"))
		phones[i] = phone(number, "password")
	}
	return phones
}

// BenchmarkRegisters has so many phones register at the required rate. Any that
// fails fails it:
//
//	go test -run '^$' -bench Registers -benchtime 2000x ./pbx/kamailio
func BenchmarkRegisters(b *testing.B) {
	x := newBench(b)
	phones := x.phones(b, b.N)
	b.ResetTimer()
	load := siptest.SIPp{Server: x.server.Address}.Load(b, phones, rate)
	b.StopTimer()
	if load.Registered != b.N || load.Failed != 0 {
		b.Errorf("%v, want all of %d", load, b.N)
	}
	b.ReportMetric(float64(load.Registered)/load.Took.Seconds(), "registered/s")
	b.ReportMetric(float64(load.Failed), "failed")
	b.ReportMetric(float64(load.Retransmitted), "retransmitted")
}

// BenchmarkProvision sets lines one after another.
func BenchmarkProvision(b *testing.B) {
	x := newBench(b)
	b.ResetTimer()
	x.phones(b, b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkRevoke takes lines away whose phones are registered, two thousand at
// first: refused, dropped and hung up when it returns.
func BenchmarkRevoke(b *testing.B) {
	x := newBench(b)
	phones := x.phones(b, 2000)
	if load := (siptest.SIPp{Server: x.server.Address}).Load(b, phones, rate); load.Failed != 0 {
		b.Fatal(load)
	}
	var longest time.Duration
	b.ResetTimer()
	for i := range b.N {
		begin := time.Now()
		a := pbxtest.Account(phones[i%len(phones)].Number, "password")
		a.Enabled = false
		x.provision(b, a)
		longest = max(longest, time.Since(begin))
	}
	b.StopTimer()
	b.ReportMetric(float64(longest.Milliseconds()), "longest-ms")
}
