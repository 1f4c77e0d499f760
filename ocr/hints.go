package ocr

// Hint is a sign that a photograph may not show a genuine document itself. A
// hint proves nothing: it is for policy and reviewers, with the rate of its
// false alarms in docs/measurements.md.
type Hint struct {
	Name      HintName `json:"name"`
	Score     float64  `json:"score"`     // 0 to 1; higher is more suspicious; no probability
	Threshold float64  `json:"threshold"` // at or above which Raised
	Raised    bool     `json:"raised"`
}

// HintName names a hint.
type HintName string

// The hints.
const (
	HintScreenReplay   HintName = "screen_replay"   // moire or the grid of a display
	HintMonochromeCopy HintName = "monochrome_copy" // no colour where every document has some
	HintPrintDiffers   HintName = "print_differs"   // MRZ and printed zone contradict each other
	HintMRZFont        HintName = "mrz_font"        // the zone is not printed in OCR-B
)
