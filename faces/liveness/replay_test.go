package liveness_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
)

// busy is a film of a person who does everything of the head in turn.
func busy(at time.Duration, order []liveness.Action) look {
	seconds := at.Seconds()
	return perform(order[int(seconds/4)%len(order)], seconds)
}

var headActions = []liveness.Action{liveness.TurnLeft, liveness.Blink, liveness.Closer, liveness.TurnRight}

// TestLoop plays films of many lengths over and over, each picture compressed
// anew, so that no bytes repeat.
func TestLoop(t *testing.T) {
	t.Parallel()
	for frames := 10; frames <= 60; frames += 5 {
		t.Run(fmt.Sprint(frames), func(t *testing.T) {
			t.Parallel()
			m := simulate()
			length := time.Duration(frames) * m.interval
			m.act = func(_ liveness.Prompt, _, at time.Duration) look {
				l := busy(at%length, headActions).sway(at % length)
				l.stuffed = true
				return l
			}
			// A patient session, or most films would be too late before they loop.
			m.script = []liveness.Action{liveness.Words}
			if s := m.run(t); s.End != liveness.Replayed || s.Ended > m.opened+2*length+2*time.Second {
				t.Errorf("End = %q after %v, want %q in the second round of %v", s.End, s.Ended-m.opened, liveness.Replayed, length)
			}
		})
	}
}

// TestNoFalseReplay lets people repeat a movement as exactly as people can.
func TestNoFalseReplay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		m := simulate()
		m.seed, m.script = seed, []liveness.Action{liveness.Words}
		m.act = func(_ liveness.Prompt, _, at time.Duration) look {
			return perform(liveness.TurnLeft, at.Seconds())
		}
		if s := m.run(t); s.End != liveness.TooLate {
			t.Errorf("seed %d: End = %q after %v, want %q", seed, s.End, s.Ended, liveness.TooLate)
		}
	}
}

// TestOldBytes brings a picture again that the session has long let go.
func TestOldBytes(t *testing.T) {
	t.Parallel()
	m := simulate()
	m.interval, m.jitter = 100*time.Millisecond, 20*time.Millisecond
	m.act = func(p liveness.Prompt, shown, at time.Duration) look {
		l := obey(p, shown, at)
		l.dark = at < 10*time.Second // no action before
		return l
	}
	m.alter = func(n int, f *liveness.Frame, _ *faces.Template) {
		if n == 180 {
			f.Digest = "digest 3"
		}
	}
	s := m.run(t)
	if s.End != liveness.Replayed {
		t.Errorf("End = %q, want %q", s.End, liveness.Replayed)
	}
	if n := len(s.Dropped) + len(s.Frames); n != 181 {
		t.Errorf("%d digests of 181 frames", n)
	}
}

// TestSlowCamera sends some pictures twice, as a browser does that draws
// faster than its camera films.
func TestSlowCamera(t *testing.T) {
	t.Parallel()
	m := simulate()
	m.alter = func(n int, f *liveness.Frame, _ *faces.Template) { f.Digest = fmt.Sprint(n - n%2) }
	if s := m.run(t); s.End != liveness.Done {
		t.Errorf("End = %q, want %q", s.End, liveness.Done)
	}
}

// TestSwap puts another person in the place of the first at every frame of a
// session that would be done, from the first after those that make the
// reference.
func TestSwap(t *testing.T) {
	t.Parallel()
	for _, script := range [][]liveness.Action{
		{liveness.TurnLeft, liveness.Words, liveness.Blink, liveness.Closer},
		{liveness.Blink, liveness.Closer, liveness.TurnRight, liveness.Words},
	} {
		honest := simulate()
		honest.script = script
		whole := honest.run(t)
		if whole.End != liveness.Done {
			t.Fatalf("%v without a swap: End = %q", script, whole.End)
		}
		for n := 4; n < whole.Watch.Seen; n++ {
			m := simulate()
			m.script = script
			frames := 0
			m.act = func(p liveness.Prompt, shown, at time.Duration) look {
				l := obey(p, shown, at)
				if frames >= n {
					l.who = "eve"
				}
				frames++
				return l
			}
			s := m.run(t)
			if s.End != liveness.Changed && s.End != liveness.TooLate {
				t.Errorf("%v swapped at frame %d of %d: End = %q", script, n, whole.Watch.Seen, s.End)
			}
		}
	}
}

