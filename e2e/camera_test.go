package e2e

import (
	"image"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/specimen"
)

// A scene is what the camera sees at a time, while the page asks for an action.
type scene func(action string, at time.Duration) *image.RGBA

// sitter is the picture as someone who can act.
func (p picture) sitter(t *testing.T) specimen.Sitter {
	t.Helper()
	return specimen.Sitter{Photograph: p.load(t), Face: p.face, Points: p.points}
}

// actor has the person of a picture stand before a camera, or what an attacker
// holds there in their place.
func (p picture) actor(t *testing.T, as specimen.Presentation, words []string) *specimen.Actor {
	t.Helper()
	return specimen.NewActor(specimen.ActorOptions{Sitter: p.sitter(t), Presentation: as, Words: words, Seed: 13})
}

// acting does what the page asks for, as far as the presentation can.
func (a applicant) acting(t *testing.T, as specimen.Presentation, words []string) scene {
	t.Helper()
	return obedient(a.live.actor(t, as, words))
}

func obedient(actor *specimen.Actor) scene {
	performance := specimen.Performance{Calm: 2}
	return func(action string, at time.Duration) *image.RGBA {
		performance.Ask(action, at)
		return actor.Frame(performance.Pose(at), at)
	}
}

// reelFolder is in memory where there is room: a film is written anew several
// times a second, 4 MB each time, which keeps a disk from everything else.
func reelFolder(t *testing.T) string {
	t.Helper()
	const memory, room = "/dev/shm", 256 << 20
	var free syscall.Statfs_t
	if err := syscall.Statfs(memory, &free); err != nil || free.Bavail*uint64(free.Bsize) < room { //nolint:gosec // a size
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "vouchline-film-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// openReel gives the camera something to show before anybody acts.
func (w *walk) openReel() {
	w.t.Helper()
	reel, err := specimen.NewReel(w.film, specimen.NewActor(specimen.ActorOptions{Sitter: specimen.Sitter{Photograph: specimen.DrawnFace(1)}}).Frame(specimen.HeadPose{Dark: 1}, 0))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = reel.Close() })
	w.reel = reel
}

// wordsToWrite are those of the live page.
func (w *walk) wordsToWrite() []string {
	w.t.Helper()
	words := strings.Fields(w.b.String(`[...document.querySelectorAll("#prepare .words li")].map((e) => e.textContent).join(" ")`))
	if len(words) < 3 {
		w.t.Fatalf("the live page shows the words %q, want at least three", words)
	}
	return words
}

// stopped is the end of a film whose camera gave nothing new for seconds, as one
// does on a machine that stands still. The server is told of no end.
const stopped = "stopped"

// asked is what the page asks for and how the session ended, as it says itself.
const asked = `(() => {
	const p = document.querySelector("[data-action]"), again = document.getElementById("again");
	return p ? p.dataset.action + "|" + (again && !again.hidden ? "` + stopped + `" : p.dataset.end) : "";
})()`

// perform opens the camera and plays the scene until the session is over, and
// returns how it ended.
func (w *walk) perform(s scene) (end string) {
	w.t.Helper()
	w.screen(s, "", 0)
	w.b.Click(w.say("live.start"))
	began := time.Now() //nolint:forbidigo // a camera's clock
	tick := time.NewTicker(180 * time.Millisecond)
	defer tick.Stop()
	for seen := ""; ; {
		at := time.Since(began)
		action, end, known := strings.Cut(w.b.Glance(asked), "|")
		switch {
		case end != "":
			return end
		case at > 4*time.Minute:
			w.t.Fatalf("after %v the live session has no end; the page says:\n%s", at, w.b.Text())
		case known:
			w.screen(s, action, at)
		}
		if action != seen && known {
			w.t.Logf("%5.1f s: %s", at.Seconds(), action)
			w.shoot("live-" + action)
			seen = action
		}
		<-tick.C
	}
}

func (w *walk) screen(s scene, action string, at time.Duration) {
	w.t.Helper()
	if err := w.reel.Show(s(action, at)); err != nil {
		w.t.Fatal(err)
	}
}
