package main

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/internal/specimen"
)

// The whole step refuses what either the detector or the session refuses; of
// the living person that is the error, of an attack the success.
func TestLiveReportCountsErrors(t *testing.T) {
	t.Parallel()
	outcomes := []liveOutcome{
		{end: liveness.Done, bonaFide: 0.95, lasted: time.Second},
		{end: liveness.Done, bonaFide: 0.2, lasted: 2 * time.Second},
		{end: liveness.TooLate, action: liveness.Blink, bonaFide: 0.95, lasted: 3 * time.Second},
		{end: liveness.Still, bonaFide: -1, lasted: 4 * time.Second},
	}
	for _, tt := range []struct {
		species                 specimen.Presentation
		passive, actions, whole int
	}{{specimen.Living, 2, 2, 3}, {specimen.Print, 2, 2, 1}} {
		var r liveReport
		for _, o := range outcomes {
			r.add(string(tt.species), 0.9, o)
		}
		e := r.Species[0]
		if e.Passive.Count != tt.passive || e.Actions.Count != tt.actions || e.Whole.Count != tt.whole {
			t.Errorf("%s: %d, %d and %d errors, want %d, %d and %d",
				tt.species, e.Passive.Count, e.Actions.Count, e.Whole.Count, tt.passive, tt.actions, tt.whole)
		}
		if diff := cmp.Diff(map[string]int{"done": 2, "too_late blink": 1, "still": 1}, e.Ends); diff != "" {
			t.Errorf("%s: ends (-want +got):\n%s", tt.species, diff)
		}
		if e.Seconds != 3 {
			t.Errorf("%s: the middle session took %v s, want 3", tt.species, e.Seconds)
		}
	}
}

// A film does not listen: what it shows depends on the time alone.
func TestFilmsDoNotListen(t *testing.T) {
	t.Parallel()
	photograph := livePerson{Sitter: specimen.Sitter{Photograph: specimen.DrawnFace(2)}}
	for _, species := range []string{liveReplayed, liveMedley, string(specimen.Living)} {
		var poses [2][]specimen.HeadPose
		for i, action := range []liveness.Action{liveness.Closer, liveness.Blink} {
			f := newLiveFilm(liveTake{species: species, person: photograph, other: photograph, seed: 3})
			for at := time.Duration(0); at < 12*time.Second; at += liveEvery {
				f.prompt(liveness.Prompt{Action: action}, at)
				poses[i] = append(poses[i], f.performance.Pose(at))
			}
		}
		if listens := !slices.Equal(poses[0], poses[1]); listens != (species == string(specimen.Living)) {
			t.Errorf("%s: listens is %v", species, listens)
		}
	}
}
