package faces

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
