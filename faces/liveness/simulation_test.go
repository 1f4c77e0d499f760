package liveness_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
)

// A look is what a camera sees at one moment.
type look struct {
	who     string // whose face
	yaw     float64
	eyes    float64 // 1 is open
	size    float64 // 1 is the usual distance
	x, y    float64 // of the middle of the face, in face widths from the usual
	words   float64
	gone    bool // no face
	several bool
	dark    bool
	stuffed bool // does not sway as everything living does
}

var ahead = look{who: "ada", eyes: 1, size: 1, words: -1}

// A simulation is a browser, a network and a server: frames are taken by the
// browser's clock, travel in batches, and are judged when they arrive.
type simulation struct {
	script   []liveness.Action
	rules    liveness.Rules
	seed     uint64
	interval time.Duration // between frames
	jitter   time.Duration // of the interval, either way
	batch    int
	latency  time.Duration // of a batch, and of the answer
	spread   time.Duration // of the latency
	opened   time.Duration // before filming began
	// act says what the camera sees at the browser's time at, when the page has
	// shown the prompt for the time shown.
	act func(p liveness.Prompt, shown, at time.Duration) look
	// alter changes the n-th frame after it was measured.
	alter func(n int, f *liveness.Frame, t *faces.Template)
	// restart keeps the session as JSON between batches.
	restart bool
}

func simulate() *simulation {
	return &simulation{
		script: []liveness.Action{liveness.TurnLeft, liveness.Words, liveness.Blink, liveness.Closer},
		rules: liveness.Rules{
			Matcher: faces.Matcher{{Name: "model", Thresholds: faces.Thresholds{Same: 0.363, Refer: 0.25}}}, Words: 0.8,
		},
		seed: 1, interval: 300 * time.Millisecond, batch: 3, latency: 150 * time.Millisecond, opened: 20 * time.Second, act: obey,
	}
}

// run films until the session ends.
func (m *simulation) run(t *testing.T) liveness.Session {
	t.Helper()
	r := rand.New(rand.NewPCG(m.seed, 7))
	s := liveness.New(m.script)
	type taken struct {
		look look
		at   time.Duration
	}
	type answer struct {
		prompt liveness.Prompt
		at     time.Duration
	}
	var prompt liveness.Prompt
	var shownAt, sentAt time.Duration
	var batch []taken
	var answers []answer
	n := 0
	for at := time.Duration(0); s.End == ""; at += m.interval + spread(r, m.jitter) {
		for len(answers) > 0 && at >= answers[0].at {
			if prompt.Action != answers[0].prompt.Action {
				shownAt = answers[0].at
			}
			prompt, answers = answers[0].prompt, answers[1:]
		}
		l := m.act(prompt, at-shownAt, at)
		if !l.stuffed {
			l = l.sway(at)
		}
		batch = append(batch, taken{l, at})
		if len(batch) < m.batch {
			continue
		}
		// One request after the other, as the page sends them.
		sentAt = max(at, sentAt) + max(0, m.latency+spread(r, m.spread))
		for _, b := range batch {
			f, template := picture(r, b.look)
			f.Taken, f.Arrived, f.Digest = b.at, m.opened+sentAt, fmt.Sprint("digest ", n)
			if m.alter != nil {
				m.alter(n, &f, &template)
			}
			s.Observe(f, template, m.rules)
			n++
		}
		batch = batch[:0]
		answers = append(answers, answer{s.Prompt(m.opened + sentAt), sentAt + m.latency})
		if m.restart {
			s = throughJSON(t, s)
		}
		if n > 3000 {
			t.Fatal("the session does not end")
		}
	}
	return s
}

func spread(r *rand.Rand, d time.Duration) time.Duration {
	return time.Duration((2*r.Float64() - 1) * float64(d))
}

