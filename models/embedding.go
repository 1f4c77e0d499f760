package models

import (
	"errors"
	"fmt"
	"math"
)

// AlignArcFace names the five points of ArcFace's training (Deng et al. 2019),
// given for a square of 112 pixels and scaled to other sides.
const AlignArcFace = "arcface"

// Names of the thresholds of an embedding model. The first model needs the one
// for duplicates too: without it every enrollment goes to a person.
const (
	ThresholdSame      = "same"
	ThresholdRefer     = "refer"
	ThresholdDuplicate = "duplicate" // in a search among all enrolled (1:N)
)

// Embedding says how an aligned face is given to an embedding model and what
// comes back. The network has one input, 1x3xSidexSide, and its last output is
// the embedding; embeddings are compared by cosine.
type Embedding struct {
	// Side is the side of the square that the network sees, in pixels.
	Side int `json:"side"`
	// Alignment names where the five points of a face belong in that square.
	Alignment string `json:"alignment"`
	// Mean is subtracted from each channel, in the order in which the network
	// takes them; then Scale is multiplied.
	Mean  [3]float64 `json:"mean"`
	Scale float64    `json:"scale"`
	// SwapRB gives the network red first; OpenCV's own order is blue first.
	SwapRB bool `json:"swap_rb"`
	// Dimensions is the length of the embedding.
	Dimensions int `json:"dimensions"`
	// Mirror averages the embeddings of the face and of its mirror image.
	Mirror bool `json:"mirror"`
}

// Bounds of what an Embedding may ask for: far beyond any published model, and
// small enough for an engine's memory.
const (
	minSide, maxSide = 32, 512
	maxDimensions    = 8192
)

// check says what is wrong with an embedding model's entry.
func (f File) check() error {
	if f.Embedding == nil {
		return errors.New("no embedding: only embedding models can be configured")
	}
	e := *f.Embedding
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(e.Side < minSide || e.Side > maxSide, "side is %d, want %d to %d", e.Side, minSide, maxSide)
	fault(e.Alignment != AlignArcFace, "alignment is %q, want %q", e.Alignment, AlignArcFace)
	fault(!(e.Scale > 0) || math.IsInf(e.Scale, 0), "scale is %v, want more than 0", e.Scale)
	fault(e.Dimensions < 1 || e.Dimensions > maxDimensions, "dimensions is %d, want 1 to %d", e.Dimensions, maxDimensions)
	return errors.Join(append(faults, f.checkThresholds()...)...)
}

// checkThresholds wants both decision points with what was measured at them: a
// score without its error rates decides nothing (ADR 0006).
func (f File) checkThresholds() []error {
	var faults []error
	for _, t := range f.Thresholds {
		switch {
		case t.Name != ThresholdSame && t.Name != ThresholdRefer && t.Name != ThresholdDuplicate:
			faults = append(faults, fmt.Errorf("threshold %q: want %q, %q and perhaps %q", t.Name, ThresholdSame, ThresholdRefer, ThresholdDuplicate))
		case !(t.Value > 0 && t.Value <= 1):
			faults = append(faults, fmt.Errorf("threshold %q: value is %v, want a cosine above 0", t.Name, t.Value))
		case !share(t.FMR) || !share(t.FNMR):
			faults = append(faults, fmt.Errorf("threshold %q: fmr and fnmr are shares, 0 to 1", t.Name))
		case t.Trials <= 0 || t.Measured == "":
			faults = append(faults, fmt.Errorf("threshold %q: trials and measured say on what its error rates were counted", t.Name))
		}
	}
	same, okSame := f.Threshold(ThresholdSame)
	refer, okRefer := f.Threshold(ThresholdRefer)
	switch {
	case !okSame || !okRefer:
		faults = append(faults, fmt.Errorf("thresholds %q and %q are needed", ThresholdSame, ThresholdRefer))
	case refer.Value > same.Value:
		faults = append(faults, fmt.Errorf("threshold %q is above %q", ThresholdRefer, ThresholdSame))
	}
	seen := map[string]bool{}
	for _, t := range f.Thresholds {
		if seen[t.Name] {
			faults = append(faults, fmt.Errorf("threshold %q is given twice", t.Name))
		}
		seen[t.Name] = true
	}
	return faults
}

func share(v float64) bool { return v >= 0 && v <= 1 }
