package faces

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

// Quality describes how well a face is shown, as far as five points and the
// aligned crop tell (subjects of ISO/IEC 29794-5).
type Quality struct {
	// InterEye is the distance of the eyes in pixels.
	InterEye float64 `json:"inter_eye"`
	// Sharpness is the variance of the Laplacian of the aligned face.
	Sharpness float64 `json:"sharpness"`
	// Brightness is the mean of the aligned face, 0 to 255.
	Brightness float64 `json:"brightness"`
	// Contrast is the standard deviation of the aligned face.
	Contrast float64 `json:"contrast"`
	// Roll, Yaw and Pitch are in degrees: Roll clockwise in the picture, Yaw
	// positive towards the person's left, Pitch positive upwards.
	Roll  float64 `json:"roll"`
	Yaw   float64 `json:"yaw"`
	Pitch float64 `json:"pitch"`
	// Eyes is the eye aspect ratio (Soukupova and Cech 2016) of the eye that is
	// less open, Mouth the height of the lips' opening over its width; -1 where
	// the landmark model is missing.
	Eyes  float64 `json:"eyes"`
	Mouth float64 `json:"mouth"`
	// Occlusion is the covered part of the face, 0 to 1, or -1.
	Occlusion float64 `json:"occlusion"`
}

// Codes of Quality.Faults.
const (
	FaultTooSmall    = "too_small"
	FaultBlurred     = "blurred"
	FaultTooDark     = "too_dark"
	FaultTooBright   = "too_bright"
	FaultLowContrast = "low_contrast"
	FaultTilted      = "tilted"
	FaultTurned      = "turned"
)

// Limits of Quality, looser than a passport office's: they are for a
// photograph taken at home, and say only that a comparison would suffer.
const (
	minInterEye   = 32 // below, alignment to 35 pixels would invent detail
	minSharpness  = 35 // the sharpest twentieth of faces blurred by 2 pixels, the dullest hundredth of LFW
	minBrightness = 45
	maxBrightness = 225
	minContrast   = 15
	maxRoll       = 25
	maxYaw        = 35
)

// Faults lists what is wrong with a photograph, in the order in which to
// tell it; empty when nothing is.
func (q Quality) Faults() []string {
	var faults []string
	add := func(wrong bool, code string) {
		if wrong {
			faults = append(faults, code)
		}
	}
	add(q.InterEye < minInterEye, FaultTooSmall)
	add(q.Brightness < minBrightness, FaultTooDark)
	add(q.Brightness > maxBrightness, FaultTooBright)
	add(q.Contrast < minContrast, FaultLowContrast)
	add(q.Sharpness < minSharpness, FaultBlurred)
	add(q.Roll > maxRoll || q.Roll < -maxRoll, FaultTilted)
	add(q.Yaw > maxYaw || q.Yaw < -maxYaw, FaultTurned)
	return faults
}
