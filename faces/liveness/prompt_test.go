package liveness_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
)

func TestNewScript(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{1})
	drawn := map[string]int{}
	const draws = 7200
	for range draws {
		script, err := liveness.NewScript(random)
		if err != nil {
			t.Fatal(err)
		}
		drawn[fmt.Sprint(script)]++
	}
	for _, script := range scripts() {
		// 100 expected; six deviations off is once in 10^9 scripts.
		if n := drawn[fmt.Sprint(script)]; n < 40 || n > 160 {
			t.Errorf("%v was drawn %d times of %d, want about 100", script, n, draws)
		}
	}
	if len(drawn) != 72 {
		t.Errorf("%d scripts, want 72", len(drawn))
	}
}

func TestNewScriptWithoutChance(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")
	if _, err := liveness.NewScript(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("NewScript() error = %v, want %v", err, broken)
	}
}

// begun is a session that has seen its first frames and asks for an action.
func begun(t *testing.T, a liveness.Action) (liveness.Session, time.Duration) {
	t.Helper()
	s := liveness.New([]liveness.Action{a, liveness.Words})
	r := rand.New(rand.NewPCG(1, 1))
	at := time.Duration(0)
	for len(s.Steps) == 0 {
		at += 300 * time.Millisecond
		see(r, &s, ahead.sway(at), at)
	}
	return s, at
}

func see(r *rand.Rand, s *liveness.Session, l look, at time.Duration) {
	f, template := picture(r, l)
	f.Taken, f.Arrived, f.Digest = at, at, fmt.Sprint(at)
	s.Observe(f, template, simulate().rules)
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	change := func(f func(l *look)) look { l := ahead; f(&l); return l }
	turned := change(func(l *look) { l.yaw = 30 })
	tests := []struct {
		name   string
		action liveness.Action // empty is before the first
		looks  []look
		want   faces.Advice
	}{
		{"nobody", "", []look{{gone: true, words: -1}}, faces.AdviceNoFace},
		{"two people", "", []look{change(func(l *look) { l.several = true })}, faces.AdviceOnePerson},
		{"dark", "", []look{change(func(l *look) { l.dark = true })}, faces.AdviceMoreLight},
		{"too far", "", []look{change(func(l *look) { l.size = 0.3 })}, faces.AdviceCloser},
		{"too near to come closer", "", []look{change(func(l *look) { l.size = 2.2 })}, faces.AdviceFarther},
		{"turned", "", []look{turned}, faces.AdviceStraight},
		{"good", "", []look{ahead}, ""},
		{"turned before the action", liveness.TurnLeft, []look{turned}, faces.AdviceStraight},
		{"begins to turn as asked", liveness.TurnLeft, []look{ahead, change(func(l *look) { l.yaw = 13 })}, ""},
		{"turns the other way", liveness.TurnRight, []look{ahead, turned}, faces.AdviceStraight},
		{"has yet to turn back", liveness.TurnLeft, []look{ahead, turned}, faces.AdviceStraight},
		{"turns instead of blinking", liveness.Blink, []look{ahead, turned}, faces.AdviceStraight},
		{"about to blink", liveness.Blink, []look{ahead}, ""},
		{"keeps the eyes closed", liveness.Blink, []look{ahead, change(func(l *look) { l.eyes = 0 })}, faces.AdviceEyes},
		{"stays near", liveness.Closer, []look{ahead, change(func(l *look) { l.size = 1.4 })}, faces.AdviceFarther},
		{"looks at the sheet", liveness.Words, []look{turned}, ""},
		{"hides behind the sheet", liveness.Words, []look{{gone: true, words: -1}}, faces.AdviceNoFace},
		{"somebody else comes", liveness.Words, []look{change(func(l *look) { l.several = true })}, faces.AdviceOnePerson},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s liveness.Session
			var at time.Duration
			if tt.action != "" {
				s, at = begun(t, tt.action)
			}
			r := rand.New(rand.NewPCG(2, 2))
			for _, l := range tt.looks {
				at += 600 * time.Millisecond
				see(r, &s, l, at)
			}
			p := s.Prompt(at)
			if s.End != "" || p.Action != tt.action || p.Advice != tt.want {
				t.Errorf("Prompt() = %+v after %q, want action %q with advice %q", p, s.End, tt.action, tt.want)
			}
		})
	}
}

