package kyc_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
)

// TestLiveSessionIsDone: what a clean session leaves, and what it does not.
func TestLiveSessionIsDone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	if end := b.film(t, id, "ada").run(t); end != liveness.Done {
		t.Fatalf("the session ended %s, want done", end)
	}
	b.wantState(t, id, kyc.Comparing)
	kept := b.live(t, id)
	if len(kept.Track.Best) == 0 || kept.Track.Reference == nil {
		t.Fatal("the comparison has no face to compare")
	}
	if b.engines.read > b.engines.examined/4 {
		t.Errorf("words were read on %d of %d frames, want far fewer", b.engines.read, b.engines.examined)
	}
	b.work(t)
	s := b.live(t, id)
	if s.Track.Reference != nil || s.Track.Best != nil || slices.ContainsFunc(s.Track.Frames, func(f liveness.Frame) bool { return f.Signature != nil }) {
		t.Error("templates or signatures outlive the comparison")
	}
	if len(s.Seen) > 0 || len(s.Track.Dropped) > 0 {
		t.Error("digests outlive the sessions")
	}
	if n := len(s.Frames); n < 6 || n > 24 {
		t.Errorf("%d pictures were kept, want some for a reviewer and no film", n)
	}
	for _, name := range s.Frames {
		if _, err := b.flow.Photos.Evidence(t.Context(), id, name); err != nil {
			t.Errorf("Evidence(%s) = %v", name, err)
		}
	}
	for i, step := range s.Track.Steps {
		last := step.Proof[len(step.Proof)-1]
		if s.Track.Frames[last].Photo == "" {
			t.Errorf("the picture that ends step %d was not kept", i)
		}
	}
	for _, name := range []kyc.CheckName{kyc.CheckDocumentLive, kyc.CheckDocumentSelf, kyc.CheckSelfieLive, kyc.CheckPresentation, kyc.CheckWords, kyc.CheckDuplicate} {
		if c := b.check(t, id, name); c.Outcome != kyc.Passed {
			t.Errorf("check %s = %+v, want it passed", name, c)
		}
	}
	p := b.check(t, id, kyc.CheckPresentation).Presentation
	if diff := cmp.Diff([]liveness.End{liveness.Done}, p.Ends); diff != "" || p.Frames < 10 || p.BonaFide < 0.96 || p.BonaFide > 0.98 {
		t.Errorf("presentation = %+v\n%s", p, diff)
	}
}

// TestLiveReload: a page that is only loaded again shows the same words; a film
// that is left counts.
func TestLiveReload(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	first, err := b.flow.OpenLive(t.Context(), id)
	must(t, err)
	b.advance(80 * time.Second)
	again, err := b.flow.OpenLive(t.Context(), id)
	must(t, err)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("a reload changed the session (-first +again):\n%s", diff)
	}
	b.advance(11 * time.Second) // too short for writing and filming
	fresh, err := b.flow.OpenLive(t.Context(), id)
	must(t, err)
	if fresh.Nonce == first.Nonce || fresh.Tries != 0 || len(fresh.Past) != 0 {
		t.Errorf("session = %d tries, past %v, same nonce %v, want a new one that cost nothing", fresh.Tries, fresh.Past, fresh.Nonce == first.Nonce)
	}
	wantErr(t, "MayRecord of the session before", b.flow.MayRecord(t.Context(), id, first.Nonce), kyc.ErrLiveExpired)

	c := b.film(t, id, "ada")
	_, err = c.send(t, c.shoot(t, 3))
	must(t, err)
	left, err := b.flow.OpenLive(t.Context(), id)
	must(t, err)
	if left.Nonce == fresh.Nonce || left.Tries != 1 || !slices.Equal(left.Past, []liveness.End{liveness.Abandoned}) {
		t.Errorf("session = %d tries, past %v, want one that was abandoned", left.Tries, left.Past)
	}
	_, err = c.send(t, c.shoot(t, 3))
	wantErr(t, "a frame of the abandoned film", err, kyc.ErrLiveExpired)
}

// TestLiveWordsAreNotDrawnForEver: drawing until the words of an old film come
// up must take longer than anybody lives.
func TestLiveWordsAreNotDrawnForEver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	var rate *kyc.RateError
	drawn := 0
	for ; drawn < 100; drawn++ {
		if _, err := b.flow.OpenLive(t.Context(), id); errors.As(err, &rate) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		b.advance(2 * time.Minute)
	}
	if drawn != 20 {
		t.Errorf("words were drawn %d times in a row, want 20", drawn)
	}
	b.advance(24 * time.Hour)
	if _, err := b.flow.OpenLive(t.Context(), id); err != nil {
		t.Errorf("OpenLive the next day = %v", err)
	}
}

