package liveness_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
)

// scripts returns all 72 scripts.
func scripts() [][]liveness.Action {
	var all [][]liveness.Action
	var extend func(script []liveness.Action)
	extend = func(script []liveness.Action) {
		if len(script) == 4 {
			if slices.Contains(script, liveness.Words) && slices.Contains(script, liveness.Blink) {
				all = append(all, slices.Clone(script))
			}
			return
		}
		for _, a := range liveness.Actions() {
			if !slices.Contains(script, a) {
				extend(append(script, a))
			}
		}
	}
	extend(nil)
	return all
}

func TestRightPerson(t *testing.T) {
	t.Parallel()
	all := scripts()
	if len(all) != 72 {
		t.Fatalf("%d scripts, want 72", len(all))
	}
	for i, script := range all {
		t.Run(fmt.Sprint(script), func(t *testing.T) {
			t.Parallel()
			m := simulate()
			m.script, m.seed = script, uint64(i)
			s := m.run(t)
			if s.End != liveness.Done {
				t.Fatalf("End = %q after %v in step %d of %v, want %q", s.End, s.Ended, len(s.Steps), script, liveness.Done)
			}
			checkProofs(t, s)
		})
	}
}

// checkProofs holds the evidence of a session that is done against what it is
// for.
func checkProofs(t *testing.T, s liveness.Session) {
	t.Helper()
	if len(s.Steps) != len(s.Script) {
		t.Errorf("%d steps, want %d", len(s.Steps), len(s.Script))
	}
	for i, step := range s.Steps {
		if step.Action != s.Script[i] || step.Ended <= step.Began || len(step.Proof) < 2 || !slices.IsSorted(step.Proof) {
			t.Errorf("step %d is %+v, want a proven %s", i, step, s.Script[i])
		}
		for _, place := range step.Proof {
			if f := s.Frames[place]; f.Arrived < step.Began || f.Arrived > step.Ended {
				t.Errorf("step %d is proven by a frame of %v, outside of its time", i, f.Arrived)
			}
		}
	}
	if n := len(s.Best); n < 3 || n > 8 {
		t.Errorf("%d templates for the comparison, want 3 to 8", n)
	}
}

// TestNetworks lets the right person have every kind of connection.
func TestNetworks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		set  func(m *simulation)
	}{
		{"fast", func(m *simulation) { m.latency, m.batch, m.interval = 10*time.Millisecond, 2, 250*time.Millisecond }},
		{"uneven", func(m *simulation) { m.jitter, m.spread = 90*time.Millisecond, 140*time.Millisecond }},
		{"thinned", func(m *simulation) { m.interval, m.jitter = 600*time.Millisecond, 50*time.Millisecond }},
		{"late", func(m *simulation) { m.latency, m.spread = 900*time.Millisecond, 600*time.Millisecond }},
		{"late and thinned", func(m *simulation) { m.latency, m.interval, m.batch = 1200*time.Millisecond, 500*time.Millisecond, 2 }},
		{"large batches", func(m *simulation) { m.batch = 6 }},
		{"first batch in vain", func(m *simulation) { // it is sent again after the page's patience
			m.alter = func(n int, f *liveness.Frame, _ *faces.Template) {
				if n < 3 {
					f.Arrived += 12 * time.Second
				}
			}
		}},
		{"camera at an angle", func(m *simulation) {
			m.act = func(p liveness.Prompt, shown, at time.Duration) look {
				l := obey(p, shown, at)
				l.yaw += 6
				return l
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			done := 0
			const trials = 20
			for seed := range uint64(trials) {
				m := simulate()
				m.seed = seed
				tt.set(m)
				s := m.run(t)
				if s.End.Suspect() {
					t.Errorf("seed %d: End = %q, an accusation", seed, s.End)
				}
				if s.End == liveness.Done {
					done++
				} else {
					t.Logf("seed %d: End = %q in step %d", seed, s.End, len(s.Steps))
				}
			}
			if done < trials {
				t.Errorf("done in %d of %d sessions", done, trials)
			}
		})
	}
}

