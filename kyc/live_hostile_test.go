package kyc_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
)

// TestFramesOfAnotherEnrollment: a nonce opens one enrollment's session only.
func TestFramesOfAnotherEnrollment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mine, other := b.to(t, 1, kyc.Live), b.to(t, 2, kyc.Live)
	c := b.film(t, mine, "ada")
	b.film(t, other, "ada")
	before := b.live(t, other)
	for _, nonce := range []string{c.session.Nonce, "", "guessed"} {
		batch := c.shoot(t, 2)
		batch.Nonce = nonce
		_, err := b.flow.WatchLive(t.Context(), other, batch)
		wantErr(t, "WatchLive with a stranger's nonce", err, kyc.ErrLiveExpired)
		wantErr(t, "MayRecord with a stranger's nonce", b.flow.MayRecord(t.Context(), other, nonce), kyc.ErrLiveExpired)
	}
	if diff := cmp.Diff(before, b.live(t, other)); diff != "" {
		t.Errorf("the other's session changed:\n%s", diff)
	}
}

// TestLentFace: a living stranger before the actions lends a photograph nothing.
func TestLentFace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	b.engines.before = func(photo []byte) error {
		b.engines.pad = 0.4
		if l, ok := seen(photo); ok && l.Who == "eve" {
			b.engines.pad = 0.99
		}
		return nil
	}
	c := b.film(t, id, "ada")
	taken := 0
	c.alter = func(l *look) {
		if taken++; taken <= 12 { // turned so far that the actions wait
			l.Who, l.Yaw = "eve", 18
		}
	}
	if end := c.run(t); end != liveness.Done {
		t.Fatalf("the session ended %s, want done", end)
	}
	b.work(t)
	if check := b.check(t, id, kyc.CheckPresentation); check.Outcome != kyc.Referred || check.Score > 0.41 {
		t.Errorf("presentation = %+v, want 0.4, the photograph's own", check)
	}
}

// TestThousandFrames: nobody keeps the engines busy for longer than a camera
// films.
func TestThousandFrames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "")
	c.alter = func(*look) { b.advance(-frameEvery) } // all in one moment
	taken, refused := 0, 0
	for taken+refused < 1000 {
		batch := c.shoot(t, kyc.MaxLiveFrames)
		var rate *kyc.RateError
		switch _, err := c.send(t, batch); {
		case err == nil:
			taken += len(batch.Frames)
		case errors.As(err, &rate):
			refused += len(batch.Frames)
			if err := b.flow.MayRecord(t.Context(), id, c.session.Nonce); !errors.As(err, &rate) {
				t.Fatalf("MayRecord = %v, want the edge to refuse too", err)
			}
		default:
			t.Fatal(err)
		}
	}
	if taken > 3*kyc.MaxLiveFrames {
		t.Errorf("%d of 1000 frames were taken in one moment", taken)
	}
	b.advance(10 * time.Second)
	if err := b.flow.MayRecord(t.Context(), id, c.session.Nonce); err != nil {
		t.Errorf("MayRecord ten seconds later = %v", err)
	}
}

// TestMisshapenBatch: what no page of ours sends changes nothing.
func TestMisshapenBatch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	for name, spoil := range map[string]func(*kyc.LiveBatch){
		"no frames":       func(l *kyc.LiveBatch) { l.Frames, l.Taken = nil, nil },
		"an empty frame":  func(l *kyc.LiveBatch) { l.Frames[1].JPEG = nil },
		"too many frames": func(l *kyc.LiveBatch) { *l = c.shoot(t, kyc.MaxLiveFrames+1) },
		"a time too few":  func(l *kyc.LiveBatch) { l.Taken = l.Taken[1:] },
		"a time too many": func(l *kyc.LiveBatch) { l.Taken = append(l.Taken, time.Second) },
	} {
		batch := c.shoot(t, 3)
		spoil(&batch)
		var fields kyc.FieldErrors
		if _, err := b.flow.WatchLive(t.Context(), id, batch); !errors.As(err, &fields) {
			t.Errorf("%s = %v, want FieldErrors", name, err)
		}
	}
	if s := b.live(t, id); s.Batch != 0 || s.Tries != 0 {
		t.Errorf("session = batch %d, %d tries, want it untouched", s.Batch, s.Tries)
	}
}

// TestFilmPlayedAgainStays: the frames of an earlier session end the next one,
// and a clean one after it does not make them forgotten.
func TestFilmPlayedAgainStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	c.alter = func(l *look) { l.Words = nil }
	film := c.shoot(t, 3)
	_, err := c.send(t, film)
	must(t, err)
	c.run(t)
	b.work(t)

	again := b.film(t, id, "ada")
	replay := again.shoot(t, 3)
	replay.Frames = film.Frames
	examined := b.engines.examined
	v, err := again.send(t, replay)
	if err != nil || v.End != liveness.Replayed {
		t.Fatalf("a film played again = %s, %v, want replayed", v.End, err)
	}
	if b.engines.examined != examined {
		t.Error("frames that were seen before were examined again")
	}
	b.work(t)
	if end := b.film(t, id, "ada").run(t); end != liveness.Done {
		t.Fatalf("the clean session ended %s", end)
	}
	b.work(t)
	must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
	b.wantState(t, id, kyc.InReview)
	check := b.check(t, id, kyc.CheckPresentation)
	if !slices.Equal(check.Reasons, []kyc.Reason{kyc.ReasonLiveReplayed}) {
		t.Errorf("presentation = %+v, want live_replayed and nothing else", check)
	}
	if diff := cmp.Diff([]liveness.End{liveness.TooLate, liveness.Replayed, liveness.Done}, check.Presentation.Ends); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	suspicious := b.live(t, id).Suspicious
	if len(suspicious) == 0 {
		t.Error("no picture of the replayed film is kept")
	}
	for _, name := range suspicious {
		if _, err := b.flow.ReviewPhoto(t.Context(), kyc.AgentPrefix+"1", id, name); err != nil {
			t.Errorf("ReviewPhoto = %v", err)
		}
	}
}
