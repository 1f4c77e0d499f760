package ocr

// Advice is the one thing to do better in the next photograph.
type Advice string

// The advice there is, most useful first: light is no matter while the document
// is not in the picture.
const (
	AdviceNoDocument       Advice = "no_document"
	AdviceSeveralDocuments Advice = "several_documents"
	AdviceWhole            Advice = "whole"      // the document is cut off
	AdviceCloser           Advice = "closer"     // the characters are too small
	AdviceStraighten       Advice = "straighten" // the camera looks aslant
	AdviceLessGlare        Advice = "less_glare" // a lamp is reflected
	AdviceMoreLight        Advice = "more_light" // too dark
	AdviceLessLight        Advice = "less_light" // burnt out
	AdviceSteady           Advice = "steady"     // moved or out of focus
)

// From where on the reader begins to fail: docs/measurements.md has the rates
// on both sides of each.
const (
	minMRZHeight     = 5.0  // pixels
	minDocumentShare = 0.06 // of the photograph, where no zone gives its height
	maxTilt          = 50.0 // degrees
	minSharpness     = 0.1
	maxZoneGlare     = 0.05
	maxGlare         = 0.05
	minContrast      = 45.0
	middleBrightness = 128.0
	scanShare        = 0.9 // a picture that is nearly all document is a scan
	minCut           = 0.1

	borderMargin = 0.008 // of the longer side: how near the border an edge is on it
	focalLength  = 0.85  // of a phone's main camera, in longer sides of the photograph
)

// Advice says what would most help the next photograph; false where nothing is
// known to be wrong with this one.
func (q Quality) Advice() (Advice, bool) {
	for _, a := range []struct {
		advice Advice
		wanted bool
	}{
		{AdviceNoDocument, q.Document == SightNone},
		{AdviceSeveralDocuments, q.Document == SightSeveral},
		{AdviceWhole, q.Cut >= minCut && q.DocumentShare < scanShare},
		{AdviceCloser, q.small()},
		{AdviceStraighten, q.Tilt > maxTilt},
		{AdviceLessGlare, q.ZoneGlare > maxZoneGlare || q.Glare > maxGlare},
		{AdviceMoreLight, q.pale() && q.Brightness < middleBrightness},
		{AdviceLessLight, q.pale() && q.Brightness >= middleBrightness},
		{AdviceSteady, q.Width > 0 && q.Sharpness < minSharpness},
	} {
		if a.wanted {
			return a.advice, true
		}
	}
	return "", false
}

func (q Quality) small() bool {
	if q.MRZHeight > 0 {
		return q.MRZHeight < minMRZHeight
	}
	return q.DocumentShare > 0 && q.DocumentShare < minDocumentShare
}

func (q Quality) pale() bool { return q.Width > 0 && q.Contrast < minContrast }
