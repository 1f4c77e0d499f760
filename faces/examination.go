package faces

import (
	"math"
	"slices"
)

// Examination is all that an engine finds in one photograph. Template, BonaFide,
// Attack, Quality and Hints are those of the largest face.
type Examination struct {
	// Faces are all faces, the largest first.
	Faces    []Face   `json:"faces"`
	Template Template `json:"template,omitempty"`
	// BonaFide is the presentation attack detector's mean score, 0 to 1, or
	// -1 when it was not computed. Alone it proves nothing: cut-out and 3-D
	// paper masks pass.
	BonaFide float64 `json:"bona_fide"`
	// Attack are signs of a presentation attack other than BonaFide.
	Attack  AttackSigns `json:"attack"`
	Quality Quality     `json:"quality"`
	// Signature is of the whole picture, for telling pictures that repeat.
	Signature Signature `json:"signature,omitempty"`
	// Hints are estimates for a reviewer; nil where they are switched off.
	Hints *Hints `json:"hints,omitempty"`
	// Width and Height are the photograph's, in pixels.
	Width  int `json:"width"`
	Height int `json:"height"`
}

// bystander is how wide another face may be, as a share of the largest, and
// still count as background.
const bystander = 0.4

// Sole returns the one face of the photograph, or an *Error: NoFace, or
// SeveralFaces when another is nearly as large.
func (e Examination) Sole() (Face, error) {
	if len(e.Faces) == 0 {
		return Face{}, &Error{Code: NoFace}
	}
	for _, f := range e.Faces[1:] {
		if f.Box.W >= bystander*e.Faces[0].Box.W {
			return Face{}, &Error{Code: SeveralFaces}
		}
	}
	return e.Faces[0], nil
}

// Finite returns the examination without what is not a number, for JSON has no
// word for it and one such measure must not lose all others: measures become
// -1, which is "not computed", and angles 90 degrees, for -1 would be straight
// ahead; embeddings, hints and faces are left out.
func (e Examination) Finite() Examination {
	q := &e.Quality
	for _, v := range []*float64{
		&e.BonaFide, &e.Attack.Moire, &e.Attack.Reflectance,
		&q.InterEye, &q.Outside, &q.Sharpness, &q.Brightness, &q.Contrast, &q.Underexposed, &q.Overexposed, &q.Uneven,
		&q.Eyes, &q.Mouth, &q.Occlusion,
	} {
		if !finite(*v) {
			*v = -1
		}
	}
	for _, angle := range []*float64{&q.Roll, &q.Yaw, &q.Pitch} {
		if !finite(*angle) {
			*angle = 90
		}
	}
	e.Faces = slices.DeleteFunc(slices.Clone(e.Faces), func(f Face) bool { return !f.finite() })
	e.Template = e.Template.finite()
	if h := e.Hints; h != nil && !h.finite() {
		e.Hints = nil
	}
	return e
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (f Face) finite() bool {
	sum := f.Box.X + f.Box.Y + f.Box.W + f.Box.H + f.Score
	for _, p := range f.Landmarks {
		sum += p.X + p.Y
	}
	return finite(sum)
}

func (t Template) finite() Template {
	kept := Template{}
	for name, e := range t {
		if !slices.ContainsFunc(e, func(v float32) bool { return !finite(float64(v)) }) {
			kept[name] = e
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

func (h *Hints) finite() bool {
	sum := h.Age + h.Female
	for _, v := range h.Expressions {
		sum += v
	}
	return finite(sum)
}
