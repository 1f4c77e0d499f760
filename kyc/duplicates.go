package kyc

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
)

// keptMatches is how many matches a check keeps for a proofing agent.
const keptMatches = 5

// A Match is another enrollment whose face scored as the same person's. It
// names an id and nothing else of the other person.
type Match struct {
	EnrollmentID string  `json:"enrollment_id"`
	Score        float64 `json:"score"`
	Threshold    float64 `json:"threshold"`
	State        State   `json:"state"` // of the other, when it was found
	// Unsettled says that the other was in doubt when it was found: referred or
	// refused, or with a camera session that ended suspiciously.
	Unsettled bool `json:"unsettled,omitempty"`
}

// Refers reports whether the match leaves the enrollment to a proofing agent.
// Who withdrew or let an enrollment expire may begin again, unless it was in
// doubt: withdrawing must not wash a doubt away. Everything else, also an
// enrollment still on its way, could end with one person enrolled twice, or is
// a second try after a refusal.
func (m Match) Refers() bool {
	return m.Unsettled || m.State != Withdrawn && m.State != Expired
}

// unsettled reports whether a person had to look at the enrollment, or would
// have had to.
func (d Data) unsettled() bool {
	return d.Decision != nil && d.Decision.Outcome != Passed || slices.ContainsFunc(d.Live.Ends(), liveness.End.Suspect)
}

// findDuplicates searches all enrolled faces for the one before the camera
// (identification, ISO/IEC 19795-1): one person is to have one identity. With
// many enrolled some match by chance, so a hit refers and never refuses.
//
// The face is remembered before the search: of two enrollments of one person
// at the same time, whichever searches last finds the other.
func (r *Runner) findDuplicates(ctx context.Context, e *Enrollment, live faces.Template) (Check, error) {
	check := Check{Name: CheckDuplicate, Outcome: Passed, At: r.Clock()}
	switch {
	case len(live) == 0:
		check.Outcome, check.Reasons = Referred, []Reason{ReasonNoFace}
		return check, nil
	case r.Gallery == nil || len(r.Thresholds.Face) == 0 || r.Thresholds.Duplicate <= 0:
		// A forgotten setting must not let anybody in twice.
		check.Outcome, check.Reasons = Referred, []Reason{ReasonCheckMissing}
		return check, nil
	}
	if err := r.Gallery.Remember(ctx, e.ID, live); err != nil {
		return Check{}, err
	}
	matches, err := r.search(ctx, e.ID, live)
	if err != nil || len(matches) == 0 {
		return check, err
	}
	check.Score, check.Threshold = matches[0].Score, r.Thresholds.Duplicate
	if matches[0].Refers() { // they come first
		check.Outcome, check.Reasons = Referred, []Reason{ReasonDuplicate}
	}
	check.Matches = matches[:min(len(matches), keptMatches)]
	ids := make([]string, len(check.Matches))
	for i, m := range check.Matches {
		ids[i] = m.EnrollmentID
	}
	return check, r.audit(ctx, "policy", "match_faces", e.ID, strings.Join(ids, " "))
}

// rememberSuspect remembers the face of a session with a suspect end, also
// where its person withdrew meanwhile: who begins anew meets the doubt again.
func (r *Runner) rememberSuspect(ctx context.Context, effect Effect) error {
	e, err := r.Enrollments.Get(ctx, effect.EnrollmentID)
	if errors.Is(err, ErrNotFound) {
		return nil // erased in between
	}
	if err != nil {
		return err
	}
	s := e.Data.Live
	face := faces.MeanTemplate(s.Track.Best)
	if r.Gallery == nil || s.Nonce != effect.Ref || !s.Track.End.Suspect() || len(face) == 0 {
		return nil
	}
	if err := r.Gallery.Remember(ctx, e.ID, face); !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// search returns the other enrollments with that face: those that refer come
// first, for nobody shall push one out of sight by enrolling and withdrawing
// a few times; among equals the highest score.
func (r *Runner) search(ctx context.Context, id string, live faces.Template) ([]Match, error) {
	var found []Match
	err := r.Gallery.Templates(ctx, func(other string, t faces.Template) error {
		if score, ok := r.Thresholds.matches(live, t); ok && other != id {
			found = append(found, Match{EnrollmentID: other, Score: score, Threshold: r.Thresholds.Duplicate})
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	matches := found[:0]
	for _, m := range found {
		e, err := r.Enrollment(ctx, m.EnrollmentID)
		if errors.Is(err, ErrNotFound) {
			continue // erased in between, or about to be
		}
		if err != nil {
			return nil, err
		}
		m.State, m.Unsettled = e.State(), e.Data.unsettled()
		matches = append(matches, m)
	}
	slices.SortFunc(matches, func(a, b Match) int {
		if a.Refers() != b.Refers() {
			if a.Refers() {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.EnrollmentID, b.EnrollmentID))
	})
	return matches, nil
}

// matches scores by the first model; a further model that has seen both faces
// has to find them worth referring at least. A face that only models no longer
// in use have seen matches nobody.
func (t Thresholds) matches(live, enrolled faces.Template) (score float64, ok bool) {
	first := t.Face[0].Name
	if score = live[first].Score(enrolled[first]); score < t.Duplicate {
		return score, false
	}
	for _, model := range t.Face[1:] {
		a, b := live[model.Name], enrolled[model.Name]
		if len(a) > 0 && len(b) > 0 && model.Thresholds.Compare(a, b).Decision == faces.Different {
			return score, false
		}
	}
	return score, true
}

// ReviewMatch returns an enrollment that matched a case, for a proofing agent
// to see beside it. The look is recorded at the other enrollment, whose data
// it shows.
func (f *Flow) ReviewMatch(ctx context.Context, agent, id, other string) (*Enrollment, error) {
	o, err := f.matched(ctx, id, other)
	if err != nil {
		return nil, err
	}
	return o, f.audit(ctx, agent, "compare", other, id)
}

// ReviewMatchPhoto returns a photograph of an enrollment that matched a case.
func (f *Flow) ReviewMatchPhoto(ctx context.Context, agent, id, other, name string) ([]byte, error) {
	o, err := f.matched(ctx, id, other)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(o.Data.photos(), name) {
		return nil, ErrNotFound
	}
	if err := f.audit(ctx, agent, "view_photograph", other, name+" compared with "+id); err != nil {
		return nil, err
	}
	return f.Photos.Evidence(ctx, other, name)
}

// matched returns an enrollment that the search found for a referred case;
// for any other there is no way from here.
func (f *Flow) matched(ctx context.Context, id, other string) (*Enrollment, error) {
	e, err := f.referred(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, c := range e.Data.Checks {
		if c.Name != CheckDuplicate {
			continue
		}
		if slices.ContainsFunc(c.Matches, func(m Match) bool { return m.EnrollmentID == other }) {
			return f.Enrollment(ctx, other)
		}
	}
	return nil, ErrNotFound
}
