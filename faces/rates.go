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
}

// RatesAt counts the errors of a threshold over trials. A kind without trials
// has rate zero, which says nothing.
func RatesAt(trials []Trial, threshold float64) Rates {
	var mated, nonMated, missed, matched int
	for _, t := range trials {
		switch {
		case t.Mated:
			mated++
			if t.Score < threshold {
				missed++
			}
		default:
			nonMated++
			if t.Score >= threshold {
				matched++
			}
		}
	}
	r := Rates{Threshold: threshold}
	r.FMR = share(matched, nonMated)
	r.FNMR = share(missed, mated)
	r.Accuracy = 1 - share(missed+matched, mated+nonMated)
	return r
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// EqualErrorRate finds the threshold at which FMR and FNMR come closest. It
// describes a set of trials and must not be used to decide anything on that
// same set.
func EqualErrorRate(trials []Trial) Rates {
	scores := make([]float64, 0, len(trials))
	for _, t := range trials {
		scores = append(scores, t.Score)
	}
	slices.Sort(scores)
	scores = slices.Compact(scores)
	best := Rates{}
	gap := math.Inf(1)
	for _, s := range scores {
		r := RatesAt(trials, s)
		if d := math.Abs(r.FMR - r.FNMR); d < gap {
			best, gap = r, d
		}
	}
	return best
}
