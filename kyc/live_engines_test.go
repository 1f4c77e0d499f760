package kyc_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// TestBusyEngineCostsNoTime: what arrived in time is judged by when it did.
func TestBusyEngineCostsNoTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	b.engines.before = func(photo []byte) error {
		if strings.HasPrefix(string(photo), filmed) {
			b.advance(time.Hour)
		}
		return nil
	}
	v, err := c.send(t, c.shoot(t, 1))
	if err != nil || v.End != "" || v.Batch != 1 {
		t.Errorf("WatchLive = %+v, %v, want it to go on", v, err)
	}
}

// TestLiveWithoutModels: what no engine can judge is filmed for a person.
func TestLiveWithoutModels(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*bench){
		"no engine":       func(b *bench) { b.flow.Faces = nil },
		"no face models":  func(b *bench) { b.engines.faceErr = &faces.UnavailableError{Files: []string{"yunet"}} },
		"no words engine": func(b *bench) { b.flow.Words = nil },
		"no words models": func(b *bench) { b.engines.wordsErr = &ocr.UnavailableError{Files: []string{"eng"}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := b.to(t, 1, kyc.Live)
			breakIt(b)
			c := b.film(t, id, "ada")
			if end := c.run(t); end != kyc.Unjudged {
				t.Fatalf("the session ended %s, want unjudged", end)
			}
			b.work(t)
			b.wantState(t, id, kyc.Questions)
			must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
			b.wantState(t, id, kyc.InReview)
			if check := b.check(t, id, kyc.CheckPresentation); !slices.Equal(check.Reasons, []kyc.Reason{kyc.ReasonModelsMissing}) {
				t.Errorf("presentation = %+v, want models_missing", check)
			}
			s := b.live(t, id)
			if len(s.Frames) < 4 {
				t.Errorf("%d pictures wait for a reviewer, want some", len(s.Frames))
			}
			for _, photo := range s.Frames {
				if _, err := b.flow.ReviewPhoto(t.Context(), kyc.AgentPrefix+"1", id, photo); err != nil {
					t.Errorf("ReviewPhoto = %v", err)
				}
			}
		})
	}
}

// TestEngineFailsOnFrames: a lost frame is no end, a lost session no fault of
// its person.
func TestEngineFailsOnFrames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	n := 0
	b.engines.before = func([]byte) error {
		if n++; n%7 == 0 {
			return errors.New("engine crashed")
		}
		return nil
	}
	c := b.film(t, id, "ada")
	if end := c.run(t); end != liveness.Done {
		t.Fatalf("a session with lost frames ended %s, want done", end)
	}
	if s := b.live(t, id); s.Skipped == 0 || s.Skipped > s.Posted/6 {
		t.Errorf("%d of %d frames were skipped", s.Skipped, s.Posted)
	}

	b = newBench(t)
	id = b.to(t, 1, kyc.Live)
	b.engines.before = func([]byte) error { return errors.New("engine crashed") }
	if end := b.film(t, id, "ada").run(t); end != liveness.TimeIsUp {
		t.Fatalf("a session without a frame ended %s, want time_is_up", end)
	}
	b.work(t)
	b.wantState(t, id, kyc.Questions)
	if check := b.check(t, id, kyc.CheckPresentation); !slices.Equal(check.Reasons, []kyc.Reason{kyc.ReasonEngineFailed}) {
		t.Errorf("presentation = %+v, want engine_failed", check)
	}
}

// TestEngineFailureHidesNothing: what a session before showed stays to be read.
func TestEngineFailureHidesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	c.alter = func(l *look) {
		if c.prompt.Action != "" {
			l.Who = "eve"
		}
	}
	if end := c.run(t); end != liveness.Changed {
		t.Fatalf("the session ended %s, want face_changed", end)
	}
	b.work(t)
	b.engines.before = func([]byte) error { return errors.New("engine crashed") }
	b.film(t, id, "ada").run(t)
	b.work(t)
	check := b.check(t, id, kyc.CheckPresentation)
	if want := []kyc.Reason{kyc.ReasonEngineFailed, kyc.ReasonLiveChanged}; check.Outcome != kyc.Referred || !slices.Equal(check.Reasons, want) {
		t.Errorf("presentation = %+v, want it referred for %v", check, want)
	}
}

// TestSlowEngineCostsNoWindow: the time of an action begins when the page is
// told of it.
func TestSlowEngineCostsNoWindow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	b.engines.before = func(photo []byte) error {
		if strings.HasPrefix(string(photo), filmed) {
			b.advance(time.Second)
		}
		return nil
	}
	c := b.film(t, id, "ada")
	for c.prompt.Action == "" {
		_, err := c.send(t, c.shoot(t, 3))
		must(t, err)
	}
	if got, want := c.prompt.Left, c.prompt.Action.Window(); got != want {
		t.Errorf("%v are left of %v", got, want)
	}
}

// hasty refuses to keep what has to be kept in an engine's time.
type hasty struct{ kyc.EvidenceStore }

func (h hasty) PutEvidence(ctx context.Context, id, name string, b []byte) error {
	if _, limited := ctx.Deadline(); limited {
		return context.DeadlineExceeded
	}
	return h.EvidenceStore.PutEvidence(ctx, id, name, b)
}

// TestEngineTimeLeavesTheRest: engines that use up their time do not keep what
// they did in it from being saved.
func TestEngineTimeLeavesTheRest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	b.flow.Photos = hasty{b.flow.Photos}
	if end := b.film(t, id, "ada").run(t); end != liveness.Done {
		t.Errorf("the session ended %s, want done", end)
	}
}
