package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/internal/specimen"
)

// liveReport is what the benchmark prints. The error of the living person is
// the share of sessions refused (BPCER), that of an attack the share accepted
// (APCER), which is never averaged over species (ISO/IEC 30107-3, 13.2).
type liveReport struct {
	People int `json:"people"`
	// PhotographsPass are the photographs that the detector takes as bona fide
	// before they act: a film cannot do better than its photograph.
	PhotographsPass int           `json:"photographs_pass"`
	Species         []*liveErrors `json:"species"`
	Work            *liveCost     `json:"work,omitempty"`
	WordsWork       *liveCost     `json:"words_work,omitempty"`
}

// liveErrors are the errors with one species.
type liveErrors struct {
	Species string `json:"species"`
	Attack  bool   `json:"attack"`
	// Passive is the presentation attack detector alone, Actions the session
	// alone, Whole both: what the live step asks for.
	Passive share `json:"passive"`
	Actions share `json:"actions"`
	Whole   share `json:"whole"`
	// Ends counts how the sessions ended, with the action that was asked for
	// where it was not the last; Seconds is how long the middle one took.
	Ends    map[string]int `json:"ends"`
	Seconds float64        `json:"seconds"`
	lasted  []time.Duration
}

// liveCost is what one core computes for a frame.
type liveCost struct {
	Frames int     `json:"frames"`
	P50    float64 `json:"cpu_p50_ms"`
	P95    float64 `json:"cpu_p95_ms"`
}

func newLiveReport(people []livePerson, bonaFide float64) liveReport {
	r := liveReport{People: len(people)}
	for _, p := range people {
		if p.bonaFide >= bonaFide {
			r.PhotographsPass++
		}
	}
	return r
}

func (r *liveReport) add(species string, bonaFide float64, o liveOutcome) {
	i := slices.IndexFunc(r.Species, func(e *liveErrors) bool { return e.Species == species })
	if i < 0 {
		i = len(r.Species)
		r.Species = append(r.Species, &liveErrors{Species: species, Attack: species != string(specimen.Living), Ends: map[string]int{}})
	}
	e := r.Species[i]
	passed, done := o.bonaFide >= bonaFide, o.end == liveness.Done
	e.Passive = e.Passive.with(passed == e.Attack)
	e.Actions = e.Actions.with(done == e.Attack)
	e.Whole = e.Whole.with((passed && done) == e.Attack)
	e.Ends[strings.TrimSpace(string(o.end)+" "+string(o.action))]++
	e.lasted = append(e.lasted, o.lasted)
	slices.Sort(e.lasted)
	e.Seconds = e.lasted[len(e.lasted)/2].Seconds()
}

func liveTimes(spent []time.Duration) *liveCost {
	if len(spent) == 0 {
		return nil
	}
	spent = slices.Clone(spent)
	slices.Sort(spent)
	return &liveCost{len(spent), milliseconds(spent[len(spent)/2]), milliseconds(spent[len(spent)*95/100])}
}

// percent shows the rate with its interval.
func (s share) percent() string {
	return fmt.Sprintf("%.0f %% (%.0f to %.0f)", 100*float64(s.Count)/float64(max(s.Of, 1)), 100*s.Interval[0], 100*s.Interval[1])
}

func (r liveReport) print(g *Globals) error {
	if err := g.Printf("%d people, %d of whose photographs the detector takes as bona fide\n", r.People, r.PhotographsPass); err != nil {
		return err
	}
	for _, e := range r.Species {
		rate := "APCER"
		if !e.Attack {
			rate = "BPCER"
		}
		err := g.Printf("%-10s %s passive %s actions %s whole %s, %.0f s, %v\n", e.Species, rate, e.Passive.percent(), e.Actions.percent(), e.Whole.percent(), e.Seconds, e.Ends)
		if err != nil {
			return err
		}
	}
	for _, cost := range []struct {
		name string
		of   *liveCost
	}{{"frame", r.Work}, {"words", r.WordsWork}} {
		if cost.of == nil {
			continue
		}
		if err := g.Printf("%s: CPU %.0f ms median, %.0f ms p95 of %d\n", cost.name, cost.of.P50, cost.of.P95, cost.of.Frames); err != nil {
			return err
		}
	}
	return nil
}
