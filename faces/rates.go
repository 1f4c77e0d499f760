package faces

import (
	"math"
	"slices"
)

// Trial is one comparison of which the truth is known.
type Trial struct {
	Score float64
	// Mated says that both photographs show one person.
	Mated bool
}

// Rates are the error rates at a threshold (ISO/IEC 19795-1, 4.6).
type Rates struct {
	Threshold float64 `json:"threshold"`
	// FMR is the share of non-mated trials at or above the threshold.
	FMR float64 `json:"fmr"`
	// FNMR is the share of mated trials below it.
	FNMR float64 `json:"fnmr"`
	// Accuracy is the share of all trials that fall on their side.
	Accuracy float64 `json:"accuracy"`
	// Counts are what the rates are made of.
	Counts `json:"counts"`
}

// Counts are errors and trials of both kinds.
type Counts struct {
	Matched  int `json:"false_matches"`
	NonMated int `json:"non_mated"`
	Missed   int `json:"false_non_matches"`
	Mated    int `json:"mated"`
}

// RatesAt counts the errors of a threshold over trials. A kind without trials
// has rate zero, which says nothing.
func RatesAt(trials []Trial, threshold float64) Rates {
	var c Counts
	for _, t := range trials {
		c.Add(t.Mated, t.Score >= threshold)
	}
	return c.Rates(threshold)
}

// Add counts one trial.
func (c *Counts) Add(mated, match bool) {
	switch {
	case mated:
		c.Mated++
		if !match {
			c.Missed++
		}
	default:
		c.NonMated++
		if match {
			c.Matched++
		}
	}
}

// Rates are the shares of the counts, which were made at a threshold.
func (c Counts) Rates(threshold float64) Rates {
	return Rates{
		Threshold: threshold, Counts: c,
		FMR:      share(c.Matched, c.NonMated),
		FNMR:     share(c.Missed, c.Mated),
		Accuracy: 1 - share(c.Missed+c.Matched, c.Mated+c.NonMated),
	}
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// Curve is the rates at every score that occurs, thresholds rising: what a DET
// plot shows (ISO/IEC 19795-1, 10.6.2).
func Curve(trials []Trial) []Rates {
	sorted := slices.Clone(trials)
	slices.SortFunc(sorted, func(a, b Trial) int {
		switch {
		case a.Score < b.Score:
			return -1
		case a.Score > b.Score:
			return 1
		}
		return 0
	})
	// Below every score all match; each trial passed then changes its side.
	var c Counts
	for _, t := range sorted {
		c.Add(t.Mated, true)
	}
	var curve []Rates
	for i, t := range sorted {
		if i == 0 || t.Score != sorted[i-1].Score {
			curve = append(curve, c.Rates(t.Score))
		}
		if t.Mated {
			c.Missed++
		} else {
			c.Matched--
		}
	}
	return curve
}

// EqualErrorRate finds the threshold at which FMR and FNMR come closest. It
// describes a set of trials and must not be used to decide anything on that
// same set.
func EqualErrorRate(trials []Trial) Rates {
	best := Rates{}
	gap := math.Inf(1)
	for _, r := range Curve(trials) {
		if d := math.Abs(r.FMR - r.FNMR); d < gap {
			best, gap = r, d
		}
	}
	return best
}

// CrossValidated is the accuracy when the threshold of every fold is the best
// one of all other folds, as LFW's protocol has it (Huang et al. 2007): mean
// and standard deviation over the folds. The mated and the non-mated trials are
// split, each in their order, into folds of one size; LFW's own lists are
// ordered so that no person is in two. False when there are too few trials.
func CrossValidated(trials []Trial, folds int) (mean, deviation float64, ok bool) {
	var kinds [2][]Trial
	for _, t := range trials {
		k := 0
		if t.Mated {
			k = 1
		}
		kinds[k] = append(kinds[k], t)
	}
	if folds < 2 || len(kinds[0]) < folds || len(kinds[1]) < folds {
		return 0, 0, false
	}
	accuracies := make([]float64, 0, folds)
	for i := range folds {
		var fold, rest []Trial
		for _, kind := range kinds {
			from, to := i*len(kind)/folds, (i+1)*len(kind)/folds
			fold = append(fold, kind[from:to]...)
			rest = append(append(rest, kind[:from]...), kind[to:]...)
		}
		accuracies = append(accuracies, RatesAt(fold, mostAccurate(rest)).Accuracy)
	}
	for _, a := range accuracies {
		mean += a
	}
	mean /= float64(folds)
	for _, a := range accuracies {
		deviation += (a - mean) * (a - mean)
	}
	return mean, math.Sqrt(deviation / float64(folds)), true
}

// mostAccurate is the threshold with the fewest errors, halfway to the next
// lower score; of several the middle one, which is the least likely to be one's
// luck.
func mostAccurate(trials []Trial) float64 {
	var best []float64
	top := -1.0
	below := -1.0
	for _, r := range Curve(trials) {
		between := (below + r.Threshold) / 2
		switch {
		case r.Accuracy > top:
			best, top = []float64{between}, r.Accuracy
		case r.Accuracy == top:
			best = append(best, between)
		}
		below = r.Threshold
	}
	return best[len(best)/2]
}
