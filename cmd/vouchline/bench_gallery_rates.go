package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/faces"
)

// BenchDuplicatesCmd measures how often a search among many (identification,
// ISO/IEC 19795-1) would take a stranger for somebody enrolled, from all pairs
// that a folder of photographs gives.
type BenchDuplicatesCmd struct {
	ModelsFlag
	Dir string `arg:"" type:"existingdir" help:"Folder of photographs named PERSON_NUMBER.jpg."`
}

// duplicatesReport is what the benchmark prints. The pairs of one photograph
// depend on one another, so that the intervals are narrower than the truth.
type duplicatesReport struct {
	Photographs int `json:"photographs"`
	People      int `json:"people"`
	Mated       int `json:"mated"`
	NonMated    int `json:"non_mated"`
	// Tail is the score above which the non-mated scores are taken to fall
	// exponentially, and the mean of what they exceed it by.
	Tail   [2]float64       `json:"tail"`
	Points []duplicatePoint `json:"points"`
}

// duplicatePoint is what a threshold would do.
type duplicatePoint struct {
	Threshold float64    `json:"threshold"`
	InUse     bool       `json:"in_use,omitempty"`
	Matched   int        `json:"matched"` // non-mated pairs
	FMR       float64    `json:"fmr"`
	Interval  [2]float64 `json:"fmr_95"`
	// Fitted is the rate that the tail gives, where counting gives none.
	Fitted float64 `json:"fmr_fitted"`
	FNMR   float64 `json:"fnmr"`
	// FalseReferrals are those expected among 1,000 enrollments of strangers by
	// how many are enrolled, from Fitted.
	FalseReferrals map[string]float64 `json:"false_referrals"`
}

// gallerySizes are what the report expects false referrals for.
var gallerySizes = []int{1_000, 10_000, 100_000}

// tailShare is the share of the non-mated scores that the tail is fitted to.
const tailShare = 0.001

// Run measures and prints the report.
func (c *BenchDuplicatesCmd) Run(g *Globals) error {
	finder, err := c.finder()
	if err != nil {
		return err
	}
	thresholds, err := thresholds(finder)
	if err != nil {
		return err
	}
	engine, err := newFaceEngine(finder, g)
	if err != nil {
		return err
	}
	defer engine.Close()
	people, err := embedPeople(&bench{g: g, engine: engine, cache: map[string]embedded{}}, c.Dir)
	if err != nil {
		return err
	}
	report := duplicates(people, thresholds.Face[0].Name, thresholds.Duplicate)
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

// embedPeople embeds every photograph of a folder, by person.
func embedPeople(b *bench, dir string) (map[string][]faces.Template, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	people := map[string][]faces.Template{}
	for _, entry := range entries {
		person, _, ok := cutLast(entry.Name(), "_")
		if !ok || entry.IsDir() {
			continue
		}
		e, err := b.embed(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		if e.template != nil {
			people[person] = append(people[person], e.template)
		}
	}
	if len(people) < 2 {
		return nil, errors.New(dir + ": want photographs of two people at least, named PERSON_NUMBER")
	}
	return people, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// duplicates compares every photograph with every other by the model that the
// search scores by.
func duplicates(people map[string][]faces.Template, model string, inUse float64) duplicatesReport {
	type photograph struct {
		person    string
		embedding faces.Embedding
	}
	var all []photograph
	for person, templates := range people {
		for _, t := range templates {
			all = append(all, photograph{person, t[model]})
		}
	}
	var mated, nonMated []float64
	for i, a := range all {
		for _, b := range all[:i] {
			if score := a.embedding.Score(b.embedding); a.person == b.person {
				mated = append(mated, score)
			} else {
				nonMated = append(nonMated, score)
			}
		}
	}
	slices.Sort(mated)
	slices.Sort(nonMated)
	report := duplicatesReport{
		Photographs: len(all), People: len(people), Mated: len(mated), NonMated: len(nonMated), Tail: fitTail(nonMated),
	}
	points := []float64{0.36, 0.40, 0.44, 0.48, 0.50, 0.52, 0.56, 0.60}
	if inUse > 0 && !slices.Contains(points, inUse) {
		points = append(points, inUse)
		slices.Sort(points)
	}
	for _, t := range points {
		p := pointAt(t, mated, nonMated, report.Tail)
		p.InUse = t == inUse
		report.Points = append(report.Points, p)
	}
	return report
}

// fitTail fits an exponential to the highest scores of strangers. Scores of
// directions end at 1, so that beyond what was seen it errs upwards.
func fitTail(sorted []float64) [2]float64 {
	tail := sorted[len(sorted)-max(1, int(tailShare*float64(len(sorted)))):]
	mean := 0.0
	for _, s := range tail {
		mean += (s - tail[0]) / float64(len(tail))
	}
	return [2]float64{tail[0], mean}
}

func pointAt(threshold float64, mated, nonMated []float64, tail [2]float64) duplicatePoint {
	below, _ := slices.BinarySearch(nonMated, threshold)
	missed, _ := slices.BinarySearch(mated, threshold)
	matched := len(nonMated) - below
	p := duplicatePoint{
		Threshold: threshold, Matched: matched, FMR: ratio(matched, len(nonMated)), Interval: interval(matched, len(nonMated)),
		FNMR: ratio(missed, len(mated)), FalseReferrals: map[string]float64{},
	}
	p.Fitted = p.FMR
	if threshold > tail[0] && tail[1] > 0 {
		p.Fitted = tailShare * math.Exp(-(threshold-tail[0])/tail[1])
	}
	for _, n := range gallerySizes {
		p.FalseReferrals[fmt.Sprint(n)] = 1000 * falseReferral(p.Fitted, n)
	}
	return p
}

// falseReferral is the probability that a stranger matches any of n enrolled:
// the false positive identification rate, if the comparisons were independent.
func falseReferral(fmr float64, n int) float64 { return -math.Expm1(float64(n) * math.Log1p(-fmr)) }

func ratio(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

func (r duplicatesReport) print(g *Globals) error {
	if err := g.Printf("%d photographs of %d people: %d mated and %d non-mated pairs\n%-9s %8s %22s %9s %7s   expected false referrals per 1,000 with 1,000 / 10,000 / 100,000 enrolled\n",
		r.Photographs, r.People, r.Mated, r.NonMated, "threshold", "matched", "FMR (95 %)", "fitted", "FNMR"); err != nil {
		return err
	}
	for _, p := range r.Points {
		mark := ""
		if p.InUse {
			mark = "  in use"
		}
		if err := g.Printf("%-9.3f %8d %8.1e (to %8.1e) %9.1e %5.1f %%   %5.1f / %5.1f / %5.1f%s\n", p.Threshold, p.Matched, p.FMR, p.Interval[1], p.Fitted,
			100*p.FNMR, p.FalseReferrals["1000"], p.FalseReferrals["10000"], p.FalseReferrals["100000"], mark); err != nil {
			return err
		}
	}
	return nil
}
