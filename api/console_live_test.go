package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// track is a session of eight frames, a quarter of a second apart and half a
// second under way: a turn that is shown, frames without a face, and a blink
// that is not.
func track() liveness.Session {
	s := liveness.Session{
		Script: []liveness.Action{liveness.TurnLeft, liveness.Blink},
		Steps: []liveness.Step{
			{Action: liveness.TurnLeft, Began: 600 * time.Millisecond, Ended: 1600 * time.Millisecond, Proof: []int{1, 2, 9}, Misses: 1},
			{Action: liveness.Blink, Began: 1600 * time.Millisecond},
		},
		End: liveness.Changed, Ended: 2500 * time.Millisecond, Watch: liveness.Watch{Base: liveness.Pose{Eyes: 0.3}},
	}
	for i, yaw := range []float64{0, 2, 28, 5, 0, 0, 1, 0} {
		taken := time.Duration(i) * 250 * time.Millisecond
		f := liveness.Frame{
			Taken: taken, Arrived: taken + 500*time.Millisecond, Width: 640, Height: 480, Face: faces.Face{Box: faces.Box{W: 120, H: 120}},
			Quality: faces.Quality{Yaw: yaw, Eyes: 0.3}, BonaFide: 0.97, Attack: faces.AttackSigns{Moire: 0.1, Reflectance: -1}, Identity: 0.8, Words: -1,
		}
		switch i {
		case 2, 3:
			f.Photo = map[int]string{2: "turned", 3: "straight"}[i]
		case 5:
			f.Face = faces.Face{}
		case 6:
			f.Several, f.Identity = true, -1
		}
		s.Frames = append(s.Frames, f)
	}
	return s
}