// TestEnds has each misbehaviour end the session in its own way.
func TestEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		set  func(m *simulation)
		want liveness.End
	}{
		{"nobody comes", func(m *simulation) { m.act = always(look{gone: true, words: -1}) }, liveness.TimeIsUp},
		{"too dark", func(m *simulation) { m.act = from(0, func(l *look) { l.dark = true }) }, liveness.TimeIsUp},
		{"nothing is done", func(m *simulation) { m.act = always(ahead) }, liveness.TooLate},
		{"no words", func(m *simulation) { m.act = from(0, func(l *look) { l.words = min(l.words, 0.5) }) }, liveness.TooLate},
		{"words without a face", func(m *simulation) {
			m.act = func(p liveness.Prompt, shown, at time.Duration) look {
				l := obey(p, shown, at)
				l.gone = p.Action == liveness.Words
				return l
			}
		}, liveness.Cut},
		{"left and right confused for good", func(m *simulation) { m.act = from(0, func(l *look) { l.yaw = -l.yaw }) }, liveness.TooLate},
		{"two people", func(m *simulation) { m.act = from(8*time.Second, func(l *look) { l.several = true }) }, liveness.TwoFaces},
		{"two people from the beginning", func(m *simulation) { m.act = from(0, func(l *look) { l.several = true }) }, liveness.TwoFaces},
		{"face leaves", func(m *simulation) { m.act = from(5*time.Second, func(l *look) { l.gone = true }) }, liveness.Cut},
		{"face jumps", func(m *simulation) { m.act = from(5*time.Second, func(l *look) { l.x = 1.5 }) }, liveness.Cut},
		{"another face", func(m *simulation) { m.act = from(5*time.Second, func(l *look) { l.who = "eve" }) }, liveness.Changed},
		{"pause", func(m *simulation) { m.alter = late(20, 3*time.Second, 3*time.Second) }, liveness.Cut},
		{"film slower than life", func(m *simulation) {
			m.alter = func(n int, f *liveness.Frame, _ *faces.Template) {
				f.Arrived += time.Duration(n) * 400 * time.Millisecond
			}
		}, liveness.Cut},
		{"film faster than life", func(m *simulation) {
			m.alter = func(n int, f *liveness.Frame, _ *faces.Template) {
				f.Taken += time.Duration(n) * 600 * time.Millisecond
			}
		}, liveness.BadClock},
		{"taken after it arrived", func(m *simulation) { m.alter = late(10, 30*time.Second, 0) }, liveness.BadClock},
		{"time runs backwards", func(m *simulation) { m.alter = late(10, -2*time.Second, 0) }, liveness.BadClock},
		{"negative time", func(m *simulation) { m.alter = late(0, -time.Second, 0) }, liveness.BadClock},
		{"photograph held still", func(m *simulation) {
			still := ahead
			still.stuffed = true
			m.act = always(still)
		}, liveness.Still},
		{"same bytes all the time", func(m *simulation) {
			m.alter = func(_ int, f *liveness.Frame, _ *faces.Template) { f.Digest = "one" }
		}, liveness.Still},
		{"same bytes later", func(m *simulation) {
			m.alter = func(n int, f *liveness.Frame, _ *faces.Template) { f.Digest = fmt.Sprint(n % 25) }
		}, liveness.Replayed},
		{"bytes of an earlier session", func(m *simulation) {
			m.rules.Seen = func(digest string) bool { return digest == "digest 30" }
		}, liveness.Replayed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := simulate()
			tt.set(m)
			if s := m.run(t); s.End != tt.want {
				t.Errorf("End = %q after %v in step %d, want %q", s.End, s.Ended, len(s.Steps), tt.want)
			}
		})
	}
}

// always has the camera see one thing, whatever the page asks for.
func always(l look) func(liveness.Prompt, time.Duration, time.Duration) look {
	return func(liveness.Prompt, time.Duration, time.Duration) look { return l }
}

// from changes what the camera sees from a time of the browser's on.
func from(start time.Duration, change func(l *look)) func(liveness.Prompt, time.Duration, time.Duration) look {
	return func(p liveness.Prompt, shown, at time.Duration) look {
		l := obey(p, shown, at)
		if at >= start {
			change(&l)
		}
		return l
	}
}

// late moves the times of the n-th frame and all later ones.
func late(n int, taken, arrived time.Duration) func(int, *liveness.Frame, *faces.Template) {
	return func(i int, f *liveness.Frame, _ *faces.Template) {
		if i >= n {
			f.Taken, f.Arrived = f.Taken+taken, f.Arrived+arrived
		}
	}
}

// TestRestart keeps the session as JSON between batches: nothing that the judge
// needs may live in memory alone.
func TestRestart(t *testing.T) {
	t.Parallel()
	for i, script := range scripts() {
		if i%8 > 0 {
			continue
		}
		a, b := simulate(), simulate()
		a.script, b.script, b.restart = script, script, true
		if diff := cmp.Diff(throughJSON(t, a.run(t)), b.run(t)); diff != "" {
			t.Errorf("%v: without and with restarts (-want +got):\n%s", script, diff)
		}
	}
}
