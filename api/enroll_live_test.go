package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// fields are those before the frames of a batch.
func fields(batch, taken string) []part {
	return []part{{name: "nonce", text: "nonce-1"}, {name: "batch", text: batch}, {name: "taken", text: taken}}
}

func frames(t *testing.T, n int) []part {
	t.Helper()
	var parts []part
	for i := range n {
		parts = append(parts, part{name: "frame", file: picture(t, uint8(20*i))})
	}
	return parts
}

func filming(t *testing.T) (*fakeFlow, *browser) {
	t.Helper()
	f := &fakeFlow{state: kyc.Live, data: anna()}
	b := newBrowser(t, f)
	b.enter()
	f.calls = nil
	return f, b
}

func (b *browser) film(parts ...part) (*http.Response, string) {
	b.t.Helper()
	mediaType, body := multipartBody(b.t, parts...)
	return b.do(http.MethodPost, "/enroll/live/frames", mediaType, body)
}

func TestWatchLive(t *testing.T) {
	t.Parallel()
	f, b := filming(t)
	f.view = kyc.LiveView{Batch: 8, Prompt: liveness.Prompt{
		Action: liveness.TurnLeft, Advice: faces.AdviceCloser, Step: 1, Steps: 4, Left: 12500 * time.Millisecond,
	}}
	res, text := b.film(append(fields("7", "0,281,565"), frames(t, 3)...)...)
	want := `{"action":"turn_left","advice":"closer","step":1,"steps":4,"left_ms":12500,"batch":8,"end":"","page":""}` + "\n"
	if res.StatusCode != http.StatusOK || text != want {
		t.Fatalf("POST of a batch = %d %s, want %s", res.StatusCode, text, want)
	}
	got := f.batches[0]
	if got.Nonce != "nonce-1" || got.Number != 7 || len(got.Frames) != 3 {
		t.Errorf("the flow got nonce %q, number %d and %d frames", got.Nonce, got.Number, len(got.Frames))
	}
	if diff := cmp.Diff([]time.Duration{0, 281 * time.Millisecond, 565 * time.Millisecond}, got.Taken); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	raw := picture(t, 20)
	sum := sha256.Sum256(raw)
	if frame := got.Frames[1]; frame.Digest != hex.EncodeToString(sum[:]) || bytes.Equal(frame.JPEG, raw) {
		t.Error("a frame was not encoded again, or its digest is not of the bytes sent")
	}
}

func TestWatchLiveEnds(t *testing.T) {
	t.Parallel()
	for _, end := range liveEnds() {
		f, b := filming(t)
		f.view.End = end
		_, text := b.film(append(fields("0", "0"), frames(t, 1)...)...)
		var answer map[string]any
		if err := json.Unmarshal([]byte(text), &answer); err != nil || answer["end"] != string(end) || answer["page"] != "/enroll" {
			t.Errorf("%s is told as %s", end, text)
		}
	}
}

// The same batch again reaches the flow as it is: it alone knows the answer.
func TestWatchLiveBatchTwice(t *testing.T) {
	t.Parallel()
	f, b := filming(t)
	parts := append(fields("0", "0,280"), frames(t, 2)...)
	for range 2 {
		if res, text := b.film(parts...); res.StatusCode != http.StatusOK {
			t.Fatalf("POST = %d %s", res.StatusCode, text)
		}
	}
	if diff := cmp.Diff(f.batches[0], f.batches[1]); diff != "" {
		t.Errorf("the repeated batch differs:\n%s", diff)
	}
}

// TestWatchLiveFlood: whatever the flow makes of a number, what one person has
// decoded is bounded, in an address that others share.
func TestWatchLiveFlood(t *testing.T) {
	t.Parallel()
	_, b := filming(t)
	post := func() *http.Response {
		res, _ := b.film(append(fields("9", "0"), part{name: "frame", file: []byte("no photograph")})...)
		return res
	}
	decoded := 0
	for ; decoded < 200 && post().StatusCode != http.StatusTooManyRequests; decoded++ {
	}
	if decoded != filmedLimits.window.N {
		t.Errorf("%d batches were decoded in one moment, want %d", decoded, filmedLimits.window.N)
	}
}

