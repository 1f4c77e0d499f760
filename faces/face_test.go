package faces

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// frontal is a face seen from the front, upright, eyes 40 pixels apart.
var frontal = Face{
	Box:       Box{X: 10, Y: 10, W: 100, H: 130},
	Score:     0.9,
	Landmarks: [5]Point{{40, 60}, {80, 60}, {60, 80}, {45, 105}, {75, 105}},
}

// turned moves the nose along the line of the eyes.
func turned(f Face, by float64) Face {
	f.Landmarks[Nose].X += by
	return f
}

func TestPose(t *testing.T) {
	t.Parallel()
	tilted := frontal
	tilted.Landmarks[LeftEye] = Point{X: 40 + 40*math.Cos(math.Pi/6), Y: 60 + 40*math.Sin(math.Pi/6)}
	tests := []struct {
		name      string
		face      Face
		interEye  float64
		roll, yaw float64
		anyYaw    bool
	}{
		{name: "frontal", face: frontal, interEye: 40},
		{name: "to the person's left", face: turned(frontal, 12), interEye: 40, yaw: 30},
		{name: "to the person's right", face: turned(frontal, -12), interEye: 40, yaw: -30},
		{name: "profile", face: turned(frontal, 60), interEye: 40, yaw: 90},
		{name: "tilted", face: tilted, interEye: 40, roll: 30, anyYaw: true},
		{name: "one point", face: Face{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.face.InterEye(); math.Abs(got-tt.interEye) > 0.01 {
				t.Errorf("InterEye() = %v, want %v", got, tt.interEye)
			}
			if got := tt.face.Roll(); math.Abs(got-tt.roll) > 0.01 {
				t.Errorf("Roll() = %v, want %v", got, tt.roll)
			}
			if got := tt.face.Yaw(); !tt.anyYaw && math.Abs(got-tt.yaw) > 0.01 {
				t.Errorf("Yaw() = %v, want %v", got, tt.yaw)
			}
		})
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		a, b Box
		want float64
	}{
		{name: "itself", a: Box{0, 0, 10, 10}, b: Box{0, 0, 10, 10}, want: 1},
		{name: "half", a: Box{0, 0, 10, 10}, b: Box{0, 5, 10, 10}, want: 1.0 / 3},
		{name: "touching", a: Box{0, 0, 10, 10}, b: Box{10, 0, 10, 10}},
		{name: "apart", a: Box{0, 0, 10, 10}, b: Box{50, 50, 10, 10}},
		{name: "empty"},
	}
	for _, tt := range tests {
		if got := tt.a.Overlap(tt.b); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: Overlap() = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	nan := float32(math.NaN())
	tests := []struct {
		name string
		a, b Embedding
		want float64
	}{
		{name: "same", a: Embedding{1, 0}, b: Embedding{1, 0}, want: 1},
		{name: "length does not count", a: Embedding{3, 4}, b: Embedding{6, 8}, want: 1},
		{name: "right angle", a: Embedding{1, 0}, b: Embedding{0, 1}, want: 0},
		{name: "opposite", a: Embedding{1, 0}, b: Embedding{-1, 0}, want: -1},
		{name: "none", want: -1},
		{name: "of different models", a: Embedding{1, 0}, b: Embedding{1, 0, 0}, want: -1},
		{name: "zero", a: Embedding{0, 0}, b: Embedding{1, 0}, want: -1},
		{name: "not a number", a: Embedding{nan, 0}, b: Embedding{1, 0}, want: -1},
	}
	for _, tt := range tests {
		if got := tt.a.Score(tt.b); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("%s: Score() = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestEmbeddingRedacts: an embedding is biometric data.
func TestEmbeddingRedacts(t *testing.T) {
	t.Parallel()
	e := Embedding{0.12345, 0.98765}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "e", e)
	for _, text := range []string{fmt.Sprint(e), fmt.Sprintf("%v %+v %#v %s", e, e, e, e), log.String()} {
		if strings.Contains(text, "12345") || strings.Contains(text, "98765") {
			t.Errorf("an embedding prints itself: %s", text)
		}
	}
	b, err := json.Marshal(Examination{Template: Template{"model": e}})
	if err != nil || !strings.Contains(string(b), "0.12345") {
		t.Errorf("Marshal() = %s, %v, want the vector", b, err)
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	measured := Thresholds{Same: 0.363, Refer: 0.25}
	tests := []struct {
		name  string
		t     Thresholds
		score float64
		want  Decision
	}{
		{name: "above", t: measured, score: 0.5, want: Same},
		{name: "at same", t: measured, score: 0.363, want: Same},
		{name: "just below", t: measured, score: 0.3629, want: Refer},
		{name: "at refer", t: measured, score: 0.25, want: Refer},
		{name: "below", t: measured, score: 0.2499, want: Different},
		{name: "incomparable", t: measured, score: -1, want: Different},
		{name: "not a number", t: measured, score: math.NaN(), want: Refer},
		{name: "zero thresholds accept nobody", score: 1, want: Refer},
		{name: "thresholds the wrong way round", t: Thresholds{Same: 0.2, Refer: 0.3}, score: 0.9, want: Refer},
	}
	for _, tt := range tests {
		if got := tt.t.Decide(tt.score); got != tt.want {
			t.Errorf("%s: Decide(%v) = %s, want %s", tt.name, tt.score, got, tt.want)
		}
	}
}

func TestSole(t *testing.T) {
	t.Parallel()
	small, big := frontal, frontal
	small.Box.W = 30
	tests := []struct {
		name  string
		faces []Face
		code  string
	}{
		{name: "one", faces: []Face{big}},
		{name: "someone in the background", faces: []Face{big, small}},
		{name: "two", faces: []Face{big, big}, code: SeveralFaces},
		{name: "none", code: NoFace},
	}
	for _, tt := range tests {
		_, err := Examination{Faces: tt.faces}.Sole()
		if (tt.code == "") != (err == nil) || (err != nil && !errors.Is(err, &Error{Code: tt.code})) {
			t.Errorf("%s: Sole() error = %v, want code %q", tt.name, err, tt.code)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	good := Quality{InterEye: 90, Sharpness: 200, Brightness: 120, Contrast: 50}
	with := func(change func(*Quality)) Quality {
		q := good
		change(&q)
		return q
	}
	tests := []struct {
		name string
		q    Quality
		want []string
	}{
		{name: "good", q: good},
		{name: "far away", q: with(func(q *Quality) { q.InterEye = 20 }), want: []string{FaultTooSmall}},
		{name: "blurred", q: with(func(q *Quality) { q.Sharpness = 10 }), want: []string{FaultBlurred}},
		{name: "dark", q: with(func(q *Quality) { q.Brightness = 20 }), want: []string{FaultTooDark}},
		{name: "bright", q: with(func(q *Quality) { q.Brightness = 240 }), want: []string{FaultTooBright}},
		{name: "fog", q: with(func(q *Quality) { q.Contrast = 5 }), want: []string{FaultLowContrast}},
		{name: "tilted", q: with(func(q *Quality) { q.Roll = -40 }), want: []string{FaultTilted}},
		{name: "turned", q: with(func(q *Quality) { q.Yaw = 50 }), want: []string{FaultTurned}},
		{name: "nothing known", want: []string{FaultTooSmall, FaultTooDark, FaultLowContrast, FaultBlurred}},
	}
	for _, tt := range tests {
		if got := tt.q.Faults(); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: Faults() = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	trials := []Trial{{0.9, true}, {0.8, true}, {0.7, true}, {0.3, true}, {0.6, false}, {0.2, false}, {0.1, false}, {-1, false}}
	one := Counts{Matched: 1, NonMated: 4, Missed: 1, Mated: 4}
	tests := []struct {
		name string
		got  Rates
		want Rates
	}{
		{name: "at 0.5", got: RatesAt(trials, 0.5), want: Rates{Threshold: 0.5, FMR: 0.25, FNMR: 0.25, Accuracy: 0.75, Counts: one}},
		{name: "at a score", got: RatesAt(trials, 0.6), want: Rates{Threshold: 0.6, FMR: 0.25, FNMR: 0.25, Accuracy: 0.75, Counts: one}},
		{name: "above all", got: RatesAt(trials, 2), want: Rates{Threshold: 2, FNMR: 1, Accuracy: 0.5, Counts: Counts{NonMated: 4, Missed: 4, Mated: 4}}},
		{name: "of nothing", got: RatesAt(nil, 0.5), want: Rates{Threshold: 0.5, Accuracy: 1}},
		{name: "equal error", got: EqualErrorRate(trials), want: Rates{Threshold: 0.6, FMR: 0.25, FNMR: 0.25, Accuracy: 0.75, Counts: one}},
	}
	for _, tt := range tests {
		if !cmp.Equal(tt.got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.name, tt.got, tt.want)
		}
	}
}

// TestCurve counts the same by passing each score once as RatesAt does anew.
func TestCurve(t *testing.T) {
	t.Parallel()
	trials := []Trial{{0.4, true}, {0.9, true}, {0.4, false}, {0.1, false}, {0.4, true}, {0.7, false}}
	curve := Curve(trials)
	if len(curve) != 4 {
		t.Fatalf("Curve() has %d points, want one a score", len(curve))
	}
	for _, got := range curve {
		if want := RatesAt(trials, got.Threshold); !cmp.Equal(got, want) {
			t.Errorf("Curve() = %+v, want %+v", got, want)
		}
	}
}

func TestCrossValidated(t *testing.T) {
	t.Parallel()
	var trials []Trial
	for i := range 20 {
		trials = append(trials, Trial{Score: 0.6 + float64(i)/100, Mated: true}, Trial{Score: 0.1 + float64(i)/100})
	}
	mean, deviation, ok := CrossValidated(trials, 10)
	if !ok || mean != 1 || deviation != 0 {
		t.Errorf("CrossValidated(separable) = %v, %v, %v, want 1, 0", mean, deviation, ok)
	}
	// One stranger of the first fold scores above everyone: no threshold fitted
	// elsewhere foresees it.
	trials[1].Score = 0.95
	if mean, deviation, _ = CrossValidated(trials, 10); math.Abs(mean-0.975) > 1e-9 || deviation == 0 {
		t.Errorf("CrossValidated(one stranger) = %v, %v, want 0.975", mean, deviation)
	}
	if _, _, ok := CrossValidated(trials[:10], 10); ok {
		t.Error("CrossValidated(too few) ok = true")
	}
}
