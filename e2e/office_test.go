package e2e

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
)

// An office is the desk of a proofing agent beside a service, on its database:
// people are brought there and approved without walking through the pages.
type office struct {
	t    *testing.T
	db   *store.Store
	flow *kyc.Flow
}

func newOffice(t *testing.T, s *service) *office {
	t.Helper()
	data := s.settings["DATA_DIR"]
	db, err := store.Open(t.Context(), store.Config{
		DSN: s.settings["DATABASE"], Blobs: filepath.Join(data, "blobs"), KeyFile: filepath.Join(data, "operator.key"), Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	queue, err := jobs.New(jobs.Config{DB: db.DB(), Dialect: db.Dialect(), Runner: enqueueOnly{}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	db.EnqueueWith(queue.Enqueue)
	return &office{t: t, db: db, flow: &kyc.Flow{Enrollments: db, Auditor: db, Keyring: db.Keyring(), Clock: time.Now}}
}

// enqueueOnly is the runner of a queue that is never started.
type enqueueOnly struct{}

var errNotHere = errors.New("effects run in the service")

func (enqueueOnly) Run(context.Context, kyc.Effect) error              { return errNotHere }
func (enqueueOnly) Exhausted(context.Context, kyc.Effect, error) error { return errNotHere }

func caseID(k int) string { return fmt.Sprintf("encase%04d", k) }

// refer saves a case that waits for an agent, with an invented person.
func (o *office) refer(k int) {
	o.t.Helper()
	e, err := kyc.Restore(kyc.Snapshot{
		ID: caseID(k), State: kyc.InReview, CreatedAt: time.Now(), UpdatedAt: time.Now(),
		Data: kyc.Data{Locale: "en", Profile: kyc.Profile{
			GivenNames: fmt.Sprintf("Case %d", k), FamilyNames: "Specimen", BirthDate: "1984-02-29", BirthPlace: "Utopia", Sex: "X",
			Nationality: "UTO", Phone: fmt.Sprintf("+3360000%04d", k), Email: fmt.Sprintf("case%d@vouchline.test", k),
			Username: fmt.Sprintf("case%d", k),
		}},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.db.Create(o.t.Context(), e); err != nil {
		o.t.Fatal(err)
	}
}

// approve lets a person pass; the service does the rest.
func (o *office) approve(k int) {
	o.t.Helper()
	err := o.flow.Rule(o.t.Context(), caseID(k), kyc.Ruling{
		Agent: "agent:max", Outcome: kyc.Passed, Note: "seen in person", DocumentNumber: fmt.Sprintf("L%08d", k), IssuingState: "UTO",
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// enrollment returns a case as it is now.
func (o *office) enrollment(k int) *kyc.Enrollment {
	o.t.Helper()
	e, err := o.db.Get(o.t.Context(), caseID(k))
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}