func TestLiveView(t *testing.T) {
	t.Parallel()
	v := liveOf(kyc.LiveSession{Track: track(), Past: []liveness.End{liveness.Cut, liveness.Replayed}}, nil)
	if diff := cmp.Diff([]endRow{{liveness.Cut, false}, {liveness.Replayed, true}}, v.Past); diff != "" {
		t.Errorf("past (-want +got):\n%s", diff)
	}
	if v.End != (endRow{liveness.Changed, true}) {
		t.Errorf("end = %+v, want the suspect one", v.End)
	}
	want := []stepRow{
		{Number: 1, Action: liveness.TurnLeft, Asked: "0.6 s", Took: "1.0 s", Misses: 1, Proof: []frameRow{v.Frames[2]}},
		{Number: 2, Action: liveness.Blink, Asked: "1.6 s"},
	}
	if diff := cmp.Diff(want, v.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	frames := map[int]frameRow{
		2: {At: "1.0 s", Faces: "1", Yaw: "+28°", Eyes: "0.30", Size: "25 %", Identity: "0.80", BonaFide: "0.97", Moire: "0.10", Reflectance: "–", Words: "–", Photo: "turned"},
		5: {At: "1.8 s", Faces: "0", Yaw: "–", Eyes: "–", Size: "–", Identity: "–", BonaFide: "–", Moire: "–", Reflectance: "–", Words: "–"},
		6: {At: "2.0 s", Faces: "2+", Yaw: "+1°", Eyes: "0.30", Size: "25 %", Identity: "–", BonaFide: "0.97", Moire: "0.10", Reflectance: "–", Words: "–"},
	}
	for i, want := range frames {
		if diff := cmp.Diff(want, v.Frames[i]); diff != "" {
			t.Errorf("frame %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestChart: lines break where nothing was measured, windows lie where their
// actions were asked for, and nothing leaves the picture.
func TestChart(t *testing.T) {
	t.Parallel()
	c := liveOf(kyc.LiveSession{Track: track()}, []kyc.Check{{Name: kyc.CheckSelfieLive, Face: &faces.Comparison{Threshold: 0.36}}}).Chart
	lines := map[string]int{}
	for _, l := range c.Lanes {
		lines[l.Name] = len(l.Lines)
		if len(l.Kept) != 2 {
			t.Errorf("lane %s marks %d frames, want the 2 that were kept", l.Name, len(l.Kept))
		}
		if (l.Guide == "") != (l.Name == "size") {
			t.Errorf("lane %s has the guide %q", l.Name, l.Guide)
		}
	}
	if diff := cmp.Diff(map[string]int{"yaw": 2, "eyes": 2, "size": 2, "identity": 2}, lines); diff != "" {
		t.Errorf("lines by lane (-want +got):\n%s", diff)
	}
	if len(c.Marks) != 8 || len(c.Windows) != 2 {
		t.Fatalf("%d columns and %d windows, want 8 and 2", len(c.Marks), len(c.Windows))
	}
	// From 0.5 to 2.5 s over the 780 units from 110 to 890.
	if w := c.Windows[0]; w.X != "149.0" || w.Width != "390.0" || !w.Done {
		t.Errorf("first window = %+v, want from 0.6 to 1.6 s", w)
	}
	if w := c.Windows[1]; w.X != "539.0" || w.Width != "351.0" || w.Done {
		t.Errorf("second window = %+v, want from 1.6 s to the end and not done", w)
	}
	var wild liveness.Session
	for i := range 3 {
		wild.Frames = append(wild.Frames, liveness.Frame{
			Taken: time.Duration(i) * time.Minute, Face: faces.Face{Box: faces.Box{W: 9e9, H: 9e9}}, Width: 1, Height: 1,
			Quality: faces.Quality{Yaw: 1e9, Eyes: 1e9}, Identity: 1e9,
		})
	}
	for _, l := range liveOf(kyc.LiveSession{Track: wild}, nil).Chart.Lanes {
		if got := strings.Fields(l.Lines[0])[0]; got != "110.0,"+l.Y {
			t.Errorf("lane %s draws a wild value at %s, want at its upper edge %s", l.Name, got, l.Y)
		}
	}
}

func TestBestFrame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		live kyc.LiveSession
		want string
	}{
		{"the straightest that was kept", kyc.LiveSession{Track: track(), Frames: []string{"turned", "straight"}}, "straight"},
		{"without a track the first", kyc.LiveSession{Frames: []string{"live-1", "live-2"}}, "live-1"},
		{"none", kyc.LiveSession{}, ""},
	} {
		if got := bestFrame(tt.live); got != tt.want {
			t.Errorf("%s: bestFrame = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAgeAt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		birth, at string
		want      float64
	}{
		{"1974-08-12", "2026-08-11", 51},
		{"1974-08-12", "2026-08-12", 52},
		{"2004-02-29", "2026-02-28", 21},
		{"2004-02-29", "2026-03-01", 22},
		{"2027-01-01", "2026-01-01", -1},
		{"", "2026-01-01", -1},
	} {
		at, err := time.Parse(time.DateOnly, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := ageAt(tt.birth, at); got != tt.want {
			t.Errorf("ageAt(%q, %s) = %v, want %v", tt.birth, tt.at, got, tt.want)
		}
	}
}

// judged is a case with everything that a live session leaves.
func judged(d *fakeDesk) {
	d.data.Live.Track, d.data.Live.Past = track(), []liveness.End{liveness.Replayed}
	d.data.Live.Suspicious = []string{"suspect-1"}
	d.data.Live.Frames, d.data.Live.Read = []string{"turned", "straight"}, []string{"RIVER"}
	d.data.Checks = []kyc.Check{
		{Name: kyc.CheckDocumentSelf, Outcome: kyc.Referred, Reasons: []kyc.Reason{kyc.ReasonNoPortrait}},
		{Name: kyc.CheckSelfieLive, Outcome: kyc.Passed, Face: &faces.Comparison{
			Model: "first.onnx", Score: 0.712, Threshold: 0.363, Decision: faces.Refer,
			Others: []faces.Comparison{{Model: "second.onnx", Score: 0.2, Threshold: 0.5, Decision: faces.Different}},
		}},
		{Name: kyc.CheckPresentation, Outcome: kyc.Referred, Score: 0.913, Threshold: 0.9, Presentation: &kyc.Presentation{
			Frames: 7, BonaFide: 0.913, Attack: faces.AttackSigns{Moire: 0.21, Reflectance: -1},
		}},
		{Name: kyc.CheckDuplicate, Outcome: kyc.Referred, Reasons: []kyc.Reason{kyc.ReasonDuplicate}, Matches: []kyc.Match{
			{EnrollmentID: "en2", Score: 0.61, Threshold: 0.52, State: kyc.Issued}, {EnrollmentID: "en3", Score: 0.55, Threshold: 0.52, State: kyc.Withdrawn},
		}},
	}
}

func TestCaseShowsTheLiveSession(t *testing.T) {
	t.Parallel()
	d := newDesk()
	judged(d)
	for _, locale := range []struct {
		name string
		want []string
	}{
		{"en", []string{"Another person’s face on the same track", "A frame came a second time", "Turn the head left", "not shown", "further model", "Another person", "Withdrawn", "shown only"}},
		{"fr", []string{"Le visage d’une autre personne", "Une image est venue deux fois", "Tourner la tête à gauche", "non montrée", "autre modèle", "Autre personne", "Retirée", "pour information"}},
	} {
		b := staffBrowser(t, d, "desk")
		d.links["desk"] = StaffMember{"rob", "reviewer"}
		b.header.Set("Accept-Language", locale.name)
		_, text := b.get("/console/cases/en1")
		for _, want := range append(locale.want, "0.712 / 0.363", "0.200 / 0.500", "second.onnx", "0.610 / 0.520", "0.913 / 0.900", ">0.21 / 0.50<", ">0.91 / 0.90<", "/photos/suspect-1",
			`href="/console/cases/en1/compare/en2"`, `<img src="/console/cases/en1/photos/straight" alt=`, `<polyline points="110.0,`, "<title>1.0 s · ") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the case does not show %q", locale.name, want)
			}
		}
		if strings.Contains(text, " style=") {
			t.Errorf("%s: the case has inline style, which the content security policy blocks", locale.name)
		}
		if strings.Contains(text, `class="face-hints"`) {
			t.Errorf("%s: the case shows hints that were not switched on", locale.name)
		}
	}
}

// TestHintsAreApart: estimates are shown with their error rates and only where
// the operator keeps them.
func TestHintsAreApart(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.data.Selfie.Hints = &faces.Hints{Age: 22, Female: 0.97, Expressions: map[string]float64{"fearful": 0.7}}
	_, text := staffBrowser(t, d, "desk").get("/console/cases/en1")
	for _, want := range []string{"Hints, never a decision", "± 5.2", "97 %", "70 %", "far apart"} {
		if !strings.Contains(text, want) {
			t.Errorf("the case does not show %q", want)
		}
	}
}

func TestCompareCases(t *testing.T) {
	t.Parallel()
	d := newDesk()
	judged(d)
	b := staffBrowser(t, d, "desk")
	res, text := b.get("/console/cases/en1/compare/en2")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("GET compare = %d %q, want 200 and not kept", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	for _, want := range []string{
		"0.610 / 0.520", "Anna Maria", ">Ann<", "Issued", "Waits for a decision", `src="/console/cases/en1/compare/en2/photos/selfie-1"`, `src="/console/cases/en1/photos/selfie-1"`, `class="doubt"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the comparison does not show %q", want)
		}
	}
	if n := strings.Count(text, `class="doubt"`); n != 1 {
		t.Errorf("%d values are marked as different, want the given names alone", n)
	}
	for path, want := range map[string]int{
		"/console/cases/en1/compare/en2/photos/selfie-1": http.StatusOK, "/console/cases/en1/compare/en3": http.StatusNotFound, "/console/cases/en1/compare/en3/photos/selfie-1": http.StatusNotFound,
		"/console/cases/en2/compare/en1": http.StatusNotFound, "/console/cases/en1/compare/en2/photos/other": http.StatusNotFound,
	} {
		if res, _ := b.get(path); res.StatusCode != want {
			t.Errorf("GET %s = %d, want %d", path, res.StatusCode, want)
		}
	}
	looks := strings.Join(d.looks, "\n")
	if !strings.Contains(looks, "agent:rob en2 beside en1") {
		t.Errorf("looks = %s, want the other case's among them", looks)
	}
	d.otherName = hostile
	if _, text := b.get("/console/cases/en1/compare/en2"); strings.Contains(text, "<script>alert") || !strings.Contains(text, "&lt;script&gt;alert") {
		t.Error("the comparison does not escape the other's name")
	}
}

// Every code that the console alone puts into words has words of its own.
func TestConsoleCodesHaveWords(t *testing.T) {
	t.Parallel()
	families := map[string][]string{
		"check":         {string(kyc.CheckDuplicate)},
		"face_decision": {string(faces.Same), string(faces.Refer), string(faces.Different)},
		"face_hint":     {string(faces.HintAge), string(faces.HintSex), string(faces.HintDuress)},
		"track":         {"yaw", "eyes", "size", "identity", "straight", "open", "same"},
	}
	for _, s := range kyc.States() {
		families["state"] = append(families["state"], string(s))
	}
	for _, a := range liveness.Actions() {
		families["live_action"] = append(families["live_action"], string(a))
	}
	for _, e := range liveness.Ends() {
		families["live_end"] = append(families["live_end"], string(e))
	}
	for _, locale := range templates.Locales() {
		for family, list := range families {
			for _, code := range list {
				if !templates.HasWords(locale, family, code) {
					t.Errorf("%s: no words for %s.%s", locale, family, code)
				}
			}
		}
	}
}
