package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vouchline/vouchline/faces"
)

// facesReport is what the benchmark prints. Rates are generalized (ISO/IEC
// 19795-1): a photograph without a face, or unreadable, counts as no match,
// hence as an error of its mated pairs.
type facesReport struct {
	Pairs int `json:"pairs"`
	Mated int `json:"mated"`
	// Failed is how many pairs could not be compared, for one of their
	// photographs; Acquisition counts the photographs.
	Failed      int   `json:"failed"`
	Acquisition share `json:"failure_to_acquire"`
	// Accept and Refer are the rates of the decision: at Accept a match is what
	// is taken as the same person, at Refer what is not taken as another.
	Accept facesRates `json:"accept"`
	Refer  facesRates `json:"refer"`
	// EqualError is the best that the first model could give on these trials;
	// its threshold is fitted to them.
	EqualError faces.Rates `json:"equal_error"`
	// TenFold is the first model's accuracy with thresholds fitted on nine tenths
	// of the list and counted on the tenth, as LFW's protocol has it; nil for
	// fewer than ten pairs of a kind.
	TenFold *tenFold `json:"ten_fold,omitempty"`
	// Accuracy is the share of pairs on the right side of Accept.
	Accuracy float64 `json:"accuracy"`
	// The times are processor times of the two photographs, from file to
	// template.
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	// Groups are the same by the list's fourth column.
	Groups map[string]facesReport `json:"groups,omitempty"`
	// Printed is the same with the prints of file_a.
	Printed *facesReport `json:"printed,omitempty"`

	curve []faces.Rates
}

// facesRates are rates with their exact 95 % intervals.
type facesRates struct {
	faces.Rates
	FMRInterval  [2]float64 `json:"fmr_95"`
	FNMRInterval [2]float64 `json:"fnmr_95"`
}

func withIntervals(r faces.Rates) facesRates {
	return facesRates{Rates: r, FMRInterval: interval(r.Matched, r.NonMated), FNMRInterval: interval(r.Missed, r.Mated)}
}

// tenFold is an accuracy over ten folds.
type tenFold struct {
	Accuracy  float64 `json:"accuracy"`
	Deviation float64 `json:"deviation"`
}

// faceTally collects trials.
type faceTally struct {
	trials        []faces.Trial
	accept, refer faces.Counts
	failed        int
	files         map[string]bool // whether each could be used
	times         []float64
}

func newFaceTally() *faceTally { return &faceTally{files: map[string]bool{}} }

// add compares a pair as the product does, by all models.
func (t *faceTally) add(matcher faces.Matcher, p pair, a, b embedded) {
	c := matcher.Compare(a.template, b.template)
	t.files[a.key], t.files[b.key] = a.template != nil, b.template != nil
	if a.template == nil || b.template == nil {
		t.failed++
		c.Decision = faces.Different // generalized: what cannot be compared does not match
	}
	t.accept.Add(p.mated, c.Decision == faces.Same)
	t.refer.Add(p.mated, c.Decision != faces.Different)
	t.trials = append(t.trials, faces.Trial{Score: c.Score, Mated: p.mated})
	t.times = append(t.times, milliseconds(a.took+b.took))
}

func (t *faceTally) report(matcher faces.Matcher) facesReport {
	var unusable share
	for _, usable := range t.files {
		unusable = unusable.with(!usable)
	}
	thresholds := matcher[0].Thresholds
	r := facesReport{
		Pairs: len(t.trials), Mated: t.accept.Mated, Failed: t.failed,
		Acquisition: unusable,
		Accept:      withIntervals(t.accept.Rates(thresholds.Same)),
		Refer:       withIntervals(t.refer.Rates(thresholds.Refer)),
		EqualError:  faces.EqualErrorRate(t.trials),
		curve:       faces.Curve(t.trials),
	}
	r.Accuracy = r.Accept.Accuracy
	if mean, deviation, ok := faces.CrossValidated(t.trials, 10); ok {
		r.TenFold = &tenFold{Accuracy: mean, Deviation: deviation}
	}
	slices.Sort(t.times)
	r.P50, r.P95 = t.times[len(t.times)/2], t.times[len(t.times)*95/100]
	return r
}

// det draws the curves of the report.
func (r facesReport) det() []byte {
	curve := func(name string, r facesReport) detCurve {
		return detCurve{
			name:  fmt.Sprintf("%s: %d mated, %d non-mated pairs", name, r.Mated, r.Pairs-r.Mated),
			rates: r.curve,
			marks: []detMark{{"accept", r.Accept.Rates}, {"refer", r.Refer.Rates}},
		}
	}
	curves := []detCurve{curve("photographs", r)}
	if r.Printed != nil {
		curves = append(curves, curve("against prints", *r.Printed))
	}
	return detSVG("Face comparison, detection error trade-off", curves)
}

func (r facesReport) print(g *Globals) error {
	if err := r.printRates(g, "photographs"); err != nil {
		return err
	}
	if r.Printed != nil {
		if err := r.Printed.printRates(g, "against prints"); err != nil {
			return err
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(r.Groups), cmp.Compare[string]) {
		if err := r.Groups[name].printRates(g, "group "+name); err != nil {
			return err
		}
	}
	return nil
}

func (r facesReport) printRates(g *Globals, of string) error {
	if err := g.Printf("%s: pairs %d (%d mated, %d failed), processor time %.0f ms median, %.0f ms p95\n",
		of, r.Pairs, r.Mated, r.Failed, r.P50, r.P95); err != nil {
		return err
	}
	for _, line := range []struct {
		name  string
		rates facesRates
	}{{"accept", r.Accept}, {"refer", r.Refer}, {"equal error", withIntervals(r.EqualError)}} {
		c := line.rates
		if err := g.Printf("  %-11s at %.3f: FMR %s FNMR %s right %.2f %%\n", line.name, c.Threshold,
			rateText(c.FMR, c.FMRInterval), rateText(c.FNMR, c.FNMRInterval), 100*c.Accuracy); err != nil {
			return err
		}
	}
	if r.TenFold == nil {
		return nil
	}
	return g.Printf("  ten folds, threshold of the other nine: right %.2f %%, deviation %.2f\n", 100*r.TenFold.Accuracy, 100*r.TenFold.Deviation)
}

// rateText prints a share with its interval.
func rateText(share float64, interval [2]float64) string {
	return fmt.Sprintf("%.2f %% (%.2f to %.2f)", 100*share, 100*interval[0], 100*interval[1])
}