func TestWatchLiveHostile(t *testing.T) {
	t.Parallel()
	good := fields("0", "0,280")
	noise := part{name: "frame", file: []byte("no photograph: decoding it would say so")}
	with := func(before []part, after ...part) []part { return append(append([]part{}, before...), after...) }
	for _, tc := range []struct {
		name   string
		parts  []part
		status int
		code   string
	}{
		{"fields behind the frames", with([]part{noise}, good...), http.StatusBadRequest, "batch_invalid"},
		{"nonce behind the frames", with(good[1:], noise, noise, good[0]), http.StatusConflict, "live_expired"},
		{"old nonce", with(good[1:], part{name: "nonce", text: "old"}, noise, noise), http.StatusConflict, "live_expired"},
		{"no number", with(append([]part{good[0]}, good[2]), noise, noise), http.StatusBadRequest, "batch_invalid"},
		{"negative number", with(fields("-1", "0,280"), noise, noise), http.StatusBadRequest, "batch_invalid"},
		{"number of another spelling", with(fields("+1", "0,280"), noise, noise), http.StatusBadRequest, "batch_invalid"},
		{"number that no session reaches", with(fields("10000", "0,280"), noise, noise), http.StatusBadRequest, "batch_invalid"},
		{"number beyond all integers", with(fields("99999999999999999999", "0,280"), noise, noise), http.StatusBadRequest, "batch_invalid"},
		{"no times", with(fields("0", ""), noise, noise), http.StatusBadRequest, "taken_invalid"},
		{"negative time", with(fields("0", "-280,0"), noise, noise), http.StatusBadRequest, "taken_invalid"},
		{"fractions", with(fields("0", "0,280.5"), noise, noise), http.StatusBadRequest, "taken_invalid"},
		{"spaces", with(fields("0", "0, 280"), noise, noise), http.StatusBadRequest, "taken_invalid"},
		{"time beyond every session", with(fields("0", "0,600001"), noise, noise), http.StatusBadRequest, "taken_invalid"},
		{"seven times", with(fields("0", "0,1,2,3,4,5,6"), noise), http.StatusBadRequest, "taken_invalid"},
		{"fewer times than frames", with(fields("0", "0"), noise, noise), http.StatusBadRequest, "taken_invalid"},
		{"fewer frames than times", with(good, noise), http.StatusBadRequest, "taken_invalid"},
		{"seven frames", with(good, noise, noise, noise, noise, noise, noise, noise), http.StatusBadRequest, "bad_request"},
		{"file of another name", with(good, part{name: "other", file: []byte("x")}), http.StatusBadRequest, "bad_request"},
		{"nine fields", with(good, part{name: "a"}, part{name: "b"}, part{name: "c"}, part{name: "d"}, part{name: "e"}, part{name: "f"}), http.StatusBadRequest, "bad_request"},
		{"no frame", good, http.StatusUnprocessableEntity, "photograph_missing"},
		{"empty frame", with(good, part{name: "frame", file: []byte{}}, noise), http.StatusUnprocessableEntity, "photograph_missing"},
		{"no photograph", with(good, noise, noise), http.StatusUnprocessableEntity, "photograph"},
		{"frame that is too large", with(good, part{name: "frame", file: make([]byte, maxFrameBytes+1)}, noise), http.StatusUnprocessableEntity, "photograph"},
		{"frame of too many pixels", with(good, part{name: "frame", file: blank(t, maxFrameSide+1)}, noise), http.StatusUnprocessableEntity, "photograph"},
		{"body that is too large", with(good, part{name: "frame", file: make([]byte, 5<<20)}), http.StatusUnprocessableEntity, "photograph"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f, b := filming(t)
			res, text := b.film(tc.parts...)
			if res.StatusCode != tc.status || !strings.Contains(text, `"code":"`+tc.code+`"`) || len(f.calls) > 0 {
				t.Errorf("POST = %d %s, calls %v; want %d %s and no call", res.StatusCode, text, f.calls, tc.status, tc.code)
			}
		})
	}
}

// What the flow would refuse is refused before a frame is decoded.
func TestWatchLiveRefused(t *testing.T) {
	t.Parallel()
	noise := append(fields("0", "0"), part{name: "frame", file: []byte("no photograph")})
	f, b := filming(t)
	f.refusal = kyc.ErrTooManyTries
	if res, text := b.film(noise...); res.StatusCode != http.StatusTooManyRequests || !strings.Contains(text, "too_many_tries") {
		t.Errorf("without a try left: %d %s", res.StatusCode, text)
	}
	f.state = kyc.Questions
	if res, text := b.film(noise...); res.StatusCode != http.StatusConflict || !strings.Contains(text, "not_now") {
		t.Errorf("at another step: %d %s", res.StatusCode, text)
	}
	if len(f.calls) > 0 {
		t.Errorf("calls = %v, want none", f.calls)
	}
}