// TestPrompt follows what the page is told through a whole session: never more
// than the present action.
func TestPrompt(t *testing.T) {
	t.Parallel()
	m := simulate()
	var told []liveness.Action
	m.act = func(p liveness.Prompt, shown, at time.Duration) look {
		if p.Action != "" && !slices.Contains(told, p.Action) {
			told = append(told, p.Action)
			if p.Step != len(told)-1 || p.Steps != 4 {
				t.Errorf("%s is told as step %d of %d, want %d of 4", p.Action, p.Step, p.Steps, len(told)-1)
			}
		}
		if p.Left < 0 || p.Left > p.Action.Window() {
			t.Errorf("%v left for %s, of %v", p.Left, p.Action, p.Action.Window())
		}
		return obey(p, shown, at)
	}
	s := m.run(t)
	if !slices.Equal(told, m.script) {
		t.Errorf("told %v, want %v", told, m.script)
	}
	p := s.Prompt(s.Ended)
	if want := (liveness.Prompt{Step: 4, Steps: 4, End: liveness.Done}); p != want {
		t.Errorf("Prompt() at the end = %+v, want %+v", p, want)
	}
}

func TestTick(t *testing.T) {
	t.Parallel()
	s, at := begun(t, liveness.TurnLeft)
	s.Tick(at + 15*time.Second)
	if s.End != "" {
		t.Errorf("End = %q within the window", s.End)
	}
	s.Tick(at + 15*time.Second + 1)
	if s.End != liveness.TooLate || s.Ended != at+15*time.Second+1 {
		t.Errorf("End = %q at %v, want %q when the window closes", s.End, s.Ended, liveness.TooLate)
	}
	s.Tick(time.Hour)
	if s.End != liveness.TooLate {
		t.Errorf("a later tick made it %q", s.End)
	}
	idle := liveness.New([]liveness.Action{liveness.Words})
	idle.Tick(3 * time.Minute)
	if idle.End != liveness.TimeIsUp {
		t.Errorf("End = %q after three minutes, want %q", idle.End, liveness.TimeIsUp)
	}
}

// TestWithoutLandmarks has an engine that cannot measure eyes: another action
// takes the place of the blink.
func TestWithoutLandmarks(t *testing.T) {
	t.Parallel()
	m := simulate()
	m.alter = func(_ int, f *liveness.Frame, _ *faces.Template) { f.Quality.Eyes, f.Quality.Pitch = -1, 0 }
	s := m.run(t)
	if s.End != liveness.Done || strings.Contains(fmt.Sprint(s.Script), string(liveness.Blink)) || !slices.Contains(s.Script, liveness.TurnRight) {
		t.Errorf("End = %q of %v, want %q with another action than %s", s.End, s.Script, liveness.Done, liveness.Blink)
	}
	checkProofs(t, s)
}

// TestTold: the time of an action begins when it is told, and not anew with
// every batch.
func TestTold(t *testing.T) {
	t.Parallel()
	s, at := begun(t, liveness.TurnLeft)
	s.Told(at - time.Second) // another server's clock
	if got := s.Steps[0].Began; got != at {
		t.Errorf("Began = %v, want %v", got, at)
	}
	s.Told(at + 4*time.Second)
	if got, want := s.Prompt(at+4*time.Second).Left, liveness.TurnLeft.Window(); got != want {
		t.Errorf("Left = %v, want %v", got, want)
	}
	began := s.Steps[0].Began
	see(rand.New(rand.NewPCG(1, 1)), &s, ahead.sway(at), at+time.Second)
	s.Told(at + 9*time.Second)
	if got := s.Steps[0].Began; got != began {
		t.Errorf("Began = %v after the next frame, want %v", got, began)
	}
	done := liveness.New(nil)
	done.Told(time.Second)
	if len(done.Steps) > 0 {
		t.Errorf("steps = %v, want none", done.Steps)
	}
}