// TestSwapForAnAction has an accomplice do only the actions: the face at rest
// is always the first one's.
func TestSwapForAnAction(t *testing.T) {
	t.Parallel()
	for _, a := range headActions {
		m := simulate()
		m.script = []liveness.Action{a, liveness.Words}
		m.act = func(p liveness.Prompt, shown, at time.Duration) look {
			l := obey(p, shown, at)
			if p.Action == a && (l.yaw != 0 || l.eyes < 1 || l.size > 1) {
				l.who = "eve"
			}
			return l
		}
		if s := m.run(t); s.End == liveness.Done {
			t.Errorf("%s by another person counted", a)
		}
	}
}

// TestProfileOfAnother has an accomplice turn further than faces can be
// compared, between rests of the first one's: a photograph held up and lowered.
func TestProfileOfAnother(t *testing.T) {
	t.Parallel()
	m := simulate()
	m.script = []liveness.Action{liveness.TurnLeft, liveness.Words}
	m.act = func(p liveness.Prompt, shown, at time.Duration) look {
		l := obey(p, shown, at)
		if l.yaw > 0 {
			l.who, l.yaw = "eve", 60
		}
		return l
	}
	if s := m.run(t); s.End != liveness.TooLate {
		t.Errorf("End = %q in step %d, want %q", s.End, len(s.Steps), liveness.TooLate)
	}
	// The words likewise: held up beside a face that nobody can compare.
	m = simulate()
	m.script = []liveness.Action{liveness.Words}
	m.act = func(p liveness.Prompt, shown, at time.Duration) look {
		l := obey(p, shown, at)
		l.gone = false
		if l.words > 0 && shown%(4*time.Second) < 3*time.Second {
			l.who, l.yaw = "eve", 60
		} else {
			l.words = -1
		}
		return l
	}
	if s := m.run(t); s.End == liveness.Done {
		t.Error("words beside a face that was not compared counted")
	}
}

// TestTurnsFar turns as far as a neck can: on its way a head is seen as far as
// it can be compared.
func TestTurnsFar(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		m := simulate()
		m.seed, m.interval = seed, 450*time.Millisecond
		m.script = []liveness.Action{liveness.TurnLeft, liveness.TurnRight}
		m.act = func(p liveness.Prompt, shown, at time.Duration) look {
			l := obey(p, shown, at)
			l.yaw *= 70.0 / 32
			return l
		}
		if s := m.run(t); s.End != liveness.Done {
			t.Errorf("seed %d: End = %q in step %d, want %q", seed, s.End, len(s.Steps), liveness.Done)
		}
	}
}

// TestClosedShutter has a camera give the same black picture until it is
// opened, as it did in the session before: no sign of an attack.
func TestClosedShutter(t *testing.T) {
	t.Parallel()
	m := simulate()
	const black = 12
	m.act = func(p liveness.Prompt, shown, at time.Duration) look {
		l := obey(p, shown, at)
		l.gone = l.gone || at < black*m.interval
		return l
	}
	m.alter = func(n int, f *liveness.Frame, _ *faces.Template) {
		if n < black && n != 7 {
			f.Digest = "black"
		}
	}
	if s := m.run(t); s.End != liveness.Done {
		t.Errorf("End = %q, want %q", s.End, liveness.Done)
	}
	// Later it loses the face, like any other picture without one.
	m = simulate()
	m.act = from(5*time.Second, func(l *look) { l.gone = true })
	m.alter = func(_ int, f *liveness.Frame, _ *faces.Template) {
		if f.Taken >= 5*time.Second {
			f.Digest = "black"
		}
	}
	if s := m.run(t); s.End != liveness.Cut || s.Ended > m.opened+12*time.Second {
		t.Errorf("End = %q after %v, want %q", s.End, s.Ended-m.opened, liveness.Cut)
	}
}

// TestBlindFilm plays films that know nothing of the script: every action of
// the head in an order of their own, over and over and never twice alike, and
// the words held up all the time. Few get through, and none without the words.
func TestBlindFilm(t *testing.T) {
	t.Parallel()
	const films = 120
	done := 0
	for seed := range uint64(films) {
		r := rand.New(rand.NewPCG(seed, 11))
		m := simulate()
		all := scripts()
		m.seed, m.script = seed, all[r.IntN(len(all))]
		order := []liveness.Action{liveness.TurnLeft, liveness.Blink, liveness.Closer, liveness.TurnRight}
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		words := 0.95
		if seed%2 > 0 {
			words = 0.4
		}
		m.act = func(_ liveness.Prompt, _, at time.Duration) look {
			l := busy(at, order)
			l.words = words
			return l
		}
		s := m.run(t)
		if s.End == liveness.Done {
			done++
			if seed%2 > 0 {
				t.Errorf("seed %d is done without the words", seed)
			}
		}
	}
	t.Logf("%d of %d films with the right words", done, films/2)
	if done > films/2/5 {
		t.Errorf("%d of %d films that know nothing are done, want at most one in five", done, films/2)
	}
}