func throughJSON(t *testing.T, s liveness.Session) liveness.Session {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out liveness.Session
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// obey is a person who does what the page says, half a second after it says so,
// and again if that was not enough.
func obey(p liveness.Prompt, shown, _ time.Duration) look {
	return perform(p.Action, shown.Seconds())
}

// perform is an action, begun at zero seconds and repeated every four.
func perform(a liveness.Action, seconds float64) look {
	l := ahead
	seconds = math.Mod(seconds, 4)
	switch there := ramp(seconds, 0.5, 0.9) - ramp(seconds, 1.6, 2.1); a {
	case liveness.TurnLeft:
		l.yaw = 32 * there
	case liveness.TurnRight:
		l.yaw = -32 * there
	case liveness.Blink:
		l.eyes = 1 - (ramp(seconds, 0.6, 0.7) - ramp(seconds, 1.2, 1.3))
	case liveness.Closer:
		l.size = 1 + 0.45*there
	case liveness.Words:
		l.gone = seconds > 0.7 && seconds < 1.6 // bends down for the sheet
		if seconds >= 1.6 {
			l.words = 0.95
		}
	}
	return l
}

// sway moves the head by some millimetres, at rates without a common period.
func (l look) sway(at time.Duration) look {
	t := at.Seconds()
	l.x += 0.012*math.Sin(0.9*t) + 0.008*math.Sin(4.3*t+1)
	l.y += 0.010*math.Sin(1.1*t+2) + 0.006*math.Sin(3.7*t)
	return l
}

// ramp rises from 0 to 1 between two moments.
func ramp(at, from, to float64) float64 { return math.Max(0, math.Min(1, (at-from)/(to-from))) }

// picture measures a look as an engine would, with an engine's noise.
func picture(r *rand.Rand, l look) (liveness.Frame, faces.Template) {
	x := faces.Examination{Width: 640, Height: 480, BonaFide: 0.98, Signature: signature(r, l), Quality: faces.Quality{Eyes: -1, Mouth: -1}}
	if l.gone {
		return liveness.NewFrame(x, "", 0, 0), nil
	}
	noise := func(by float64) float64 { return by * r.NormFloat64() }
	w := 150*l.size + noise(1)
	h := 1.3 * w
	cx, cy := 320+150*l.x+noise(1), 220+150*l.y+noise(1)
	face := faces.Face{Box: faces.Box{X: cx - w/2, Y: cy - h/2, W: w, H: h}, Score: 0.9}
	turn := math.Sin(l.yaw * math.Pi / 180)
	for i, p := range [5][3]float64{{-.23, -.12, 0}, {.23, -.12, 0}, {0, .08, .14}, {-.18, .28, 0}, {.18, .28, 0}} {
		face.Landmarks[i] = faces.Point{X: cx + w*(p[0]*math.Sqrt(1-turn*turn)+p[2]*2*turn) + noise(0.5), Y: cy + h*p[1] + noise(0.5)}
	}
	x.Faces = []faces.Face{face}
	if l.several {
		x.Faces = append(x.Faces, face)
	}
	x.Quality = faces.Quality{
		InterEye: face.InterEye(), Sharpness: 300, Brightness: 120, Contrast: 50, Yaw: l.yaw + noise(2), Pitch: noise(2), Eyes: max(0, 0.03+0.9*l.eyes+noise(0.03)), Mouth: 0.1,
	}
	if l.dark {
		x.Quality.Brightness = 20
	}
	if l.words >= 0 {
		f := liveness.NewFrame(x, "", 0, 0)
		f.Words = l.words
		return f, template(r, l)
	}
	return liveness.NewFrame(x, "", 0, 0), template(r, l)
}

// template is near the person's own direction, that of a turned head or closed
// eyes less so.
func template(r *rand.Rand, l look) faces.Template {
	own := rand.New(rand.NewPCG(uint64(len(l.who))+uint64(l.who[0]), 3))
	away := 0.5 + math.Abs(l.yaw)/30 + 0.5*(1-l.eyes)
	e := make(faces.Embedding, 128)
	for i := range e {
		e[i] = float32(own.NormFloat64() + away*r.NormFloat64())
	}
	return faces.Template{"model": faces.Mean([]faces.Embedding{e})}
}

// signature is a room with a head in it.
func signature(r *rand.Rand, l look) faces.Signature {
	s := make(faces.Signature, faces.SignatureSide*faces.SignatureSide)
	for i := range s {
		x, y := float64(i%faces.SignatureSide)/faces.SignatureSide-0.5, float64(i/faces.SignatureSide)/faces.SignatureSide-0.45
		room := 90 + 30*math.Sin(9*x) + 20*math.Cos(7*y)
		head := 0.0
		if !l.gone {
			d := math.Hypot(x-0.2*l.x-0.001*l.yaw, y-0.3*l.y) / (0.17 * l.size)
			head = 80 * math.Exp(-d*d) * (1 + 0.01*l.yaw*x)
		}
		s[i] = uint16(100 * math.Max(0, math.Min(255, room+head+0.1*r.NormFloat64())))
	}
	return s
}
