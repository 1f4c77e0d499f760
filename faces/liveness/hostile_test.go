package liveness_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
)

// FuzzObserve gives a session frames of any numbers. It must not panic, must
// stay bounded and storable, and must not be done.
func FuzzObserve(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("0123456789abcdef0123456789abcdef"))
	hostile := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -1, 0}
	var seed []byte
	for i := range 60 {
		seed = binary.LittleEndian.AppendUint64(seed, math.Float64bits(hostile[i%len(hostile)]))
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() uint64 {
			var b [8]byte
			n := copy(b[:], data)
			data = data[n:]
			return binary.LittleEndian.Uint64(b[:])
		}
		number := func() float64 {
			if v := next(); v%3 > 0 {
				return float64(v % 400)
			} else {
				return math.Float64frombits(v)
			}
		}
		s := liveness.New([]liveness.Action{liveness.TurnLeft, liveness.Words})
		rules := simulate().rules
		rules.Words = 0.8
		for at := time.Duration(1); len(data) > 0 && s.End == ""; at++ {
			frame := liveness.Frame{
				Taken: at * 300 * time.Millisecond, Arrived: at * 300 * time.Millisecond, Digest: string(data[:min(8, len(data))]),
				Face:    faces.Face{Box: faces.Box{X: number(), Y: number(), W: number(), H: number()}, Score: number()},
				Quality: faces.Quality{InterEye: number(), Yaw: number(), Eyes: number(), Sharpness: number()},
				Words:   number(), BonaFide: number(), Width: int(int32(next())), Height: int(int32(next())),
			}
			if v := next(); v%7 == 0 {
				frame.Taken, frame.Arrived = time.Duration(next()), time.Duration(next())
			}
			s.Observe(frame, faces.Template{"model": {float32(number()), float32(number())}}, rules)
			s.Tick(time.Duration(next() >> 20))
			s.Prompt(time.Duration(next()))
		}
		if s.End == liveness.Done {
			t.Errorf("done by %d frames of noise", len(s.Frames))
		}
		if _, err := json.Marshal(s); err != nil {
			t.Errorf("the session cannot be kept: %v", err)
		}
	})
}

// TestBadNumbers puts each number that no picture gives into each measure of
// every frame from the tenth on, also into measures that are yet to come.
func TestBadNumbers(t *testing.T) {
	t.Parallel()
	type setter func(f *liveness.Frame, v float64)
	sets := map[string]setter{
		"box":       func(f *liveness.Frame, v float64) { f.Face.Box.X = v },
		"width":     func(f *liveness.Frame, v float64) { f.Face.Box.W = v },
		"landmark":  func(f *liveness.Frame, v float64) { f.Face.Landmarks[2].X = v },
		"words":     func(f *liveness.Frame, v float64) { f.Words = v },
		"bona fide": func(f *liveness.Frame, v float64) { f.BonaFide = v },
	}
	for i := range reflect.TypeFor[faces.Quality]().NumField() {
		sets["quality "+reflect.TypeFor[faces.Quality]().Field(i).Name] = func(f *liveness.Frame, v float64) {
			reflect.ValueOf(&f.Quality).Elem().Field(i).SetFloat(v)
		}
	}
	for i := range reflect.TypeFor[faces.AttackSigns]().NumField() {
		sets["attack "+reflect.TypeFor[faces.AttackSigns]().Field(i).Name] = func(f *liveness.Frame, v float64) {
			reflect.ValueOf(&f.Attack).Elem().Field(i).SetFloat(v)
		}
	}
	for name, set := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, v := range []float64{math.NaN(), math.Inf(-1), 1e300} {
				m := simulate()
				m.restart = true // JSON knows no such numbers
				m.alter = func(n int, f *liveness.Frame, _ *faces.Template) {
					if n >= 10 {
						set(f, v)
					}
				}
				if s := m.run(t); s.End == liveness.Done || s.End.Suspect() {
					t.Errorf("%v: End = %q, want neither success nor accusation", v, s.End)
				}
			}
		})
	}
}

// TestNothingByDefault has the right person meet rules, scripts and engines
// that lack something: what cannot be told must not pass.
func TestNothingByDefault(t *testing.T) {
	t.Parallel()
	tests := map[string]func(m *simulation){
		"no model":                   func(m *simulation) { m.rules.Matcher = nil },
		"model without thresholds":   func(m *simulation) { m.rules.Matcher = faces.Matcher{{Name: "model"}} },
		"a second model, no vectors": func(m *simulation) { m.rules.Matcher = append(m.rules.Matcher, faces.Model{Name: "other"}) },
		"no templates": func(m *simulation) {
			m.alter = func(_ int, _ *liveness.Frame, t *faces.Template) { *t = nil }
		},
		"templates of not-a-number": func(m *simulation) {
			m.alter = func(_ int, _ *liveness.Frame, t *faces.Template) {
				*t = faces.Template{"model": {float32(math.NaN()), 1}}
			}
		},
		"no threshold for words": func(m *simulation) { m.rules.Words = 0 },
		"empty script":           func(m *simulation) { m.script = nil },
	}
	for name, set := range tests {
		m := simulate()
		set(m)
		if name == "no threshold for words" {
			act := m.act
			m.act = func(p liveness.Prompt, shown, at time.Duration) look {
				l := act(p, shown, at)
				l.words = -1
				return l
			}
		}
		if s := m.run(t); s.End == liveness.Done || s.End.Suspect() {
			t.Errorf("%s: End = %q, want neither success nor accusation", name, s.End)
		}
	}
}

// TestBounded films as fast and as long as anybody may and looks at what is
// kept.
func TestBounded(t *testing.T) {
	t.Parallel()
	m := simulate()
	m.interval, m.batch, m.latency = 70*time.Millisecond, 6, 10*time.Millisecond
	m.script = []liveness.Action{liveness.Words, liveness.TurnLeft, liveness.Closer, liveness.Blink}
	m.act = func(p liveness.Prompt, shown, _ time.Duration) look {
		if p.Action == liveness.Words && shown < 35*time.Second || shown < 8*time.Second {
			return ahead
		}
		return perform(p.Action, shown.Seconds()-8)
	}
	s := m.run(t)
	if s.End != liveness.Done {
		t.Fatalf("End = %q in step %d, want %q", s.End, len(s.Steps), liveness.Done)
	}
	checkProofs(t, s)
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Frames) > 240 || len(b) > 600_000 || s.Watch.Seen < 400 {
		t.Errorf("%d of %d frames in %d bytes are kept, want at most 240 in 600000", len(s.Frames), s.Watch.Seen, len(b))
	}
}
