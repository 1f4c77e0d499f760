package asterisk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// BenchmarkRegistrations lets 500 phones register, 100 a second, with lines from
// files and from the store's views, and reports the CPU time that Asterisk and
// its session of the database need for one.
func BenchmarkRegistrations(b *testing.B) {
	b.Run("Files", func(b *testing.B) {
		s := asterisktest.Start(b, pbxtest.Domain)
		p, err := asterisk.New(asterisk.Config{Dir: s.Accounts, AMI: manager(b, s), Timeout: time.Minute, Clock: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		registrations(b, s, p)
	})
	b.Run("Views", func(b *testing.B) {
		r := newRealtime(b)
		registrations(b, r.server, r.adapter)
	})
}

func registrations(b *testing.B, s *asterisktest.Server, p pbxtest.Provisioner) {
	b.Helper()
	const crowd, rate = 500, 100
	phones, ended := make([]siptest.Phone, crowd), make(chan error, crowd)
	for i := range phones {
		password := pbx.Password(fmt.Sprintf("password-of-%d", i))
		a := pbxtest.Account(fmt.Sprintf("5%06d", i), password)
		phones[i] = siptest.Phone{Number: a.Extension, User: pbxtest.Username(a.Extension), Password: password.Reveal(), Realm: pbxtest.Domain, Expires: 60}
		go func() { ended <- p.Provision(b.Context(), a) }()
	}
	for range phones {
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
	}
	asteriskBefore, databaseBefore := s.CPUTime(b)
	registered := 0
	for b.Loop() {
		load := s.SIPp().Load(b, phones, rate)
		if load.Failed > 0 || load.Registered != crowd {
			b.Errorf("%v, want all %d", load, crowd)
		}
		registered += crowd
	}
	asteriskAfter, databaseAfter := s.CPUTime(b)
	each := func(spent time.Duration) float64 { return spent.Seconds() * 1000 / float64(registered) }
	b.ReportMetric(each(asteriskAfter-asteriskBefore), "asterisk-ms/registration")
	b.ReportMetric(each(databaseAfter-databaseBefore), "database-ms/registration")
}