// The page that films shows an action only once it is asked for, and has words
// for everything that it may be told.
func TestLivePage(t *testing.T) {
	t.Parallel()
	_, b := filming(t)
	_, text := b.get("/enroll/live")
	want := []string{
		`data-seconds="155"`, ">2:35<", `role="timer"`, `data-nonce="nonce-1"`, `data-post="/enroll/live/frames"`,
		`id="prompt" class="prompt" data-action="" data-end=""`,
	}
	for _, a := range liveness.Actions() {
		want = append(want, `data-say="`+string(a)+`"`, `data-cue="`+string(a)+`"`)
	}
	for _, a := range faces.Advices() {
		want = append(want, `data-say="advice.`+string(a)+`"`)
	}
	for _, end := range liveEnds() {
		want = append(want, `data-ended="`+string(end)+`"`)
	}
	for _, name := range []string{"denied", "none", "busy", "old", "insecure", "network", "stopped", "hidden", "cancelled", "expired", "problem"} {
		want = append(want, `data-help="`+name+`"`)
	}
	for _, s := range want {
		if !strings.Contains(text, s) {
			t.Errorf("the live page lacks %s", s)
		}
	}
}

func TestAdviseSelfie(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		state  kyc.State
		file   []byte
		status int
		want   string
	}{
		{"advice", kyc.Selfie, picture(t, 9), http.StatusOK, `{"advice":"closer"}`},
		{"at another step", kyc.Live, picture(t, 9), http.StatusConflict, `"code":"not_now"`},
		{"no photograph", kyc.Selfie, []byte("hello"), http.StatusUnprocessableEntity, `"code":"photograph"`},
		{"nothing", kyc.Selfie, []byte{}, http.StatusUnprocessableEntity, `"code":"photograph_missing"`},
		{"too many pixels", kyc.Selfie, blank(t, maxAdviceSide+1), http.StatusUnprocessableEntity, `"code":"photograph"`},
		{"too large", kyc.Selfie, make([]byte, maxAdviceBytes+1), http.StatusUnprocessableEntity, `"code":"photograph"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeFlow{state: tc.state, data: anna(), advice: faces.AdviceCloser}
			b := newBrowser(t, f)
			b.enter()
			mediaType, body := multipartBody(t, part{name: "photo", file: tc.file})
			res, text := b.do(http.MethodPost, "/enroll/selfie/advice", mediaType, body)
			if res.StatusCode != tc.status || !strings.Contains(text, tc.want) {
				t.Errorf("POST = %d %s, want %d %s", res.StatusCode, text, tc.status, tc.want)
			}
		})
	}
}

// People who are filmed do not use up the places of those who send documents,
// nor the other way round, and one address films longer than it photographs.
func TestLanesAreApart(t *testing.T) {
	t.Parallel()
	u := newUploads(0, func() time.Time { return noon })
	for i := range smallAtOnce {
		if _, err := u.films.begin(strconv.Itoa(i)); err != nil {
			t.Fatalf("film %d refused: %v", i, err)
		}
	}
	if _, err := u.previews.begin("192.0.2.1"); err == nil {
		t.Error("a place more than there are was given")
	}
	if end, err := u.photographs.begin("192.0.2.1"); err != nil {
		t.Errorf("a document is refused: %v", err)
	} else {
		end()
	}
	for range 500 {
		if err := u.films.allow("192.0.2.1"); err != nil {
			t.Fatalf("a session of three minutes is refused: %v", err)
		}
	}
}

func FuzzBatchOf(f *testing.F) {
	f.Add("0", "0,280,560")
	f.Add("-1", "0x10")
	f.Add("9999", "600000,,")
	f.Fuzz(func(t *testing.T, batch, taken string) {
		b, err := batchOf(map[string]string{"batch": batch, "taken": taken})
		if err != nil {
			return
		}
		var times []string
		for _, d := range b.Taken {
			times = append(times, strconv.FormatInt(d.Milliseconds(), 10))
		}
		if strconv.Itoa(b.Number) != batch || strings.Join(times, ",") != taken || len(times) > kyc.MaxLiveFrames {
			t.Errorf("batchOf(%q, %q) = %d, %v", batch, taken, b.Number, b.Taken)
		}
	})
}

// Every sentence that the page may be told to show is in the catalogue of the
// page's own language.
func TestLivePageInFrench(t *testing.T) {
	t.Parallel()
	_, b := filming(t)
	b.header.Set("Accept-Language", "fr")
	_, text := b.get("/enroll/live")
	for _, key := range []string{"live_say.turn_left", "advice.closer", "notice.face_changed", "camera.denied_safari"} {
		family, code, _ := strings.Cut(key, ".")
		words, err := templates.CodeText("fr", family, code)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, words) {
			t.Errorf("the page lacks %q", words)
		}
	}
}

// Another screen instead of paper is offered only where the operator allows it.
func TestWordsOnScreen(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{false, true} {
		f, b := filming(t)
		f.data.Live.OnScreen = allowed
		_, body := b.get("/enroll/live")
		if got := strings.Contains(body, "another screen"); got != allowed {
			t.Errorf("with OnScreen %v the page offers a screen: %v", allowed, got)
		}
	}
}
