package e2e

import (
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/internal/chromium"
	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/kyc"
)

// Pictures and films in place of a person end the session, and after five of
// them a person decides, who is told why: with no attack before it, the right
// one may still be what an attacker found last.
func TestAttacksOnTheLiveStepGoToAPerson(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("live-attacks"), desktop)
	w.until("selfie")
	for _, attack := range []struct {
		name string
		film func(words []string) scene
		ends []liveness.End
	}{
		{"one still picture", w.stillPicture, []liveness.End{liveness.Still}},
		{"a print that is turned and moved", w.print, []liveness.End{liveness.TooLate, liveness.Cut}},
		{"a film that does not listen", w.medley, []liveness.End{liveness.TooLate, liveness.Cut}},
		{"another face from the second action on", w.swapped, []liveness.End{liveness.Changed, liveness.Cut}},
		{"pictures of an earlier session", w.replayed, []liveness.End{liveness.Replayed}},
	} {
		t.Log(attack.name)
		end := liveness.End(w.perform(attack.film(w.wordsToWrite())))
		if !slices.Contains(attack.ends, end) {
			t.Errorf("%s: the session ended as %q, want one of %q", attack.name, end, attack.ends)
		}
		w.goOn(end)
	}
	w.b.WaitURL("/enroll/questions")
	w.questions()
	w.b.WaitText(w.say("outcome.in_review_title"))
	desk := newDesk(t, s, desktop)
	desk.enterConsole(s.consoleLink())
	desk.b.Submit(w.a.GivenNames + " " + w.a.FamilyNames)
	for _, why := range []kyc.Reason{kyc.ReasonLiveStill, kyc.ReasonLiveReplayed} {
		desk.b.WaitText(desk.say("console_reason." + string(why)))
	}
	if n := len(s.accounts(t)); n != 0 {
		t.Errorf("%d SIP accounts, want none", n)
	}
}

// Mishaps are told, each in its own words, and cost a try and nothing else. Two
// of five tries are left for the session that is to succeed.
func TestMishapsOfTheLiveStepAreMended(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("live-mishaps"), mobile)
	w.until("selfie")
	for _, mishap := range []struct {
		name   string
		film   func(words []string) scene
		advice faces.Advice
		ends   []liveness.End
	}{
		{"somebody else comes in", w.company, "", []liveness.End{liveness.TwoFaces, liveness.Cut}},
		{"other words", w.otherWords, "", []liveness.End{liveness.TooLate, liveness.Cut}},
		{"the light goes out", w.darkness, faces.AdviceMoreLight, []liveness.End{liveness.TooLate, liveness.Cut}},
	} {
		t.Log(mishap.name)
		w.hearAdvice()
		end := liveness.End(w.perform(mishap.film(w.wordsToWrite())))
		if !slices.Contains(mishap.ends, end) {
			t.Errorf("%s: the session ended as %q, want one of %q", mishap.name, end, mishap.ends)
		}
		if heard := w.b.String(`heard.join("|")`); mishap.advice != "" && !strings.Contains(heard, w.say("advice."+string(mishap.advice))) {
			t.Errorf("%s: the page said %q, want %s among it", mishap.name, heard, mishap.advice)
		}
		w.b.WaitText(w.say("notice." + string(end)))
		w.goOn(end)
	}
	w.live()
	w.questions()
	w.issued()
}

// goOn leaves a session that ended before its time.
func (w *walk) goOn(end liveness.End) {
	w.t.Helper()
	if end == liveness.Done {
		w.t.Fatal("the session is done")
	}
	button := "live.go_on"
	if end == stopped {
		button = "live.again"
	}
	w.b.Submit(w.say(button))
	w.b.WaitTrue(`/(live|questions)$/.test(location.pathname) && document.readyState === "complete"`, "new words, or the questions")
}

// hearAdvice makes the page keep what it advises.
func (w *walk) hearAdvice() {
	w.t.Helper()
	w.b.String(`(window.heard = [], new MutationObserver((all) => heard.push(...all.map((m) => m.target.textContent)))
		.observe(document.querySelector("[data-part=advice]"), { childList: true, characterData: true, subtree: true }), "hears")`)
}

