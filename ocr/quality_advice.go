package ocr

import "math"

// Advice is the one thing to do better in the next photograph.
type Advice string

// The advice there is, most useful first: a lamp is no matter while the document
// is not in the picture. A picture that is black comes before all.
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

// From where on the reader begins to fail: see docs/measurements.md.
const (
	minMRZHeight     = 5.5   // pixels
	minDocumentSide  = 260.0 // pixels, of the longer side, where no zone tells a height
	maxTilt          = 50.0  // degrees
	minSharpness     = 0.27
	maxMotion        = 0.62
	maxZoneGlare     = 0.02
	maxGlare         = 0.1
	maxDark          = 0.9 // then nothing else can be told
	minContrast      = 20.0
	middleBrightness = 128.0
	minCut           = 0.1 // part of the outline's length
	maxCut           = 0.6 // beyond, a scan was trimmed to a document of several pages
	scanShare        = 0.8 // a picture that is nearly all document is a scan, trimmed to it

	borderMargin = 0.03 // of the longer side: how near the border an edge is on it
	borderReach  = 0.12 // and how far from it its other end may be
	focalLength  = 0.85 // of a phone's main camera, in longer sides of the photograph
)

// Advice says what would most help the next photograph; false where nothing is
// known to be wrong with this one.
func (q Quality) Advice() (Advice, bool) {
	for _, a := range []struct {
		advice Advice
		wanted bool
	}{
		{AdviceMoreLight, q.Dark > maxDark},
		{AdviceNoDocument, q.Document == SightNone},
		{AdviceSeveralDocuments, q.Document == SightSeveral},
		{AdviceWhole, q.Cut >= minCut && q.Cut <= maxCut && q.DocumentShare < scanShare},
		{AdviceCloser, q.small()},
		{AdviceStraighten, q.Tilt > maxTilt},
		{AdviceLessGlare, q.ZoneGlare > maxZoneGlare || q.Glare > maxGlare},
		{AdviceSteady, q.Width > 0 && (q.Sharpness < minSharpness || q.Motion > maxMotion)},
		{AdviceMoreLight, q.pale() && q.Brightness < middleBrightness},
		{AdviceLessLight, q.pale() && q.Brightness >= middleBrightness},
	} {
		if a.wanted {
			return a.advice, true
		}
	}
	return "", false
}

// small asks the document's outline where the zone was not read, or failing that
// the photograph, which cannot hold a larger document than itself.
func (q Quality) small() bool {
	if q.MRZHeight > 0 {
		return q.MRZHeight < minMRZHeight
	}
	side := float64(max(q.Width, q.Height))
	if q.DocumentShare > 0 {
		const proportions = 1.42 // of ID-2 and ID-3; those of ID-1 are 1.59
		side = math.Sqrt(proportions * q.DocumentShare * float64(q.Width) * float64(q.Height))
	}
	return side > 0 && side < minDocumentSide
}

func (q Quality) pale() bool { return q.Width > 0 && q.Contrast < minContrast }
