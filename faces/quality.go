package faces

// Quality describes how well the largest face is shown, in components of
// ISO/IEC 29794-5 as far as they can be computed here. Eyes, Mouth and Occlusion
// are -1 where they were not computed, because the landmark model is missing.
// The zero value is a face too small and too dark: nothing passes by default.
type Quality struct {
	// InterEye is the distance of the eyes in pixels.
	InterEye float64 `json:"inter_eye"`
	// Outside is the part of the head that lies beyond the picture, 0 to 1.
	Outside float64 `json:"outside"`
	// Sharpness is the variance of the Laplacian of the aligned face.
	Sharpness float64 `json:"sharpness"`
	// Brightness is the mean of the aligned face, 0 to 255.
	Brightness float64 `json:"brightness"`
	// Contrast is the standard deviation of the aligned face.
	Contrast float64 `json:"contrast"`
	// Underexposed and Overexposed are the parts of the skin lost to shadow and
	// to glare, 0 to 1.
	Underexposed float64 `json:"underexposed"`
	Overexposed  float64 `json:"overexposed"`
	// Uneven is how far the light differs on the two cheeks, 0 to 1: what their
	// histograms do not share.
	Uneven float64 `json:"uneven"`
	// Roll, Yaw and Pitch are in degrees: Roll clockwise in the picture, Yaw
	// positive towards the person's left, Pitch positive upwards.
	Roll  float64 `json:"roll"`
	Yaw   float64 `json:"yaw"`
	Pitch float64 `json:"pitch"`
	// Eyes is how open the eyes look, 0 for closed to 1, or -1. Turned heads are
	// judged by the nearer eye.
	Eyes float64 `json:"eyes"`
	// Mouth is the height of the lips' opening over its width, or -1.
	Mouth float64 `json:"mouth"`
	// Occlusion is how likely eyes or mouth are covered, 0 to 1, or -1: also
	// where the head is turned too far to tell.
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
// photograph taken at home, and say only that a comparison would suffer. What
// share of ordinary photographs they refuse is in docs/measurements.md.
const (
	minInterEye   = 32 // below, alignment to 35 pixels would invent detail
	minSharpness  = 35 // the sharpest twentieth of faces blurred by 2 pixels, the dullest hundredth of LFW
	minBrightness = 45
	maxBrightness = 225
	minContrast   = 15
	middle        = 128 // of the levels: flat and darker lacks light, flat and brighter has too much
	maxRoll       = 25
	maxYaw        = 35
	maxPitch      = 35 // of LFW one in a hundred looks down by 32 degrees, none by more than 35

	maxOutside      = 0.1
	maxUnderexposed = 0.5
	maxOverexposed  = 0.25
	maxUneven       = 0.9  // cheeks that share a tenth of their levels: one is in the light alone
	maxOcclusion    = 0.8  // a cover without any texture is given 0.87
	minEyes         = 0.15 // closed eyes that were drawn lie at 0.01 to 0.6, open ones mostly above 0.5
	maxMouth        = 0.45 // LFW's widest smiles: one in a hundred opens the lips by more than 0.41
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
