package kyc_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// A gallery is a runner over a real store in which faces can be enrolled.
type gallery struct {
	*kyc.Runner
	store *store.Store
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newGallery(t *testing.T) gallery {
	t.Helper()
	clock := func() time.Time { return noon }
	s := storetest.New(t, clock)
	thresholds := kyc.Thresholds{Duplicate: 0.5, Face: faces.Matcher{
		{Name: "first", Thresholds: faces.Thresholds{Same: 0.36, Refer: 0.25}},
		{Name: "second", Thresholds: faces.Thresholds{Same: 0.4, Refer: 0.3}},
	}}
	return gallery{store: s, Runner: &kyc.Runner{
		Flow: &kyc.Flow{Enrollments: s, Photos: s, Auditor: s, Eraser: s, Clock: clock, Thresholds: thresholds}, Gallery: s,
	}}
}

// create adds an enrollment in some state.
func (g gallery) create(t *testing.T, id string, state kyc.State) *kyc.Enrollment {
	t.Helper()
	e, err := kyc.Restore(kyc.Snapshot{ID: id, State: state, CreatedAt: noon, UpdatedAt: noon})
	must(t, err)
	must(t, g.store.Create(t.Context(), e))
	return e
}

// enroll adds an enrollment whose first-model score with the face at angle
// zero is c.
func (g gallery) enroll(t *testing.T, id string, state kyc.State, c float64) {
	t.Helper()
	g.create(t, id, state)
	must(t, g.store.Remember(t.Context(), id, faces.Template{"first": unit(c)}))
}

func (g gallery) find(t *testing.T, e *kyc.Enrollment, live faces.Template) kyc.Check {
	t.Helper()
	check, err := g.FindDuplicates(t.Context(), e, live)
	must(t, err)
	return check
}

// ids lists a check's matches.
func ids(c kyc.Check) []string {
	var out []string
	for _, m := range c.Matches {
		out = append(out, m.EnrollmentID)
	}
	return out
}

func TestNobodyIsThere(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	me := g.create(t, "me", kyc.Comparing)
	g.enroll(t, "stranger", kyc.Issued, 0.49)
	for range 2 { // the second finds the first's own face, which is no other
		check := g.find(t, me, faces.Template{"first": unit(1)})
		if check.Outcome != kyc.Passed || len(check.Matches) > 0 || !check.At.Equal(noon) {
			t.Errorf("check = %+v, want passed without matches", check)
		}
	}
	log, err := g.store.AuditLog(t.Context(), "me", 0)
	if err != nil || len(log) > 0 {
		t.Errorf("audit = %v, %v, want nothing of a search that found nobody", log, err)
	}
}

// A hit refers, never refuses, whatever became of the other enrollment; only
// who withdrew or expired may begin again.
func TestHitsByState(t *testing.T) {
	t.Parallel()
	for _, state := range kyc.States() {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			g := newGallery(t)
			me := g.create(t, "me", kyc.Comparing)
			g.enroll(t, "other", state, 0.9)
			want := kyc.Referred
			if state == kyc.Withdrawn || state == kyc.Expired {
				want = kyc.Passed
			}
			check := g.find(t, me, faces.Template{"first": unit(1)})
			if check.Outcome != want || (want == kyc.Referred) != slices.Equal(check.Reasons, []kyc.Reason{kyc.ReasonDuplicate}) {
				t.Errorf("outcome = %s %v, want %s", check.Outcome, check.Reasons, want)
			}
			if len(check.Matches) != 1 || check.Matches[0].State != state || check.Matches[0].Threshold != 0.5 || check.Matches[0].Score < 0.89 {
				t.Errorf("matches = %+v, want the other's as it was", check.Matches)
			}
			log, err := g.store.AuditLog(t.Context(), "me", 0)
			must(t, err)
			if len(log) != 1 || log[0].Action != "match_faces" || log[0].Detail != "other" {
				t.Errorf("audit = %+v, want the match by its id", log)
			}
		})
	}
}

// Withdrawing must not wash a doubt away.
func TestWithdrawnInDoubt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		doubt func(*kyc.Data)
		want  kyc.Outcome
	}{
		{"nothing against it", func(d *kyc.Data) { d.Live.Past = []liveness.End{liveness.Cut} }, kyc.Passed},
		{"referred", func(d *kyc.Data) { d.Decision = &kyc.Decision{Outcome: kyc.Referred} }, kyc.Referred},
		{"a film was played", func(d *kyc.Data) { d.Live.Past = []liveness.End{liveness.Replayed, liveness.Cut} }, kyc.Referred},
		{"a film was played last", func(d *kyc.Data) { d.Live.Track.End = liveness.Still }, kyc.Referred},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGallery(t)
			me := g.create(t, "me", kyc.Comparing)
			g.enroll(t, "other", kyc.Withdrawn, 0.9)
			_, err := g.store.Update(t.Context(), "other", func(e *kyc.Enrollment) error { tt.doubt(&e.Data); return nil })
			must(t, err)
			if check := g.find(t, me, faces.Template{"first": unit(1)}); check.Outcome != tt.want || len(check.Matches) != 1 {
				t.Errorf("check = %+v, want %s with one match", check, tt.want)
			}
		})
	}
}

