package kyc_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
)

// TestLiveTimeIsUp: the three minutes end a film wherever it is.
func TestLiveTimeIsUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	idle := b.film(t, id, "ada")
	b.advance(3 * time.Minute)
	_, err := idle.send(t, idle.shoot(t, 1))
	wantErr(t, "the first frame after three minutes", err, kyc.ErrLiveExpired)

	c := b.film(t, id, "")
	_, err = c.send(t, c.shoot(t, 3))
	must(t, err)
	late := c.shoot(t, 3)
	b.advance(3 * time.Minute)
	wantErr(t, "MayRecord after three minutes", b.flow.MayRecord(t.Context(), id, c.session.Nonce), kyc.ErrLiveExpired)
	v, err := c.send(t, late)
	if err != nil || v.End != liveness.TimeIsUp {
		t.Fatalf("a batch after three minutes = %s, %v, want the end", v.End, err)
	}
	b.work(t)
	b.wantState(t, id, kyc.Live)
	if s := b.live(t, id); !slices.Equal(s.Past, []liveness.End{liveness.TimeIsUp}) || s.Tries != 1 {
		t.Errorf("past %v after %d tries", s.Past, s.Tries)
	}
	// Nobody posts any more: the next session settles the one before.
	c = b.film(t, id, "")
	_, err = c.send(t, c.shoot(t, 3))
	must(t, err)
	b.advance(time.Hour)
	s, err := b.flow.OpenLive(t.Context(), id)
	if err != nil || !slices.Equal(s.Past, []liveness.End{liveness.TimeIsUp, liveness.TimeIsUp}) {
		t.Errorf("past %v, %v, want two that ran out", s.Past, err)
	}
}

// TestClosedShutterTwice: the black picture of a closed shutter has the same
// bytes in every session.
func TestClosedShutterTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	film := func(words bool) liveness.End {
		c := b.film(t, id, "ada")
		taken := 0
		c.alter = func(l *look) {
			if taken++; taken <= 8 {
				*l = look{Moment: -1}
			}
			if !words {
				l.Words = nil
			}
		}
		defer b.work(t)
		return c.run(t)
	}
	if end := film(false); end != liveness.TooLate {
		t.Fatalf("the first session ended %s, want too_late", end)
	}
	if end := film(true); end != liveness.Done {
		t.Errorf("the second session ended %s, want done", end)
	}
}

// TestWordsHaveRoom: a head that turns ever further fills the strip of pictures,
// and those that show the words are there all the same.
func TestWordsHaveRoom(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	_, err := b.flow.Enrollments.Update(t.Context(), id, func(e *kyc.Enrollment) error {
		e.Data.Live.Track = liveness.New([]liveness.Action{liveness.TurnLeft, liveness.TurnRight, liveness.Words})
		return nil
	})
	must(t, err)
	c.alter = func(l *look) {
		far := 18 + 2.5*(c.taken-c.shown).Seconds()
		switch seconds := (c.taken - c.shown).Seconds(); {
		case seconds < 1 || seconds > 10:
			l.Yaw = 0
		case c.prompt.Action == liveness.TurnLeft:
			l.Yaw = far
		case c.prompt.Action == liveness.TurnRight:
			l.Yaw = -far
		}
	}
	for c.prompt.End == "" {
		_, err := c.send(t, c.shoot(t, 1))
		must(t, err)
	}
	s := b.live(t, id)
	if s.Track.End != liveness.Done || len(s.Frames) < 24 {
		t.Fatalf("the session ended %s with %d pictures, want it done and the strip full", s.Track.End, len(s.Frames))
	}
	words := s.Track.Steps[len(s.Track.Steps)-1]
	for _, place := range words.Proof {
		if f := s.Track.Frames[place]; f.Words > 0 && f.Photo == "" {
			t.Errorf("frame %d shows the words and was not kept", place)
		}
	}
}
