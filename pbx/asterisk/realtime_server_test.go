package asterisk_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// A realtime is an Asterisk that reads its lines from a store.
type realtime struct {
	store    *store.Store
	dsn      string
	database *asterisktest.Database
	server   *asterisktest.Server
	adapter  *asterisk.Realtime
}

func newRealtime(tb testing.TB, options ...asterisktest.Option) realtime {
	tb.Helper()
	dir, r := tb.TempDir(), realtime{dsn: pgtest.Start(tb)}
	r.store = storetest.Open(tb, store.Config{
		DSN: r.dsn, Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "operator.key"), Clock: time.Now,
	})
	r.database = asterisktest.NewDatabase(tb, r.dsn)
	r.server = asterisktest.Start(tb, pbxtest.Domain, append(options, asterisktest.Realtime(r.database))...)
	adapter, err := asterisk.NewRealtime(asterisk.RealtimeConfig{
		Publish: r.store.Publish, AMI: manager(tb, r.server), HangUp: true, Timeout: time.Minute, Clock: time.Now,
	})
	if err != nil {
		tb.Fatal(err)
	}
	r.adapter = adapter
	return r
}

// The suite on a real Asterisk that reads its lines from the store's views.
func TestRealtime(t *testing.T) {
	t.Parallel()
	r := newRealtime(t)
	pbxtest.Run(t, func(t *testing.T) pbxtest.Target {
		forget(t, r.adapter)
		return pbxtest.Target{
			Provisioner: r.adapter,
			Lookup:      func(t *testing.T, aor pbx.AOR) (pbx.Account, bool) { return lookup(t, r.server, aor) },
		}
	})
}

// What people do with phones, with lines from the store's views.
func TestRealtimeScenarios(t *testing.T) {
	t.Parallel()
	r := newRealtime(t, asterisktest.Algorithms(pbx.Algorithms()...))
	ami := manager(t, r.server)
	pbxtest.Scenarios(t, pbxtest.Bench{
		Provisioner: r.adapter, Registrar: ami, Events: ami, Server: r.server.Address, Algorithms: pbx.Algorithms(),
		Database: func(t *testing.T, answers bool) { r.database.Answers(t, answers) },
	})
}