// Five enrollments that were withdrawn must not push out of sight the one that
// was not, though their faces score higher.
func TestBestMatches(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	me := g.create(t, "me", kyc.Comparing)
	for i := range 6 {
		g.enroll(t, fmt.Sprint("withdrawn", i), kyc.Withdrawn, 0.99-float64(i)/100)
	}
	g.enroll(t, "issued", kyc.Issued, 0.6)
	g.enroll(t, "rejected", kyc.Rejected, 0.7)
	check := g.find(t, me, faces.Template{"first": unit(1)})
	want := []string{"rejected", "issued", "withdrawn0", "withdrawn1", "withdrawn2"}
	if diff := cmp.Diff(want, ids(check)); diff != "" || check.Outcome != kyc.Referred {
		t.Errorf("%s, matches (-want +got):\n%s", check.Outcome, diff)
	}
}

// TestFurtherModels: another model may contradict, one that has not seen both
// faces says nothing, and a face of former models matches nobody.
func TestFurtherModels(t *testing.T) {
	t.Parallel()
	live := faces.Template{"first": unit(1), "second": unit(1)}
	for _, tt := range []struct {
		name     string
		enrolled faces.Template
		hit      bool
	}{
		{"both agree", faces.Template{"first": unit(0.8), "second": unit(0.8)}, true},
		{"the second is unsure", faces.Template{"first": unit(0.8), "second": unit(0.35)}, true},
		{"the second contradicts", faces.Template{"first": unit(0.8), "second": unit(0.1)}, false},
		{"the second has not seen it", faces.Template{"first": unit(0.8)}, true},
		{"the second alone agrees", faces.Template{"first": unit(0.4), "second": unit(1)}, false},
		{"a former model", faces.Template{"former": unit(1)}, false},
		{"a model of another length", faces.Template{"first": {1, 0}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGallery(t)
			me := g.create(t, "me", kyc.Comparing)
			g.create(t, "other", kyc.Issued)
			must(t, g.store.Remember(t.Context(), "other", tt.enrolled))
			if check := g.find(t, me, live); (len(check.Matches) == 1) != tt.hit {
				t.Errorf("matches = %+v, want a hit: %v", check.Matches, tt.hit)
			}
		})
	}
}

// What was forgotten to be set, and a session without a face, refer.
func TestNothingToSearchWith(t *testing.T) {
	t.Parallel()
	face := faces.Template{"first": unit(1)}
	for name, tt := range map[string]struct {
		spoil func(*kyc.Runner)
		live  faces.Template
		want  kyc.Reason
	}{
		"no face":      {func(*kyc.Runner) {}, nil, kyc.ReasonNoFace},
		"no gallery":   {func(r *kyc.Runner) { r.Gallery = nil }, face, kyc.ReasonCheckMissing},
		"no threshold": {func(r *kyc.Runner) { r.Thresholds.Duplicate = 0 }, face, kyc.ReasonCheckMissing},
		"no model":     {func(r *kyc.Runner) { r.Thresholds.Face = nil }, face, kyc.ReasonCheckMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGallery(t)
			tt.spoil(g.Runner)
			check := g.find(t, g.create(t, "me", kyc.Comparing), tt.live)
			if check.Outcome != kyc.Referred || !slices.Equal(check.Reasons, []kyc.Reason{tt.want}) {
				t.Errorf("check = %+v, want referred for %s", check, tt.want)
			}
		})
	}
}

// An erased person is found no more, and a search that fails is no pass.
func TestErasedAndFailing(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	me := g.create(t, "me", kyc.Comparing)
	g.enroll(t, "other", kyc.Issued, 0.9)
	must(t, g.store.DestroySubject(t.Context(), "other"))
	if check := g.find(t, me, faces.Template{"first": unit(1)}); len(check.Matches) > 0 {
		t.Errorf("matches = %+v, want none of the erased", check.Matches)
	}
	must(t, g.store.DestroySubject(t.Context(), "me"))
	if check, err := g.FindDuplicates(t.Context(), me, faces.Template{"first": unit(1)}); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("search for the erased = %+v, %v, want ErrNotFound", check, err)
	}
	g.Gallery = failing{}
	if check, err := g.FindDuplicates(t.Context(), me, faces.Template{"first": unit(1)}); err == nil {
		t.Errorf("search in a failing gallery = %+v, want its error", check)
	}
}

// failing remembers and then cannot be searched.
type failing struct{}

func (failing) Remember(context.Context, string, faces.Template) error { return nil }

func (failing) Templates(context.Context, func(string, faces.Template) error) error {
	return errors.New("the database is away")
}

