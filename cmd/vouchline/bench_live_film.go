package main

import (
	"image"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/internal/specimen"
)

// Species beside those that specimen draws.
const (
	// liveReplayed is the film of another session of the person, with the
	// actions and words of that one.
	liveReplayed = "replayed"
	// liveMedley is a film of the person in which every action comes in turn,
	// again and again, until the right one was asked for.
	liveMedley = "medley"
	// liveSwapped is another person who acts until half of the actions are
	// done, and the person afterwards.
	liveSwapped = "swapped"
)

// liveSpecies are all of them, the living person first.
var liveSpecies = func() []string {
	names := []string{}
	for _, p := range specimen.Presentations() {
		names = append(names, string(p))
	}
	return append(names, liveReplayed, liveMedley, liveSwapped)
}()

// liveTake is one session to play.
type liveTake struct {
	species       string
	person, other livePerson
	seed          uint64
}

// liveFilm is what the camera sees in a session.
type liveFilm struct {
	take        liveTake
	performance specimen.Performance
	actor       *specimen.Actor
	other       *specimen.Actor // who acts first, where faces are swapped
	swapped     bool
}

var (
	liveWords      = []string{"river", "garden", "bottle"}
	liveOtherWords = []string{"window", "pencil", "sugar"}
)

func newLiveFilm(t liveTake) *liveFilm {
	f := &liveFilm{take: t}
	o := specimen.ActorOptions{Sitter: t.person.Sitter, Words: liveWords, Seed: t.seed, Presentation: specimen.Living}
	switch t.species {
	case liveReplayed:
		o.Words = liveOtherWords
	case liveMedley:
	case liveSwapped:
		other := o
		other.Sitter = t.other.Sitter
		f.other = specimen.NewActor(other)
	default:
		o.Presentation = specimen.Presentation(t.species)
	}
	f.actor = specimen.NewActor(o)
	return f
}

// medleyTurn is how long each action of a medley takes.
const medleyTurn = 3 * time.Second

// prompt has whoever is before the camera hear what is asked. A film does not.
func (f *liveFilm) prompt(p liveness.Prompt, at time.Duration) {
	switch f.take.species {
	case liveReplayed, liveMedley:
		turn := int(at / medleyTurn)
		actions := liveness.Actions()
		if f.take.species == liveReplayed {
			actions = liveScript(f.take.seed + 77)
		}
		switch {
		case turn == 0:
		case f.take.species == liveMedley || turn <= len(actions):
			f.performance.Ask(string(actions[(turn-1)%len(actions)]), at)
		default:
			f.performance.Ask("", at)
		}
	default:
		f.swapped = f.other == nil || 2*p.Step >= p.Steps
		f.performance.Ask(string(p.Action), at)
	}
}

// frame is the picture at a time, and whether it shows the words asked for.
func (f *liveFilm) frame(at time.Duration) (img image.Image, words bool) {
	pose := f.performance.Pose(at)
	actor := f.actor
	if f.other != nil && !f.swapped {
		actor = f.other
	}
	can := f.take.species != liveReplayed && f.take.species != string(specimen.Still)
	return actor.Frame(pose, at), can && pose.Paper > 0.95
}
