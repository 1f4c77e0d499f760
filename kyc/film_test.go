package kyc_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
)

// A look is what a camera sees at one moment. As JSON it stands for the
// picture's bytes, which the engines of these tests read.
type look struct {
	Who     string   `json:"who"` // empty: nobody
	Yaw     float64  `json:"yaw"`
	Eyes    float64  `json:"eyes"` // 1 is open, less than 0 is not measured
	Size    float64  `json:"size"` // 1 is the usual distance
	Words   []string `json:"words,omitempty"`
	Several bool     `json:"several,omitempty"`
	Blurred bool     `json:"blurred,omitempty"`
	Moment  int      `json:"moment"`
}

const filmed = "film "

func (l look) picture(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(l)
	must(t, err)
	return filmed + string(b)
}

// seen returns the look that a photograph stands for, if it is of a film.
func seen(photo []byte) (l look, ok bool) {
	text, ok := strings.CutPrefix(string(photo), filmed)
	return l, ok && json.Unmarshal([]byte(text), &l) == nil
}

// examine measures a look as an engine would, with an engine's noise.
func (l look) examine(people map[string]faces.Embedding, bonaFide float64) faces.Examination {
	x := faces.Examination{Width: 640, Height: 480, BonaFide: bonaFide, Attack: faces.AttackSigns{Moire: 0.1, Reflectance: 0.2}}
	r := rand.New(rand.NewPCG(uint64(l.Moment), 1))
	x.Signature = make(faces.Signature, faces.SignatureSide*faces.SignatureSide)
	for i := range x.Signature {
		x.Signature[i] = uint16(12000 + 2000*math.Sin(float64(i)+l.Yaw/10) + 500*r.Float64())
	}
	if l.Who == "" {
		return x
	}
	noise := func(by float64) float64 { return by * r.NormFloat64() }
	w := 150*l.Size + noise(1)
	cx, cy := 320+noise(1), 220+noise(1)
	face := faces.Face{Box: faces.Box{X: cx - w/2, Y: cy - 0.65*w, W: w, H: 1.3 * w}, Score: 0.9}
	turn := math.Sin(l.Yaw * math.Pi / 180)
	for i, p := range [5][3]float64{{-.23, -.12, 0}, {.23, -.12, 0}, {0, .08, .14}, {-.18, .28, 0}, {.18, .28, 0}} {
		face.Landmarks[i] = faces.Point{X: cx + w*(p[0]*math.Sqrt(1-turn*turn)+p[2]*2*turn) + noise(0.5), Y: cy + 1.3*w*p[1] + noise(0.5)}
	}
	x.Faces = []faces.Face{face}
	if l.Several {
		x.Faces = append(x.Faces, face)
	}
	x.Template = faces.Template{"model": people[l.Who]}
	x.Quality = faces.Quality{
		InterEye: face.InterEye(), Sharpness: 300, Brightness: 120, Contrast: 50,
		Yaw: l.Yaw + noise(1), Eyes: min(1, 0.9*l.Eyes+noise(0.01)), Mouth: 0.1, Occlusion: -1,
	}
	if l.Blurred {
		x.Quality.Sharpness = 1
	}
	if l.Eyes < 0 {
		x.Quality.Eyes = -1
	}
	return x
}

// A camera is a browser that films: frames taken by its own clock, sent one
// batch after the other.
type camera struct {
	*bench
	id      string
	session kyc.LiveSession
	who     string
	batch   int
	taken   time.Duration
	// shown is when the page began to show the prompt.
	prompt liveness.Prompt
	shown  time.Duration
	// alter changes what the camera sees.
	alter func(l *look)
}

const frameEvery = 300 * time.Millisecond

// moments gives every picture of the tests a noise of its own.
func (b *bench) moment() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.moments++
	return b.moments
}

// film opens a session for an enrollment.
func (b *bench) film(t *testing.T, id, who string) *camera {
	t.Helper()
	s, err := b.flow.OpenLive(t.Context(), id)
	must(t, err)
	b.advance(20 * time.Second) // the words are written
	return &camera{bench: b, id: id, session: s, who: who}
}

// shoot takes n frames, after which it is later.
func (c *camera) shoot(t *testing.T, n int) kyc.LiveBatch {
	t.Helper()
	b := kyc.LiveBatch{Nonce: c.session.Nonce, Number: c.batch}
	for range n {
		c.advance(frameEvery)
		c.taken += frameEvery
		l := perform(c.prompt.Action, (c.taken - c.shown).Seconds(), c.session.Words)
		l.Who, l.Moment = c.who, c.moment()
		if c.alter != nil {
			c.alter(&l)
		}
		b.Taken, b.Frames = append(b.Taken, c.taken), append(b.Frames, upload(l.picture(t)))
	}
	return b
}

// send posts a batch and reads the answer.
func (c *camera) send(t *testing.T, b kyc.LiveBatch) (kyc.LiveView, error) {
	t.Helper()
	v, err := c.flow.WatchLive(t.Context(), c.id, b)
	if err == nil {
		if v.Action != c.prompt.Action {
			c.shown = c.taken
		}
		c.prompt, c.batch = v.Prompt, v.Batch
	}
	return v, err
}

// run films until the session ends.
func (c *camera) run(t *testing.T) liveness.End {
	t.Helper()
	for range 300 {
		v, err := c.send(t, c.shoot(t, 3))
		must(t, err)
		if v.End != "" {
			return v.End
		}
	}
	t.Fatal("the session does not end")
	return ""
}

// perform is what a person does who is asked for an action, a moment after the
// page says so and again if it was not enough.
func perform(a liveness.Action, seconds float64, words []string) look {
	l := look{Eyes: 1, Size: 1}
	seconds = math.Mod(seconds, 4)
	there := seconds > 0.8 && seconds < 2
	switch {
	case a == liveness.Words && seconds > 0.8:
		l.Words = words
	case !there:
	case a == liveness.TurnLeft:
		l.Yaw = 30
	case a == liveness.TurnRight:
		l.Yaw = -30
	case a == liveness.Blink:
		l.Eyes = 0.4
	case a == liveness.Closer:
		l.Size = 1.45
	}
	return l
}

// live returns the present session as it is stored.
func (b *bench) live(t *testing.T, id string) kyc.LiveSession {
	t.Helper()
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	return e.Data.Live
}

// check returns a check of an enrollment.
func (b *bench) check(t *testing.T, id string, name kyc.CheckName) kyc.Check {
	t.Helper()
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	for _, c := range e.Data.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no check %s", name)
	return kyc.Check{}
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}