// TestLiveTriesEnd: after five films that did not succeed the case is a
// person's, whether the films ended or were left.
func TestLiveTriesEnd(t *testing.T) {
	t.Parallel()
	for name, film := range map[string]func(*testing.T, *camera){
		"words not shown": func(t *testing.T, c *camera) {
			c.alter = func(l *look) { l.Words = nil }
			if end := c.run(t); end != liveness.TooLate {
				t.Fatalf("the session ended %s, want too_late", end)
			}
		},
		"left": func(t *testing.T, c *camera) {
			_, err := c.send(t, c.shoot(t, 2))
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := b.to(t, 1, kyc.Live)
			for try := range 5 {
				b.wantState(t, id, kyc.Live)
				film(t, b.film(t, id, "ada"))
				b.work(t)
				if s := b.live(t, id); s.Tries != try+1 {
					t.Fatalf("%d tries are counted after %d films", s.Tries, try+1)
				}
			}
			if name == "left" {
				var moved *kyc.TransitionError
				if _, err := b.flow.OpenLive(t.Context(), id); !errors.As(err, &moved) {
					t.Fatalf("OpenLive after five tries = %v, want the enrollment to have moved on", err)
				}
				b.work(t)
			}
			b.wantState(t, id, kyc.Questions)
			must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
			b.wantState(t, id, kyc.InReview)
			if c := b.check(t, id, kyc.CheckPresentation); !slices.Contains(c.Reasons, kyc.ReasonLiveNotDone) || len(c.Presentation.Ends) != 5 {
				t.Errorf("presentation = %+v, want live_not_done after five ends", c)
			}
		})
	}
}

// TestPicturesOfMishapsGo: what nobody looks at any more is not kept until the
// account ends.
func TestPicturesOfMishapsGo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	var mishap, suspect []string
	for try := range 3 {
		c := b.film(t, id, "ada")
		c.alter = func(l *look) {
			l.Words = nil
			if try == 1 && c.prompt.Action != "" {
				l.Who = "eve"
			}
		}
		c.run(t)
		if s := b.live(t, id); s.Track.End.Suspect() {
			suspect = append(suspect, s.Frames...)
		} else {
			mishap = append(mishap, s.Frames...)
		}
		b.work(t)
	}
	if end := b.film(t, id, "ada").run(t); end != liveness.Done {
		t.Fatalf("the session ended %s, want done", end)
	}
	b.work(t)
	if len(mishap) < 4 || len(suspect) < 2 {
		t.Fatalf("%d and %d pictures were taken, want more", len(mishap), len(suspect))
	}
	for _, name := range mishap {
		if _, err := b.flow.Photos.Evidence(t.Context(), id, name); !errors.Is(err, kyc.ErrNotFound) {
			t.Errorf("Evidence(%s) of a mishap = %v, want %v", name, err, kyc.ErrNotFound)
		}
	}
	s := b.live(t, id)
	for _, name := range append(suspect, s.Frames...) {
		if _, err := b.flow.Photos.Evidence(t.Context(), id, name); err != nil {
			t.Errorf("Evidence(%s) = %v", name, err)
		}
	}
	if len(s.Stale) > 0 {
		t.Errorf("%d names of deleted pictures are kept", len(s.Stale))
	}
}

// TestDoubtIsNotWithdrawn: who leaves after a suspect session and begins anew
// is known by the face, however quickly they leave.
func TestDoubtIsNotWithdrawn(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*testing.T, *bench, string){
		"before it is settled": func(t *testing.T, b *bench, id string) {
			t.Helper()
			must(t, b.flow.Withdraw(t.Context(), id))
			b.work(t)
		},
		"later": func(t *testing.T, b *bench, id string) {
			t.Helper()
			b.work(t)
			must(t, b.flow.Withdraw(t.Context(), id))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			first, second := b.to(t, 1, kyc.Live), b.to(t, 2, kyc.Live)
			c := b.film(t, first, "ada")
			c.alter = func(l *look) {
				if c.prompt.Action != "" {
					l.Who = "eve"
				}
			}
			if end := c.run(t); end != liveness.Changed {
				t.Fatalf("the session ended %s, want face_changed", end)
			}
			leave(t, b, first)
			if end := b.film(t, second, "ada").run(t); end != liveness.Done {
				t.Fatalf("the second enrollment's session ended %s, want done", end)
			}
			b.work(t)
			check := b.check(t, second, kyc.CheckDuplicate)
			if check.Outcome != kyc.Referred || len(check.Matches) != 1 || check.Matches[0].EnrollmentID != first || !check.Matches[0].Unsettled {
				t.Errorf("duplicate = %+v, want it referred for %s", check, first)
			}
		})
	}
}

// TestUndoneSessionRejectsNobody: nobody knows whose face a track ends with
// that was not done.
func TestUndoneSessionRejectsNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	for range 5 {
		c := b.film(t, id, "eve")
		c.alter = func(l *look) { l.Words = nil }
		c.run(t)
		b.work(t)
	}
	if c := b.check(t, id, kyc.CheckSelfieLive); c.Outcome != kyc.Referred || c.Face == nil || c.Face.Decision != faces.Different {
		t.Errorf("check = %+v, want a difference that is referred", c)
	}
}

