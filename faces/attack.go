package faces

// AttackSigns are measures of a presentation attack (ISO/IEC 30107-1) that are
// no classifier's: each is 0 to 1, higher is more suspect, -1 where it was not
// computed. They are signs for policy and reviewer, never a proof.
type AttackSigns struct {
	// Moire is how strongly the face carries the beat of two grids, as a
	// photographed screen or halftone print does.
	Moire float64 `json:"moire"`
	// Reflectance is how unlike skin the face reflects: flat, or shining as
	// paper and glass do.
	Reflectance float64 `json:"reflectance"`
}
