// Package storetest is the conformance suite of package store: whatever
// database lies below, the ports of package kyc must behave as these tests
// say. It speaks store's words and looks at the raw files and tables too, since
// a store that only reads back what it wrote would not notice a missing seal.
//
// It knows no database by name: the caller gives it fresh ones. [New] gives
// other packages' tests a real store instead of a fake.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

// Start is the time of a new suite's clock.
var Start = time.Date(2026, 11, 20, 9, 30, 0, 123456000, time.UTC)

// A Clock is a clock that tests move.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows [Start].
func NewClock() *Clock { return &Clock{now: Start} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// New returns a migrated store on a new SQLite file that ends with the test.
// Its effects go nowhere until EnqueueWith is called.
func New(tb testing.TB, clock func() time.Time) *store.Store {
	tb.Helper()
	dir := tb.TempDir()
	return Open(tb, store.Config{
		DSN: filepath.Join(dir, "test.db"), Blobs: filepath.Join(dir, "blobs"),
		KeyFile: filepath.Join(dir, "operator.key"), Clock: clock,
	})
}

// Open migrates and opens a store that ends with the test.
func Open(tb testing.TB, cfg store.Config) *store.Store {
	tb.Helper()
	if err := store.Migrate(tb.Context(), cfg); err != nil {
		tb.Fatal(err)
	}
	return open(tb, cfg)
}

func open(tb testing.TB, cfg store.Config) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	s.EnqueueWith(func(context.Context, *sql.Tx, []kyc.Effect) error { return nil })
	return s
}

// suite is one test's store with all that lies below it.
type suite struct {
	*store.Store
	cfg   store.Config
	clock *Clock
	dir   string
}

// Run runs the suite; fresh returns the DSN of an empty database. What it
// leaves on disk is looked for in dir.
func Run(t *testing.T, fresh func(t *testing.T, dir string) (dsn string)) {
	t.Helper()
	setup := func(t *testing.T) *suite {
		t.Helper()
		dir := t.TempDir()
		clock := NewClock()
		s := &suite{clock: clock, dir: dir, cfg: store.Config{
			DSN: fresh(t, dir), Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "operator.key"), Clock: clock.Now,
		}}
		s.Store = Open(t, s.cfg)
		return s
	}
	for _, tests := range []map[string]func(*testing.T, *suite){
		enrollmentTests, lookupTests, sealTests, evidenceTests, keyTests, throttleTests, staffTests, eraseTests, galleryTests, checkpointTests,
		lineTests, numberingTests, accountTests, findTests, withinTests, publishedTests, roleTests, pairingTests,
	} {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, setup(t))
			})
		}
	}
}

// reopen closes the store and opens it again, as a restart does.
func (s *suite) reopen(t *testing.T) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.Store = open(t, s.cfg)
}

// exec runs raw SQL beside the store.
func (s *suite) exec(t *testing.T, query string) error {
	t.Helper()
	_, err := s.DB().ExecContext(t.Context(), query)
	return err
}

func applicant(id string, at time.Time) *kyc.Enrollment {
	return kyc.NewEnrollment(id, at, kyc.Data{
		Locale: "fr",
		Profile: kyc.Profile{
			GivenNames: "Anna-Maria", FamilyNames: "Eriksson-Plaintext", Email: id + "@example.org",
			Phone: "+22997000001", Username: "anna." + id, Nationality: "UTO", BirthDate: "1974-08-12",
		},
		Answers: map[string]string{"profession": "smith"},
	})
}

// inState returns an applicant who is somewhere else in the flow.
func inState(t *testing.T, id string, state kyc.State) *kyc.Enrollment {
	t.Helper()
	snapshot := applicant(id, Start).Snapshot()
	snapshot.State = state
	e, err := kyc.Restore(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (s *suite) create(t *testing.T, id string) *kyc.Enrollment {
	t.Helper()
	e := applicant(id, s.clock.Now())
	if err := s.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return e
}

// enrolled creates an enrollment whose identity has this id.
func (s *suite) enrolled(t *testing.T, id, identity string) {
	t.Helper()
	e := applicant(id, s.clock.Now())
	e.Data.Identity.ID = identity
	if err := s.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// account is a line with one device.
func account(n int, identity string) pbx.Account {
	ext := fmt.Sprint(2000000 + n)
	return pbx.Account{
		Extension: ext, Realm: "vouchline", DisplayName: "Anna-Maria Eriksson-Plaintext",
		AOR: pbx.NewAOR(ext, "sip.example.org"), IdentityID: identity, Enabled: true,
		Devices: []pbx.Device{{
			ID: "k3f9ab2c", Name: "Kitchen of Anna", Kind: pbx.App, AddedAt: Start,
			Credentials: []pbx.Credential{pbx.NewCredential(ext+"-k3f9ab", "vouchline", "correct horse battery")},
		}},
	}
}
