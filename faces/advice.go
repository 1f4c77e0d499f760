package faces

import "errors"

// Advice is the one thing to tell a person who photographs themselves.
type Advice string

// The advices, in the order in which they are given: what has to be mended
// first comes first.
const (
	AdviceNoFace    Advice = "no_face"
	AdviceOnePerson Advice = "one_person"
	AdviceWhole     Advice = "whole_face" // part of the face lies outside the picture
	AdviceCloser    Advice = "closer"
	AdviceFarther   Advice = "farther"
	AdviceMoreLight Advice = "more_light"
	AdviceLessLight Advice = "less_light"
	AdviceEvenLight Advice = "even_light"
	AdviceSteady    Advice = "steady"
	AdviceUncover   Advice = "uncover"
	AdviceStraight  Advice = "look_straight"
	AdviceUpright   Advice = "upright"
	AdviceEyes      Advice = "open_eyes"
	AdviceMouth     Advice = "close_mouth"
)

// Advices returns every advice.
func Advices() []Advice {
	return []Advice{
		AdviceNoFace, AdviceOnePerson, AdviceWhole, AdviceCloser, AdviceFarther, AdviceMoreLight, AdviceLessLight, AdviceEvenLight,
		AdviceSteady, AdviceUncover, AdviceStraight, AdviceUpright, AdviceEyes, AdviceMouth,
	}
}

// frame is the width of the face, as a share of the picture's, from which one
// that does not fit is too near rather than at the edge.
const frame = 0.6

// Advice is the one thing to mend for a good photograph from the front, in the
// order in which a person can do something about it: being in the picture,
// alone and of the right size; then light, for all that follows is seen by it;
// then holding still, and the face itself. False when nothing is.
func (e Examination) Advice() (Advice, bool) {
	_, sole := e.Sole()
	var several *Error
	q := e.Quality
	switch {
	case len(e.Faces) == 0:
		return AdviceNoFace, true
	case errors.As(sole, &several):
		return AdviceOnePerson, true
	case q.Outside > maxOutside && e.Faces[0].Box.W > frame*float64(e.Width):
		return AdviceFarther, true
	}
	for _, fault := range q.faults() {
		if fault.found {
			return fault.advice, true
		}
	}
	return "", false
}

// fault is a limit of Quality and what to say beyond it.
type fault struct {
	advice Advice
	found  bool
}

// faults are all limits in the order of the advices. A measure that is -1 was
// not computed and finds nothing.
func (q Quality) faults() []fault {
	turned := max(q.Yaw, -q.Yaw) > maxYaw || max(q.Pitch, -q.Pitch) > maxPitch
	return []fault{
		{AdviceWhole, q.Outside > maxOutside},
		{AdviceCloser, q.InterEye < minInterEye},
		{AdviceMoreLight, q.Brightness < minBrightness || q.Underexposed > maxUnderexposed || q.Contrast < minContrast && q.Brightness < middle},
		{AdviceLessLight, q.Brightness > maxBrightness || q.Overexposed > maxOverexposed || q.Contrast < minContrast},
		{AdviceEvenLight, q.Uneven > maxUneven},
		{AdviceSteady, q.Sharpness < minSharpness},
		{AdviceUncover, q.Occlusion > maxOcclusion},
		{AdviceStraight, turned},
		{AdviceUpright, max(q.Roll, -q.Roll) > maxRoll},
		{AdviceEyes, q.Eyes >= 0 && q.Eyes < minEyes},
		{AdviceMouth, q.Mouth > maxMouth},
	}
}