// Of two enrollments of one person at the same time at least one finds the
// other, however their searches lie in time.
func TestDuplicatesAtOnce(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	const people = 5 // each has four others, which are all kept
	for round := range 8 {
		face := make(faces.Embedding, 128)
		face[round] = 1
		var mu sync.Mutex
		found := map[string][]string{}
		var wg sync.WaitGroup
		for i := range people {
			e := g.create(t, fmt.Sprint("r", round, "-", i), kyc.Comparing)
			wg.Go(func() {
				check, err := g.FindDuplicates(t.Context(), e, faces.Template{"first": face})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				found[e.ID] = ids(check)
			})
		}
		wg.Wait()
		for a := range found {
			for b := range found {
				if a < b && !slices.Contains(found[a], b) && !slices.Contains(found[b], a) {
					t.Fatalf("neither %s nor %s found the other: %v", a, b, found)
				}
			}
		}
	}
}

// The other case is open to an agent from a case that it matched, and from
// nowhere else; every look is recorded at the case that is looked at.
func TestReviewMatch(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	ctx := t.Context()
	for id, state := range map[string]kyc.State{"case": kyc.InReview, "other": kyc.Issued, "stranger": kyc.Issued, "going": kyc.Questions} {
		g.create(t, id, state)
	}
	for _, id := range []string{"case", "going"} {
		_, err := g.store.Update(ctx, id, func(e *kyc.Enrollment) error {
			e.Data.Checks = []kyc.Check{{Name: kyc.CheckDuplicate, Matches: []kyc.Match{{EnrollmentID: "other"}}}, {Name: kyc.CheckWords, Matches: []kyc.Match{{EnrollmentID: "stranger"}}}}
			return nil
		})
		must(t, err)
	}
	_, err := g.store.Update(ctx, "other", func(e *kyc.Enrollment) error { e.Data.Selfie.Photo = "selfie-1"; return nil })
	must(t, err)
	must(t, g.store.PutEvidence(ctx, "other", "selfie-1", []byte("photograph")))
	must(t, g.store.PutEvidence(ctx, "other", "secret-1", []byte("photograph")))

	e, err := g.ReviewMatch(ctx, "agent:rob", "case", "other")
	if err != nil || e.ID != "other" {
		t.Fatalf("ReviewMatch = %v, %v, want the other case", e, err)
	}
	photo, err := g.ReviewMatchPhoto(ctx, "agent:rob", "case", "other", "selfie-1")
	if err != nil || string(photo) != "photograph" {
		t.Errorf("ReviewMatchPhoto = %q, %v", photo, err)
	}
	log, err := g.store.AuditLog(ctx, "other", 0)
	must(t, err)
	var lines []string
	for _, l := range log {
		lines = append(lines, strings.Join([]string{l.Actor, l.Action, l.Detail}, " "))
	}
	if diff := cmp.Diff([]string{"agent:rob view_photograph selfie-1 compared with case", "agent:rob compare case"}, lines); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	for _, tt := range []struct{ name, id, other, photo string }{
		{"a photograph that is not of the other", "case", "other", "secret-1"},
		{"a stranger", "case", "stranger", ""},
		{"a case that was not referred", "going", "other", ""},
		{"from the other's side", "other", "case", ""},
		{"nobody", "nobody", "other", ""},
	} {
		if tt.photo == "" {
			_, err = g.ReviewMatch(ctx, "agent:rob", tt.id, tt.other)
		} else {
			_, err = g.ReviewMatchPhoto(ctx, "agent:rob", tt.id, tt.other, tt.photo)
		}
		if !errors.Is(err, kyc.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", tt.name, err)
		}
	}
	must(t, g.store.DestroySubject(ctx, "other"))
	if _, err := g.ReviewMatch(ctx, "agent:rob", "case", "other"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("ReviewMatch of the erased = %v, want ErrNotFound", err)
	}
}

// TestSamePersonWithAnotherDocument: the nullifier does not see it, the face
// does; a person decides, and the applicant learns nothing of the other case.
func TestSamePersonWithAnotherDocument(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.to(t, 1, kyc.Issued)
	b.engines.reading["ada passport"] = reading(t, "D23145890")
	second := b.to(t, 2, kyc.InReview)
	e, err := b.flow.Enrollment(t.Context(), second)
	must(t, err)
	if d := e.Data.Decision; d == nil || !slices.Equal(d.Reasons, []kyc.Reason{kyc.ReasonDuplicate}) {
		t.Errorf("decision = %+v, want referred as a duplicate alone", d)
	}
	for _, c := range e.Data.Checks {
		if c.Name == kyc.CheckDuplicate && !slices.Equal(ids(c), []string{first}) {
			t.Errorf("matches = %v, want the first enrollment", ids(c))
		}
	}
	if mail := b.last(t, "anna2@example.org"); strings.Contains(mail, first) || strings.Contains(mail, "déjà") {
		t.Errorf("the mail tells of another case:\n%s", mail)
	}
}
