package ocr

// printThreshold is above what any number of lesser fields or one value read
// with doubt can reach.
const printThreshold = 0.8

// PrintHint weighs where the zone and the print beside it contradict each
// other. Print that is missing says nothing, and where nothing was compared
// there is no hint. One value that is printed differently beside its own label
// suffices if it was read surely, but for those that issuers write in many ways.
func PrintHint(found []Corroboration) (Hint, bool) {
	compared, doubt := false, 1.0
	for _, c := range found {
		if c.Agreement != Missing {
			compared = true
		}
		if c.Agreement != Differ || !c.Labelled {
			continue
		}
		switch c.Field {
		case fieldNumber, fieldPrimary, fieldSecondary, fieldBirth, fieldExpiry:
			doubt *= 1 - min(max(c.Confidence, 0), 1)
		default:
			doubt *= 1 - min(max(c.Confidence, 0), 1)/2
		}
	}
	if !compared {
		return Hint{}, false
	}
	score := rounded(1 - doubt)
	return Hint{Name: HintPrintDiffers, Score: score, Threshold: printThreshold, Raised: score >= printThreshold}, true
}