// TestWithoutBlinkAPersonLooks: an engine that cannot measure eyes asks for
// another action, which a bent print can show too.
func TestWithoutBlinkAPersonLooks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	c.alter = func(l *look) { l.Eyes = -1 }
	if end := c.run(t); end != liveness.Done {
		t.Fatalf("the session ended %s, want %s", end, liveness.Done)
	}
	b.work(t)
	want := []kyc.Reason{kyc.ReasonLiveNotDone}
	if got := b.check(t, id, kyc.CheckPresentation); got.Outcome != kyc.Referred || !slices.Equal(got.Reasons, want) {
		t.Errorf("check = %+v, want it referred for %v", got, want)
	}
}

// TestAskForPerson: who cannot do the step is looked at by a person, and what
// was seen of an attack before is not forgotten by it.
func TestAskForPerson(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	c.alter = func(l *look) {
		if c.prompt.Step > 0 {
			l.Who = "eve"
		}
	}
	if end := c.run(t); end != liveness.Changed {
		t.Fatalf("the session ended %s, want %s", end, liveness.Changed)
	}
	b.work(t)
	next := b.film(t, id, "ada")
	_, err := next.send(t, next.shoot(t, 3))
	must(t, err)
	must(t, b.flow.AskForPerson(t.Context(), id))
	b.work(t)
	b.wantState(t, id, kyc.Questions)
	must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
	b.wantState(t, id, kyc.InReview)
	want := []kyc.Reason{kyc.ReasonLiveChanged, kyc.ReasonPersonAsked}
	if got := b.check(t, id, kyc.CheckPresentation); got.Outcome != kyc.Referred || !slices.Equal(got.Reasons, want) {
		t.Errorf("check = %+v, want it referred for %v", got, want)
	}
	var forbidden *kyc.TransitionError
	if err := b.flow.AskForPerson(t.Context(), id); !errors.As(err, &forbidden) {
		t.Errorf("AskForPerson() twice = %v, want a TransitionError", err)
	}
}

// TestNoticeSaysWhy: the page of the next session says how the last one ended.
func TestNoticeSaysWhy(t *testing.T) {
	t.Parallel()
	for want, alter := range map[liveness.End]func(*camera, *look){
		liveness.TwoFaces: func(c *camera, l *look) { l.Several = c.prompt.Step > 0 },
		liveness.Changed: func(c *camera, l *look) {
			if c.prompt.Step > 0 {
				l.Who = "eve"
			}
		},
		liveness.Cut: func(c *camera, l *look) {
			if c.prompt.Step > 0 {
				l.Who = ""
			}
		},
		liveness.TooLate: func(_ *camera, l *look) { l.Yaw, l.Eyes, l.Size, l.Words = 0, 1, 1, nil },
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := b.to(t, 1, kyc.Live)
			c := b.film(t, id, "ada")
			c.alter = func(l *look) { alter(c, l) }
			if end := c.run(t); end != want {
				t.Fatalf("the session ended %s, want %s", end, want)
			}
			b.work(t)
			b.wantState(t, id, kyc.Live)
			e, err := b.flow.Enrollment(t.Context(), id)
			must(t, err)
			if s := e.Data.Live; e.Data.Notice != string(want) || s.Nonce != "" || !slices.Equal(s.Past, []liveness.End{want}) {
				t.Errorf("notice %q, nonce %q, past %v, want %s and no session", e.Data.Notice, s.Nonce, s.Past, want)
			}
			if kept := len(e.Data.Live.Suspicious) > 0; kept != want.Suspect() {
				t.Errorf("pictures kept for a reviewer: %v, want %v", kept, want.Suspect())
			}
			next := b.film(t, id, "ada")
			_, err = next.send(t, next.shoot(t, 1))
			must(t, err)
			if e, err = b.flow.Enrollment(t.Context(), id); err != nil || e.Data.Notice != "" {
				t.Errorf("notice %q once the next film began, %v", e.Data.Notice, err)
			}
		})
	}
}

// TestSessionsOfBeforeStillLoad: an enrollment that was stored when a film was
// sent at once gets a session of today.
func TestSessionsOfBeforeStillLoad(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	b.film(t, id, "ada").run(t)
	var before kyc.LiveSession
	must(t, json.Unmarshal([]byte(`{"nonce":"old","words":["RIVER"],"expires_at":"2026-11-20T09:03:00Z","tries":1,"frames":["live-1"],"seen":["a"]}`), &before))
	_, err := b.flow.Enrollments.Update(t.Context(), id, func(e *kyc.Enrollment) error {
		e.Data.Live = before
		return nil
	})
	must(t, err)
	must(t, b.runner.Run(t.Context(), kyc.Effect{Kind: kyc.CompareFaces, EnrollmentID: id, Ref: "old"}))
	b.wantState(t, id, kyc.Live)
	b.queue = nil
	if s := b.live(t, id); s.Tries != 1 || !slices.Equal(s.Seen, []string{"a"}) {
		t.Errorf("session = %d tries, seen %v", s.Tries, s.Seen)
	}
	if end := b.film(t, id, "ada").run(t); end != liveness.Done {
		t.Errorf("the next session ended %s", end)
	}
}