func (w *walk) stillPicture([]string) scene {
	frame := w.a.live.actor(w.t, specimen.Still, nil).Frame(specimen.HeadPose{}, 0)
	return func(string, time.Duration) *image.RGBA { return frame }
}

func (w *walk) print(words []string) scene { return w.a.acting(w.t, specimen.Print, words) }

// medley is a film of the right person with the right words who does
// everything in turn.
func (w *walk) medley(words []string) scene {
	const turn = 3 * time.Second
	film, actions := w.a.acting(w.t, specimen.Living, words), liveness.Actions()
	return func(_ string, at time.Duration) *image.RGBA {
		if at < turn {
			return film("", at)
		}
		return film(string(actions[int(at/turn)%len(actions)]), at)
	}
}

// swapped is somebody else until the second action is asked for.
func (w *walk) swapped(words []string) scene {
	other, person := obedient(otherPhoto.actor(w.t, specimen.Living, words)), w.a.acting(w.t, specimen.Living, words)
	first := ""
	return func(action string, at time.Duration) *image.RGBA {
		if first == "" {
			first = action
		}
		if action == first {
			return other(action, at)
		}
		return person(action, at)
	}
}

// replayed is the right person, before a browser that sends the pictures of the
// beginning once more.
func (w *walk) replayed(words []string) scene {
	w.b.String(`((send, kept) => {
		window.fetch = (url, options) => {
			const frames = options?.body instanceof FormData ? options.body.getAll("frame") : [];
			if (kept.length > 0 && frames.length > 0 && kept.sent++ > 2) {
				options.body.delete("frame");
				frames.forEach((f, i) => options.body.append("frame", kept[i % kept.length], "frame.jpg"));
			} else if (kept.length === 0 && frames.length > 0) {
				kept.push(...frames);
				kept.sent = 0;
			}
			return send(url, options);
		};
		return "replays";
	})(window.fetch.bind(window), [])`)
	return w.a.acting(w.t, specimen.Living, words)
}

// company is the right person, over whose shoulder somebody looks as soon as
// the first action is asked for.
func (w *walk) company(words []string) scene {
	person, other := w.a.acting(w.t, specimen.Living, words), obedient(otherPhoto.actor(w.t, specimen.Living, nil))
	return func(action string, at time.Duration) *image.RGBA {
		if action == "" {
			return person(action, at)
		}
		return specimen.Beside(person(action, at), other("", at))
	}
}

func (w *walk) otherWords([]string) scene {
	return w.a.acting(w.t, specimen.Living, []string{"QUARTZ", "JUMBLE", "VIXEN"})
}

// darkness is the right person in a dark room, for whom somebody switches the
// light on, and off again when the first action is asked for.
func (w *walk) darkness(words []string) scene {
	actor := w.a.live.actor(w.t, specimen.Living, words)
	return func(action string, at time.Duration) *image.RGBA {
		p := specimen.HeadPose{}
		if at < 6*time.Second || action != "" {
			p.Dark = 0.9
		}
		return actor.Frame(p, at)
	}
}

// Whoever refuses the camera, or has none, is told what to do, and can go on
// with a phone; the computer follows by itself.
func TestRefusedCameraGoesOnWithAPhone(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("refused"), desktop)
	w.b.Close()
	w.b = chromium.New(t, chromium.Options{NoCamera: true, Width: desktop.width, Height: desktop.height, Timeout: 90 * time.Second})
	w.until("selfie")
	w.b.Click(w.say("live.start"))
	w.b.WaitText(w.say("camera.denied_title"))
	w.b.Submit(w.say("phone.button"))
	w.b.WaitText(w.say("phone.title"))

	phone := *w
	phone.b = chromium.New(t, chromium.Options{Film: w.film, Width: mobile.width, Height: mobile.height, Timeout: 90 * time.Second})
	phone.b.Open(w.scan())
	phone.b.WaitText(phone.say("takeover.title"))
	phone.b.Submit(phone.say("takeover.button"))
	phone.b.WaitURL("/enroll/live")
	w.b.WaitText(w.say("phone.now_live"))
	phone.live()
	w.b.WaitURL("/enroll/questions")
	w.questions()
	w.issued()
}
